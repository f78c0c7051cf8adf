"""The process in which hibari speaks: one thread, and files that are checked at each start."""

import contextlib
import ctypes
import gc
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from sessions_app.engine.tts.hibari.files import UnusableError, assets
from sessions_app.engine.tts.hibari.network import Floats, Network, Times, session
from sessions_app.engine.tts.hibari.reading import Reader, SoundRun, Spelling
from sessions_app.engine.tts.hibari.sound import Trimming, pause_s, pcm, sound
from sessions_app.engine.tts.hibari.tables import PackedTable
from sessions_app.engine.tts.worker.worker import AUDIO, END, WORDS, Send, VoiceEngine, serve
from sessions_app.engine.workers.framing import as_json

VOICE = {"name": "heart", "label": "Heart (American English)", "language": "en-US"}
RATE = 24_000

Told = tuple[int, int, float, float]
"""A word: from and to which character of the text, from and to which ms of the sound."""


class HibariSpeaker:
    """hibari's networks and tables, loaded: a second of CPU."""

    def __init__(self, files: Path) -> None:
        from hibari import Hibari, dsp  # noqa: PLC0415 - only this process loads it

        self._dsp = dsp
        self._sentences: Callable[[str], list[str]] = Hibari.split_sentences
        self._network = Network(files / "hibari.onnx")
        self._reader = _reader(files)
        _give_memory_back()

    def spoken(self, text: str, speed: float) -> Iterator[tuple[Floats, list[Told]]]:
        """Yields the sound of a text, sentence by sentence, with words that are known by then."""
        at = made = 0
        for sentence in self._sentences(text):
            at = text.index(sentence, at)
            for run in self._reader.runs(sentence, at):
                begun_ms = 1000 * made / RATE
                for samples, words in self._sounding(run, speed):
                    made += len(samples)
                    yield samples, [(a, b, s + begun_ms, e + begun_ms) for a, b, s, e in words]
            at += len(sentence)

    def _sounding(self, run: SoundRun, speed: float) -> Iterator[tuple[Floats, list[Told]]]:
        """Yields the sound of a run: its words with the first of it, the last word with the rest.

        How long the last one sounds is known only then: to the network silence is a part of it.
        """
        told, ends_ms = self._network.run(run.sounds, speed)
        trimming = Trimming(RATE, pause_s(run.end) / speed)
        words: list[Told] = []
        length = 0
        for samples in sound(self._dsp, told, np.random.default_rng(0)):
            begun, heard = trimming.begun, trimming.feed(samples)
            if trimming.begun and not begun:
                words = _placed(run, ends_ms - 1000 * trimming.cut / RATE)
            if len(heard):
                length += len(heard)
                yield heard, words[:-1]
                words = words[-1:]
        yield trimming.finish(), _within(words, 1000 * length / RATE)


def _placed(run: SoundRun, ends_ms: Times) -> list[Told]:
    """Returns when the words of a run sound, whose sounds end then."""
    at = np.maximum(0.0, ends_ms).tolist()
    return [(start, end, at[first - 1], at[last - 1]) for start, end, first, last in run.words]


def _within(words: list[Told], end_ms: float) -> list[Told]:
    return [(a, b, min(start, end_ms), min(end, end_ms)) for a, b, start, end in words]


class HibariEngine:
    """hibari with the voice that its wheel carries, loaded when it speaks first."""

    def __init__(self, files: Path) -> None:
        self._files = files
        self._speaker: HibariSpeaker | None = None

    def voices(self) -> dict[str, Any]:
        return {"voices": [VOICE]}

    def speak(self, given: dict[str, Any], send: Send, stopped: Callable[[], bool]) -> bool:
        if given["voice"] != VOICE["name"]:
            return False
        self._speaker = self._speaker or HibariSpeaker(self._files)
        for samples, words in self._speaker.spoken(given["text"], given["speed"]):
            if stopped():
                break
            if words:
                send(WORDS, as_json({"words": words}))
            send(AUDIO, pcm(samples).tobytes())
        send(END, as_json({"words": []}))
        return True


class Unusable:
    """Stands where hibari cannot run: says why, and speaks nothing."""

    def __init__(self, problem: str) -> None:
        self._problem = problem

    def voices(self) -> dict[str, Any]:
        return {"voices": [], "problem": self._problem}

    def speak(self, given: dict[str, Any], send: Send, stopped: Callable[[], bool]) -> bool:
        raise UnusableError


def _reader(files: Path) -> Reader:
    from hibari.g2p import G2P  # noqa: PLC0415 - only this process loads it
    from hibari.g2p.normalize import normalize  # noqa: PLC0415
    from hibari.g2p.oov import OOV  # noqa: PLC0415

    g2p = G2P(oov=Spelling(OOV(session=session((files / "oov.onnx").read_bytes()))))
    for table in (g2p.lexicon.golds, g2p.lexicon.silvers):
        table.d = PackedTable(table.d)
    g2p.tagger.weights = PackedTable(g2p.tagger.weights)
    g2p.tagger.tagdict = PackedTable(g2p.tagger.tagdict)
    numbers = json.loads((files / "vocab.json").read_text(encoding="utf-8"))
    return Reader(g2p, normalize, numbers)


def _give_memory_back() -> None:
    """Gives back what the tables took as they were read, before they were packed."""
    gc.collect()
    with contextlib.suppress(AttributeError):  # not every C library has it
        ctypes.CDLL(None).malloc_trim(0)


def made() -> VoiceEngine:
    """Returns the engine, or what says why there is none."""
    try:
        return HibariEngine(assets())
    except UnusableError as error:
        return Unusable(str(error))


if __name__ == "__main__":
    serve(made())
