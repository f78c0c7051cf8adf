"""A tone in place of what is hidden, in both sides of a recording."""

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from sessions_app.engine.core.frames import SPEECH_RATE, Samples
from sessions_app.engine.recording.lanes import lane_length_ms, read_lane
from sessions_app.engine.recording.merging import MergedRecording, write_recording

MARGIN_MS = 100
"""How much more than the words is hidden on each side: their times may be off by so much."""

TONE_HZ, TONE_LEVEL = 1_000, 0.05
"""A quiet tone (-26 dBFS): who listens hears that something is hidden."""

_PER_MS = SPEECH_RATE // 1000

Times = tuple[int, int]
"""Start and end in ms on the call clock."""


class ToneMask:
    """Puts a tone into samples (16 kHz) at `spans`, and MARGIN_MS around them."""

    def __init__(self, spans: Sequence[Times]) -> None:
        self._spans = [
            (max(0, start - MARGIN_MS) * _PER_MS, (end + MARGIN_MS) * _PER_MS)
            for start, end in spans
        ]

    def __call__(self, samples: Samples, first: int) -> None:
        """Changes `samples`, of which the first is sample `first` of the call, in place."""
        for start, end in self._spans:
            at, to = max(start - first, 0), min(end - first, len(samples))
            if at < to:
                samples[at:to] = _tone(first + at, to - at)


def mask_recording(source: Path, target: Path, spans: Sequence[Times]) -> MergedRecording:
    """Writes a finished recording again to `target`, with a tone at `spans`; it has no checks.

    It is decoded and encoded again, so that nothing of the sound is left. Blocks for 1 to 2 % of
    its length. `target` appears only once it is complete. Raises OSError (retryable).
    """
    sides = (read_lane(source, 0), read_lane(source, 1))
    return write_recording(sides, round(lane_length_ms(source)), target, ToneMask(spans))


def _tone(first: int, count: int) -> Samples:
    places = np.arange(first, first + count)
    wave = np.sin(2 * math.pi * TONE_HZ / SPEECH_RATE * places)
    samples: Samples = np.round(32_767 * TONE_LEVEL * wave).astype(np.int16)
    return samples
