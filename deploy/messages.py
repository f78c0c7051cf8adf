"""Gathers the texts of the site into its catalogues, and makes of these what the site reads.

`make messages` writes voicesite/locale/*/LC_MESSAGES/*.po anew, keeping what is translated, then
the .mo beside them and static/js/languages/*.js. It needs GNU gettext (Debian: apt install
gettext); running the site does not.
"""

import gettext
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOCALE = ROOT / "voicesite" / "locale"
SCRIPTS = ROOT / "static" / "js" / "languages"
LANGUAGES = ("de", "es")
ELSEWHERE = ("tests", "bench", "findings", "docs", "deploy", "var", "node_modules", ".venv")
"""Folders whose texts no reader of a page sees, and what is made of the catalogues."""

LIBRARY = "static/voicesite"
"""It has its own small catalogue: static/voicesite/messages.js."""

MADE = "static/js/languages"


def main() -> None:
    """Updates every catalogue, and says how many texts each one still lacks."""
    msgfmt = shutil.which("msgfmt")
    if msgfmt is None:
        raise SystemExit("GNU gettext is missing (Debian: apt install gettext).")
    for domain, ends in (("django", "html,txt,py"), ("djangojs", "js")):
        gather(domain, ends)
    for file in sorted(LOCALE.glob("*/LC_MESSAGES/*.po")):
        subprocess.run(
            [msgfmt, "--check", "--statistics", "-o", str(file.with_suffix(".mo")), str(file)],
            check=True,
        )
    for language in LANGUAGES:
        script = script_of(LOCALE / language / "LC_MESSAGES" / "djangojs.mo")
        (SCRIPTS / f"{language}.js").write_text(script, encoding="utf-8")


def gather(domain: str, ends: str) -> None:
    """Runs Django's makemessages. No line numbers: lines change only with their texts."""
    command = [sys.executable, "manage.py", "makemessages", "--domain", domain]
    command += ["--extension", ends, "--no-wrap", "--no-obsolete", "--add-location", "file"]
    for folder in (*ELSEWHERE, LIBRARY, MADE):
        command += ["--ignore", folder]
    for language in LANGUAGES:
        command += ["--locale", language]
    with tempfile.TemporaryDirectory() as var:
        subprocess.run(command, cwd=ROOT, check=True, env=os.environ | {"VAR_DIR": var})
    for language in LANGUAGES:  # no date: two branches that gather would always disagree
        file = LOCALE / language / "LC_MESSAGES" / f"{domain}.po"
        written = re.sub(r'"POT-Creation-Date: .*\n', "", file.read_text(encoding="utf-8"))
        file.write_text(written, encoding="utf-8")


def script_of(compiled: Path) -> str:
    """Returns the classic script that gives pages a compiled catalogue; see static/js/i18n.js."""
    with compiled.open("rb") as file:
        catalogue = gettext.GNUTranslations(file)
    texts: dict[str, str | list[str]] = {}
    plural = re.search(r"plural=([^;]+)", catalogue.info().get("plural-forms", ""))
    for key, text in catalogue._catalog.items():  # type: ignore[attr-defined]  # nothing else lists it
        if isinstance(key, tuple):
            texts.setdefault(key[0], []).append(text)  # type: ignore[union-attr]
        elif key:
            texts[key] = text
    words = json.dumps(texts, ensure_ascii=False, indent=0, sort_keys=True)
    rule = plural[1].strip() if plural else "n != 1"
    return (
        "/* Made by `make messages` from voicesite/locale/: do not edit. */\n"
        f"globalThis.voicesiteCatalogue = {{ plural: (n) => Number({rule}), messages: {words} }};\n"
    )


if __name__ == "__main__":
    main()
