"""Words right through live calls: SPEECH names a folder with sound files and transcripts.json."""

import json
import os
from pathlib import Path

import jiwer

from bench.cases import Case, Cases
from bench.spoken import spoken, text_of
from bench.tables import write_table
from sessions_app.call_client.placing import CallOptions, place_call
from tests.fixtures.server import Product


async def run(product: Product, _count: int) -> str:
    """Speaks each file into a call; returns the headline."""
    if "SPEECH" not in os.environ:
        return "words: left out; SPEECH=folder names sound files with their transcripts"
    folder = Path(os.environ["SPEECH"])
    entries = json.loads((folder / "transcripts.json").read_text())
    cases = Cases("words")
    token = product.credentials["user"]["token"]

    for entry in entries:

        async def called(name: str = entry["file"]) -> Case:
            options = CallOptions(folder / name, product.url, token, await_results=False)
            report = await place_call(options)
            return {"heard": spoken(text_of(report.segments))}

        await cases.measure(entry["file"], called)
    said = {entry["file"]: spoken(entry["text"]) for entry in entries}
    heard = {case["case"]: case["heard"] for case in cases.all}
    found = {name: jiwer.process_words(text, heard[name]) for name, text in said.items()}
    words = sum(len(text.split()) for text in said.values())
    wrong = sum(r.substitutions + r.deletions + r.insertions for r in found.values())
    headline = f"{100 * (1 - wrong / words):.1f} % of {words} words right through live calls"
    rows = [
        [n, *map(str, (len(said[n].split()), r.substitutions, r.deletions, r.insertions))]
        for n, r in found.items()
    ]
    return write_table(
        "words", "Words", headline, ["file", "words", "wrong", "missing", "too many"], rows
    )
