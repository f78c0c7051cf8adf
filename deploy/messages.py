"""Gathers the texts of the site into its catalogues, and makes of these what the site reads.

`make messages` writes voicesite/locale/*/LC_MESSAGES/*.po anew, keeping what is translated, then the .mo beside them
and static/js/languages/*.js. It needs GNU gettext (Debian: apt install gettext); running the site does not.
"""

import gettext
import json
import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOCALE = ROOT / "voicesite" / "locale"
SCRIPTS = ROOT / "static" / "js" / "languages"
LANGUAGES = ("de", "es")
ELSEWHERE = ("tests", "bench", "findings", "docs", "deploy", "var", "node_modules", ".venv", "static/js/languages", "static/voicesite")


def main() -> None:
    """Updates every catalogue, and says how many texts each one still lacks."""
    for domain, ends in (("django", "html,txt,py"), ("djangojs", "js")):
        gather(domain, ends)
    for file in sorted(LOCALE.glob("*/LC_MESSAGES/*.po")):
        subprocess.run(["msgfmt", "--check", "--statistics", "-o", str(file.with_suffix(".mo")), str(file)], check=True)
    for language in LANGUAGES:
        script = script_of(LOCALE / language / "LC_MESSAGES" / "djangojs.mo")
        (SCRIPTS / f"{language}.js").write_text(script, encoding="utf-8")


def gather(domain: str, ends: str) -> None:
    """Runs Django's makemessages; lines hold no numbers, so that they change only with the texts."""
    ignored = [option for name in ELSEWHERE for option in ("--ignore", name)]
    languages = [option for name in LANGUAGES for option in ("--locale", name)]
    command = [sys.executable, "manage.py", "makemessages", "--domain", domain, "--extension", ends, *languages, *ignored]
    subprocess.run([*command, "--no-wrap", "--no-obsolete", "--add-location", "file"], cwd=ROOT, check=True, env=os.environ | {"VAR_DIR": "/tmp/voicesite-messages"})
    for language in LANGUAGES:  # no date: two branches that gather would always disagree
        file = LOCALE / language / "LC_MESSAGES" / f"{domain}.po"
        file.write_text(re.sub(r'"POT-Creation-Date: .*\n', "", file.read_text(encoding="utf-8")), encoding="utf-8")


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
