"""sherpa-onnx, streaming transducers: https://k2-fsa.github.io/sherpa/onnx/.

Run with a tiny model of random weights (sherpa-onnx 2.0.1), not with one that understands.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from sessions_app.engine.core.frames import SPEECH_RATE, Samples
from sessions_app.engine.stt.worker.blocking.base import (
    BlockingEngine,
    Session,
    TimedWord,
    UtteranceResult,
    find_files,
)
from sessions_app.engine.text.writing import parted

PARTS = ("tokens.txt", "encoder*.onnx", "decoder*.onnx", "joiner*.onnx")
TAIL = np.zeros(SPEECH_RATE // 2, np.float32)
"""Silence after an utterance: the model looks ahead for its last tokens.

Less loses last words; more takes longer to decode.
"""

WORD_START = ("\u2581", " ")
"""How tokens begin that begin a word."""

LONGEST_WORD_S = 1.0
"""A word ends so long after its last token began, where no other follows before that."""


class SherpaEngine(BlockingEngine):
    """`model` is the folder of an archive; all calls are decoded in one batch.

    `threads` are ONNX Runtime's; `provider` is cpu, cuda or coreml.
    """

    def __init__(self, model: str, threads: int = 1, provider: str = "cpu") -> None:
        tokens, encoder, decoder, joiner = (str(path) for path in find_files(Path(model), *PARTS))
        import sherpa_onnx  # noqa: PLC0415 - an optional package, and for worker processes alone

        self.recogniser: Any = sherpa_onnx.OnlineRecognizer.from_transducer(
            tokens=tokens,
            encoder=encoder,
            decoder=decoder,
            joiner=joiner,
            num_threads=threads,
            provider=provider,
        )

    def open(self, language: str, phrases: Sequence[str]) -> "SherpaSession":
        return SherpaSession(self)

    def decode(self, sessions: Sequence[Session]) -> None:
        streams = [session.stream for session in sessions if isinstance(session, SherpaSession)]
        while ready := [stream for stream in streams if self.recogniser.is_ready(stream)]:
            self.recogniser.decode_streams(ready)


class SherpaSession(Session):
    """A stream of its own for each utterance."""

    def __init__(self, engine: SherpaEngine) -> None:
        self._engine = engine
        self._start()

    def _start(self) -> None:
        self.stream: Any = self._engine.recogniser.create_stream()
        self._seconds = 0.0

    def accept(self, samples: Samples) -> None:
        self._seconds += len(samples) / SPEECH_RATE
        self.stream.accept_waveform(SPEECH_RATE, samples.astype(np.float32) / 32768)

    def interim(self) -> str:
        return str(self._engine.recogniser.get_result(self.stream)).lower()

    def finish(self) -> UtteranceResult:
        self.stream.accept_waveform(SPEECH_RATE, TAIL)
        self.stream.input_finished()
        self._engine.decode([self])
        recogniser = self._engine.recogniser
        text = str(recogniser.get_result(self.stream)).lower()
        tokens, times = recogniser.tokens(self.stream), recogniser.timestamps(self.stream)
        words = words_of(tokens, times, self._seconds)
        self._start()
        return UtteranceResult(text, words)


def words_of(tokens: Sequence[str], times: Sequence[float], length_s: float) -> list[TimedWord]:
    """Returns words of sub-word tokens; each ends where the next begins, or within a second.

    None is later than the utterance, though the model says the last ones in the tail.
    """
    words: list[TimedWord] = []
    for token, told_s in zip(tokens, times, strict=False):
        start_s = min(told_s, length_s)
        text = token.strip("".join(WORD_START)).lower()
        begins = token.startswith(WORD_START) or not words or parted(words[-1][0], text)
        if begins:
            words.append((text, start_s, start_s, None))
        else:
            words[-1] = (words[-1][0] + text, words[-1][1], start_s, None)
    ends = [*(word[1] for word in words[1:]), length_s]
    return [
        (text, start, max(start, min(following, end + LONGEST_WORD_S, length_s)), None)
        for (text, start, end, _), following in zip(words, ends, strict=False)
        if text
    ]
