"""An agent's likely words: made-up names heard with and without them, and where none is said."""

import tempfile
from pathlib import Path

import numpy as np

from bench.campaigns.invented import VOICES, said
from bench.campaigns.voices import Floats
from bench.tables import write_table
from sessions_app.engine.stt.moonshine.files import checked
from sessions_app.engine.stt.moonshine.model import Model
from sessions_app.engine.stt.moonshine.phrase_correction import PhraseCorrector
from sessions_app.engine.stt.moonshine.utterance import MoonshineUtterance

NAMES = (
    *("Tamolin", "Snarfel", "Okoruva", "Brindlewick", "Velmora", "Zephyrine", "Kestrov"),
    *("Dalbrook", "Mirelune", "Harkness", "Lumivex", "Trentham", "Bartholdy", "Osmotech"),
    *("Halvorsen", "Arborlight", "Pemberton", "Galvanix", "Thistledown", "Novatek"),
)
FRAMES = (
    "Please send the report to {} today.",
    "The name of the product is {}.",
    "I spoke with {} about the invoice.",
)
WITHOUT = (
    "Please call the plumber on Tuesday at noon.",
    "I would like a window seat near the door.",
    "My mother sings in the choir on Sundays.",
    "He came along in the morning with a brand new wick.",
    "The quiet snarl of the dog told us all.",
    "Some salary was paid late this month.",
    "It is a long way from here to the harbour.",
    "The hardness of the wood was a surprise to them.",
)


def main() -> None:
    """Measures each voice and writes the table."""
    model = Model(checked())
    names = PhraseCorrector(model, NAMES)
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for voice in VOICES:
            texts = [FRAMES[at % 3].format(name) for at, name in enumerate(NAMES)]
            spoken = [said(Path(folder), voice, text) for text in texts]
            bare = [_heard(model, None, audio) for audio in spoken]
            told = [_heard(model, names, audio) for audio in spoken]
            others = [said(Path(folder), voice, text) for text in WITHOUT]
            false = [
                text for audio in others for text in [_heard(model, names, audio)] if _named(text)
            ]
            crossed = [
                text
                for text, name in zip(told, NAMES, strict=True)
                if any(other in text for other in NAMES if other != name)
            ]
            rows.append(
                [
                    voice,
                    str(len(NAMES)),
                    str(sum(name in text for name, text in zip(NAMES, bare, strict=True))),
                    str(sum(name in text for name, text in zip(NAMES, told, strict=True))),
                    str(len(false) + len(crossed)),
                ]
            )
            print(rows[-1], flush=True)
    total = [sum(int(row[at]) for row in rows) for at in range(1, 5)]
    headline = (
        f"{total[2]} of {total[0]} made-up names right where the agent expects them, {total[1]} "
        f"where it does not; {total[3]} names written that nobody said"
    )
    head = ["voice", "names said", "right without likely words", "right with", "false"]
    print(write_table("names", "Likely words", headline, head, rows))


def _named(text: str) -> bool:
    return any(name in text for name in NAMES)


def _heard(model: Model, names: PhraseCorrector | None, audio: Floats) -> str:
    speech = MoonshineUtterance(model, names)
    speech.add(audio.astype(np.float32))
    return speech.final().text


if __name__ == "__main__":
    main()
