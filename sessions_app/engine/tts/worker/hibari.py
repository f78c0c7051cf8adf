"""hibari's process: one thread, and files that are checked at each start."""

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
from sessions_app.engine.tts.hibari.reading import PhonemeReader, PhonemeRun, Spelling
from sessions_app.engine.tts.hibari.sound import SilenceTrimmer, pause_s, pcm, synthesise
from sessions_app.engine.tts.hibari.tables import PackedTable
from sessions_app.engine.tts.worker.worker import AUDIO, END, WORDS, Send, VoiceEngine, serve
from sessions_app.engine.workers.framing import as_json

VOICE = {"name": "heart", "label": "Heart (American English)", "language": "en-US"}

RATE = 24_000
"""Hz, of hibari's voices."""

WireWord = tuple[int, int, float, float]
"""A word: start and end in characters of the text, start and end in ms of the audio."""


class HibariSpeaker:
    """hibari's networks and tables. Loading takes a second of CPU."""

    def __init__(self, files: Path) -> None:
        from hibari import Hibari, dsp  # noqa: PLC0415 - only this process loads it

        self._dsp = dsp
        self._sentences: Callable[[str], list[str]] = Hibari.split_sentences
        self._network = Network(files / "hibari.onnx")
        self._reader = _reader(files)
        _release_memory()

    def spoken(self, text: str, speed: float) -> Iterator[tuple[Floats, list[WireWord]]]:
        """Yields the audio of a text by sentences, with the words that are known by then."""
        at = made = 0
        for sentence in self._sentences(text):
            at = text.index(sentence, at)
            for run in self._reader.runs(sentence, at):
                begun_ms = 1000 * made / RATE
                for samples, words in self._sounding(run, speed):
                    made += len(samples)
                    yield samples, [(a, b, s + begun_ms, e + begun_ms) for a, b, s, e in words]
            at += len(sentence)

    def _sounding(self, run: PhonemeRun, speed: float) -> Iterator[tuple[Floats, list[WireWord]]]:
        """Yields the audio of a run: its words with the first part, the last word with the last.

        Only then is the last word's end known: the network counts the silence after it.
        """
        parameters, ends_ms = self._network.run(run.phonemes, speed)
        trimmer = SilenceTrimmer(RATE, pause_s(run.end) / speed)
        words: list[WireWord] = []
        length = 0
        for samples in synthesise(self._dsp, parameters, np.random.default_rng(0)):
            had_begun, audible = trimmer.begun, trimmer.feed(samples)
            if trimmer.begun and not had_begun:
                words = _placed(run, ends_ms - 1000 * trimmer.cut / RATE)
            if len(audible):
                length += len(audible)
                yield audible, words[:-1]
                words = words[-1:]
        yield trimmer.finish(), _within(words, 1000 * length / RATE)


def _placed(run: PhonemeRun, ends_ms: Times) -> list[WireWord]:
    """Returns the words of a run with their times; `ends_ms` is when each phoneme ends."""
    at = np.maximum(0.0, ends_ms).tolist()
    return [(start, end, at[first - 1], at[last - 1]) for start, end, first, last in run.words]


def _within(words: list[WireWord], end_ms: float) -> list[WireWord]:
    return [(a, b, min(start, end_ms), min(end, end_ms)) for a, b, start, end in words]


class HibariEngine:
    """hibari with the voice in its wheel, loaded at the first text."""

    def __init__(self, files: Path) -> None:
        self._files = files
        self._speaker: HibariSpeaker | None = None

    def voices(self) -> dict[str, Any]:
        return {"voices": [VOICE]}

    def speak(self, request: dict[str, Any], send: Send, stopped: Callable[[], bool]) -> bool:
        if request["voice"] != VOICE["name"]:
            return False
        self._speaker = self._speaker or HibariSpeaker(self._files)
        for samples, words in self._speaker.spoken(request["text"], request["speed"]):
            if stopped():
                break
            if words:
                send(WORDS, as_json({"words": words}))
            send(AUDIO, pcm(samples).tobytes())
        send(END, as_json({"words": []}))
        return True


class Unusable:
    """The engine where hibari cannot run: reports why, and refuses every text."""

    def __init__(self, problem: str) -> None:
        self._problem = problem

    def voices(self) -> dict[str, Any]:
        return {"voices": [], "problem": self._problem}

    def speak(self, request: dict[str, Any], send: Send, stopped: Callable[[], bool]) -> bool:
        raise UnusableError


def _reader(files: Path) -> PhonemeReader:
    from hibari.g2p import G2P  # noqa: PLC0415 - only this process loads it
    from hibari.g2p.normalize import normalize  # noqa: PLC0415
    from hibari.g2p.oov import OOV  # noqa: PLC0415

    g2p = G2P(oov=Spelling(OOV(session=session((files / "oov.onnx").read_bytes()))))
    for table in (g2p.lexicon.golds, g2p.lexicon.silvers):
        table.d = PackedTable(table.d)
    g2p.tagger.weights = PackedTable(g2p.tagger.weights)
    g2p.tagger.tagdict = PackedTable(g2p.tagger.tagdict)
    numbers = json.loads((files / "vocab.json").read_text(encoding="utf-8"))
    return PhonemeReader(g2p, normalize, numbers)


def _release_memory() -> None:
    """Returns to the system the memory that loading the tables took before they were packed."""
    gc.collect()
    with contextlib.suppress(AttributeError):  # not every C library has it
        ctypes.CDLL(None).malloc_trim(0)


def make_engine() -> VoiceEngine:
    """Returns the engine, or an `Unusable` one that reports why."""
    try:
        return HibariEngine(assets())
    except UnusableError as error:
        return Unusable(str(error))


if __name__ == "__main__":
    serve(make_engine())
