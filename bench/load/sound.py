"""What callers and agents say under load: speech by flite without long pauses, the same for all."""

import tempfile
from functools import cache
from pathlib import Path

import numpy as np

from sessions_app.core.audio import SPEECH_RATE, Samples
from sessions_app.media.opus import OpusEncoder
from tests.fixtures.speech import read_wav, speak

SENTENCES = (
    "The train to the coast leaves at ten past four from the platform behind the old station.",
    "Please write down that the meeting was moved to the second week of the month.",
)
CLIENT_RATE = 48_000
CLIENT_BITRATE = 32_000
_FRAME = CLIENT_RATE // 50


@cache
def speech() -> Samples:
    """Returns some seconds of speech, int16 mono 16 kHz, shape (n,), whole frames of 20 ms."""
    with tempfile.TemporaryDirectory() as folder:
        parts = [read_wav(speak(Path(folder), text)) for text in SENTENCES]
    sound = np.concatenate(parts)
    return sound[: len(sound) // 320 * 320]


def part_time(share: float) -> Samples:
    """Returns speech, and silence after it, so that it is spoken for that share of the time."""
    said = speech()
    rest = round(len(said) * (1 / share - 1)) // 320 * 320
    return np.concatenate([said, np.zeros(rest, np.int16)])


def bursts() -> Samples:
    """Returns a second of silence with one 20 ms tone in it."""
    second = np.zeros(SPEECH_RATE, np.int16)
    at = np.arange(320) / SPEECH_RATE
    second[8_000:8_320] = (12_000 * np.sin(2 * np.pi * 1000 * at)).astype(np.int16)
    return second


def packets(sound: Samples) -> list[bytes]:
    """Returns the sound as a browser would send it: 20 ms Opus packets at 48 kHz."""
    at = np.arange(len(sound) * 3) / 3
    wide = np.interp(at, np.arange(len(sound)), sound).astype(np.int16)
    encoder = OpusEncoder(CLIENT_RATE, bitrate=CLIENT_BITRATE, complexity=9)
    try:
        return [encoder.encode(wide[n : n + _FRAME]) for n in range(0, len(wide), _FRAME)]
    finally:
        encoder.close()
