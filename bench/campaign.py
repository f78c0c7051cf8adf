"""Long measurements over the whole running product; tables go to docs/campaigns/.

    python -m bench.campaign --speech FOLDER

FOLDER holds sound files and `transcripts.json` (a list of {"file", "text"}). Each file is spoken
into a call; files that a table of the same commit holds already are not spoken again.
"""

import argparse
import asyncio
import json
import platform
import subprocess
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import jiwer

from sessions_app.management.caller.placing import CallOptions, place_call
from tests.fixtures.server import ROOT, Product

TABLES = ROOT / "docs" / "campaigns"


def plain(text: str) -> str:
    """Returns the words alone, in lower case."""
    kept = "".join(c for c in text.lower() if c.isalnum() or c in " '")
    return " ".join(kept.split())


def commit() -> str:
    done = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


async def speak(product: Product, folder: Path, known: dict[str, str]) -> dict[str, str]:
    """Returns what was recognised of each file; `known` ones are taken over."""
    token = product.credentials["user"]["token"]
    heard = dict(known)
    for entry in json.loads((folder / "transcripts.json").read_text()):
        if entry["file"] in heard:
            continue
        options = CallOptions(folder / entry["file"], product.url, token, await_results=False)
        report = await place_call(options)
        heard[entry["file"]] = plain(" ".join(s["text"] for s in report.segments))
        print(f"{entry['file']}: {heard[entry['file']]}", flush=True)
    return heard


def write_table(folder: Path, heard: dict[str, str], state: Path) -> str:
    """Writes docs/campaigns/words.md; returns its headline."""
    state.write_text(json.dumps(heard))
    said = {
        e["file"]: plain(e["text"]) for e in json.loads((folder / "transcripts.json").read_text())
    }
    rows = [(name, jiwer.process_words(said[name], heard[name])) for name in said if name in heard]
    words = sum(len(said[name].split()) for name, _ in rows)
    wrong = sum(r.substitutions + r.deletions + r.insertions for _, r in rows)
    headline = f"{100 * (1 - wrong / words):.1f} % of {words} words right through live calls"
    lines = [
        "# Words",
        "",
        f"{headline}: the embedded recogniser, `place_call`, one call a file.",
        "",
        f"Commit {commit()}, {datetime.now(UTC):%Y-%m-%d}, {platform.machine()}, 2 cores.",
        "",
        "| file | words | wrong | missing | too many |",
        "| --- | --- | --- | --- | --- |",
        *(
            f"| {n} | {len(said[n].split())} | {r.substitutions} | {r.deletions} | {r.insertions} |"
            for n, r in rows
        ),
        "",
    ]
    TABLES.mkdir(parents=True, exist_ok=True)
    (TABLES / "words.md").write_text("\n".join(lines))
    return headline


def main() -> None:
    parser = argparse.ArgumentParser(description="Words right through live calls.")
    parser.add_argument("--speech", type=Path, required=True, help="sound files, transcripts.json")
    folder: Path = parser.parse_args().speech
    state = Path(tempfile.gettempdir()) / f"voicesite-words-{commit()}.json"
    known = json.loads(state.read_text()) if state.exists() else {}
    with tempfile.TemporaryDirectory(prefix="voicesite-campaign-") as scratch:
        product = Product(Path(scratch))
        product.prepare()
        product.start("web")
        try:
            heard = asyncio.run(speak(product, folder, known))
        finally:
            product.stop()
    print(write_table(folder, heard, state))


if __name__ == "__main__":
    main()
