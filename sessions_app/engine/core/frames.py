"""PCM audio as the engine passes it around."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

SPEECH_RATE = 16_000
"""Hz: the one rate that VAD, recognisers and lanes take."""

FRAME_MS = 20
"""Milliseconds in one frame of caller audio."""

Samples = NDArray[np.int16]


@dataclass(slots=True, eq=False)
class AudioFrame:
    """A run of audio at one place on the call clock. Nobody changes one that is made.

    `samples` is int16 mono of shape (n,); `sample_rate` is in Hz; `start_ms` is the
    time of the first sample on the call clock. `packet` is the Opus packet that the samples
    were decoded from, where there is one and it lasts as long.
    """

    samples: Samples
    sample_rate: int
    start_ms: float
    packet: bytes = b""
    duration_ms: float = field(init=False)
    end_ms: float = field(init=False)

    # fifty a second of each call: `frozen` would double what one costs
    def __post_init__(self) -> None:
        self.duration_ms = 1000 * len(self.samples) / self.sample_rate
        self.end_ms = self.start_ms + self.duration_ms

    def parted(self, at_ms: float) -> "tuple[AudioFrame, AudioFrame]":
        """Returns the part before `at_ms`, a time within the frame, and the rest."""
        count = int((at_ms - self.start_ms) * self.sample_rate / 1000)
        first = AudioFrame(self.samples[:count], self.sample_rate, self.start_ms)
        return first, AudioFrame(self.samples[count:], self.sample_rate, first.end_ms)

    def pieces(self, longest_ms: float) -> "Iterator[AudioFrame]":
        """Yields the frame in pieces of `longest_ms`; the last one may be shorter."""
        rest = self
        while rest.duration_ms > longest_ms:
            piece, rest = rest.parted(rest.start_ms + longest_ms)
            yield piece
        yield rest


def silence(duration_ms: float, start_ms: float, sample_rate: int = SPEECH_RATE) -> AudioFrame:
    """Returns a frame of zeros, `duration_ms` long (rounded to whole samples)."""
    count = round(duration_ms * sample_rate / 1000)
    return AudioFrame(np.zeros(count, np.int16), sample_rate, start_ms)


@dataclass(frozen=True, slots=True)
class SpokenWord:
    """A word of the text and where it sounds.

    `start` and `end` are character positions in the text given to `stream`; times are
    milliseconds from the first sample of that text's audio.
    """

    start: int
    end: int
    start_ms: float
    end_ms: float


@dataclass(frozen=True, slots=True)
class VoiceChunk:
    """A few packets of the agent's voice, ready to be sent.

    `body` is int16 mono, or Opus packets one after the other whose lengths are `sizes`.
    """

    seq: int
    codec: str
    sample_rate: int
    duration_ms: float
    body: bytes
    sizes: tuple[int, ...] = ()
