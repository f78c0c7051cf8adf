"""Whether a word's confidence says how often it is right: clear speech, and speech in noise."""

import difflib
import tempfile
from itertools import pairwise
from pathlib import Path

import numpy as np

from bench.campaigns.invented import DIGITS, VOICES, said
from bench.spoken import TALK, plain
from bench.tables import write_table
from sessions_app.engine.stt.moonshine.files import checked
from sessions_app.engine.stt.moonshine.model import Floats, Model
from sessions_app.engine.stt.moonshine.utterance import MoonshineUtterance

SENTENCES = (
    *TALK,
    "the old bridge was closed because the river had risen in the night",
    "she keeps a box of letters under the stairs and never opens it",
    "we should leave before the traffic gets any worse than it is",
    "nobody could remember who had asked the first question",
    "the bread is still warm if you would like a slice of it",
    "he forgot his umbrella on the train and had to walk home in the rain",
    "most of the shops in this street are open until late in the evening",
)
NOISES_DB = (None, 15.0, 8.0)
EDGES = (0.0, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 1.01)


def main() -> None:
    """Measures all voices and writes the table."""
    model = Model(checked())
    judged: list[tuple[float, bool]] = []
    with tempfile.TemporaryDirectory() as folder:
        for voice in VOICES:
            for text in SENTENCES:
                audio = said(Path(folder), voice, text)
                for noise in NOISES_DB:
                    judged += _judged(model, text, _noisy(audio.astype(np.float32), noise))
    rows = []
    for low, high in pairwise(EDGES):
        within = [
            (sure, right) for sure, right in judged if low <= sure < high or sure == high == 1
        ]
        if within:
            mean, share = np.mean(within, 0)
            rows.append(
                [f"{low} to {min(high, 1)}", str(len(within)), f"{mean:.2f}", f"{share:.2f}"]
            )
    error = float(np.mean([(sure - right) ** 2 for sure, right in judged]))
    headline = f"{len(judged)} words; mean squared error of the confidence {error:.3f}"
    head = ["confidence", "words", "mean confidence", "share that is right"]
    print(write_table("confidence", "Confidence", headline, head, rows))


def _judged(model: Model, text: str, audio: Floats) -> list[tuple[float, bool]]:
    """Returns the confidence of each word, and whether it is right."""
    speech = MoonshineUtterance(model)
    speech.add(audio)
    words = speech.final().words
    expected = _figured(text)
    found = [_figured(word[0]) for word in words]
    matching = difflib.SequenceMatcher(a=expected, b=["".join(f) for f in found], autojunk=False)
    right = {b.b + at for b in matching.get_matching_blocks() for at in range(b.size)}
    return [(word[3] or 0.0, at in right) for at, word in enumerate(words)]


def _figured(text: str) -> list[str]:
    return [str(DIGITS.index(w)) if w in DIGITS else w for w in plain(text).split()]


def _noisy(audio: Floats, decibels: float | None) -> Floats:
    if decibels is None:
        return audio
    level = float(np.sqrt(np.mean(audio[np.abs(audio) > 0.003] ** 2)))
    noise = np.random.default_rng(len(audio)).normal(0, level / 10 ** (decibels / 20), len(audio))
    return (audio + noise).astype(np.float32)


if __name__ == "__main__":
    main()
