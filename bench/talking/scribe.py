"""Does the scribe do what strangers ask of it? By their words, and by their words as heard.

VOICES="hibari espeak slt rms" names voices: the two embedded ones, and those of flite. Each speaks
the first utterances and the held-out ones, and the default recogniser hears them. Without it the
written words are tried.
"""

import asyncio
import os
import re
import tempfile
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from subprocess import run

import numpy as np

from bench.tables import write_table
from sessions_app.engine.agent.responders.scribe.commands import commands_in
from sessions_app.engine.agent.responders.scribe.hints import hints
from sessions_app.engine.audio.resample import Resampler
from sessions_app.engine.audio.vad.silero import SileroVad
from sessions_app.engine.core.frames import SPEECH_RATE, AudioFrame, Samples
from sessions_app.engine.stt.base import Recogniser
from sessions_app.engine.stt.batch_transcribe import find_speech, transcribe
from sessions_app.engine.stt.segmenter import Segmenter
from sessions_app.engine.text.writing import join_sentences, plain_words
from sessions_app.engine.tts.base import Synthesiser
from sessions_app.engine.tts.engines.espeak import EspeakSynthesiser
from sessions_app.engine.tts.engines.hibari import HibariSynthesiser
from sessions_app.runtime.recognisers import Recognisers
from tests.fixtures.speech import read_wav

FILE = Path(__file__).with_name("utterances.txt")
HELD_OUT = Path(__file__).with_name("held_out.txt")
"""Utterances that no rule was made for."""

SPOKEN = 130
"""So many of `utterances.txt` are spoken, and all held-out ones."""

BEFORE = "46 of the first 130 and 146 of all 382"
"""What 192a2ce, which knew 45 phrases, did right with the same file."""

UNSEEN = "59 of the last 62"
"""Those were written when all the others were understood; this many were right at once."""

LEAD, TAIL = np.zeros(8_000, np.int16), np.zeros(12_800, np.int16)

Action = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody says, and what is to be done: each command with the words it takes."""

    text: str
    actions: tuple[Action, ...]


@cache
def utterances(file: Path = FILE) -> tuple[Asked, ...]:
    """Returns the table of `utterances.txt`, or of another file."""
    lines = file.read_text().splitlines()
    return tuple(_read(line) for line in lines if line and not line.startswith("#"))


def _read(line: str) -> Asked:
    text, _, shown = line.rpartition("|")
    parts = [] if shown.strip() == "-" else shown.split(";")
    return Asked(text.strip(), tuple(_action(part) for part in parts))


def _action(shown: str) -> Action:
    command, _, text = shown.partition(":")
    return command.strip(), " ".join(plain_words(text))


def done(text: str) -> tuple[Action, ...]:
    """Returns what the scribe does for `text`."""
    return tuple((str(one.intent), " ".join(plain_words(one.text))) for one in commands_in(text))


# -- measured -------------------------------------------------------------------------------

EMBEDDED: dict[str, Callable[[], Synthesiser]] = {
    "hibari": HibariSynthesiser,
    "espeak": EspeakSynthesiser,
}
Pairs = Sequence[tuple[Asked, str]]
"""What was said, and the text that the scribe was given of it."""


def main() -> None:
    """Measures and writes the table."""
    voices = re.findall(r"\w+", os.environ.get("VOICES", ""))
    first, unseen = utterances()[:SPOKEN], utterances(HELD_OUT)
    by_voice = asyncio.run(_heard(voices, [*first, *unseen])) if voices else {}
    heard = {"written": _as_written(utterances())}
    heard |= {name: pairs[: len(first)] for name, pairs in by_voice.items()}
    heard["held out, written"] = _as_written(unseen)
    heard |= {f"held out, {name}": pairs[len(first) :] for name, pairs in by_voice.items()}
    rows = [[name, *_row(pairs)] for name, pairs in heard.items()]
    head = ["utterances", "of them", "right action", "and right words", "rightly nothing done"]
    shares = ", ".join(f"{row[0]} {row[2]}" for row in rows)
    headline = (
        f"Right actions: {shares}; before, with the right words: {BEFORE}; at first sight {UNSEEN}"
    )
    print(write_table("scribe", "The scribe and natural wording", headline, head, rows))


def _as_written(asked: Sequence[Asked]) -> Pairs:
    return [(one, one.text) for one in asked]


def _row(pairs: Pairs) -> list[str]:
    found = [(asked.actions, done(text)) for asked, text in pairs]
    commands = sum(_commands(wanted) == _commands(got) for wanted, got in found)
    exactly = sum(wanted == got for wanted, got in found)
    idle = [got for wanted, got in found if not wanted]
    share = f"{100 * commands / len(found):.1f} %"
    return [str(len(found)), share, str(exactly), f"{idle.count(())} of {len(idle)}"]


def _commands(actions: Sequence[Action]) -> list[str]:
    return [command for command, _ in actions]


async def _heard(voices: Sequence[str], said: Sequence[Asked]) -> dict[str, Pairs]:
    """Returns what the default recogniser makes of each voice, told what the scribe listens for."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "voicesite.settings")
    vad, recognisers = SileroVad(), Recognisers()
    recognisers.load("default")
    recogniser = recognisers.get("default")
    await vad.start()
    await recogniser.start()
    found: dict[str, Pairs] = {}
    try:
        for voice in voices:
            found[f"by {voice}"] = [
                (asked, await _text_of(samples, vad, recogniser))
                async for asked, samples in _spoken(voice, said)
            ]
    finally:
        await recognisers.aclose()
        await vad.aclose()
    return found


async def _text_of(samples: Samples, vad: SileroVad, recogniser: Recogniser) -> str:
    """Returns the text of an utterance as a turn of a live call has it."""
    frames = [AudioFrame(np.concatenate([LEAD, samples, TAIL]), SPEECH_RATE, 0.0)]
    speech = await find_speech(lambda: frames, vad)
    finals = await transcribe(lambda: frames, speech, recogniser, "en-US", hints())
    segmenter = Segmenter()
    return join_sentences(piece.text for final in finals for piece in segmenter.final(final))


async def _spoken(voice: str, said: Sequence[Asked]) -> AsyncIterator[tuple[Asked, Samples]]:
    """Yields the utterances with their sound."""
    if voice not in EMBEDDED:
        for asked in said:
            yield asked, await asyncio.to_thread(_by_flite, voice, asked.text)
        return
    engine = EMBEDDED[voice]()
    await engine.start()
    try:
        for asked in said:
            resampler, pieces = None, []
            async with aclosing(engine.stream(asked.text)) as chunks:
                async for chunk in chunks:
                    resampler = resampler or Resampler(chunk.sample_rate, 1)
                    pieces.append(resampler.process(chunk.samples.reshape(1, -1)))
            yield asked, np.concatenate(pieces)
    finally:
        await engine.aclose()


def _by_flite(voice: str, text: str) -> Samples:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "said.wav"
        run(["flite", "-voice", voice, "-t", text, "-o", str(path)], check=True, timeout=60)
        return read_wav(path)
