"""What callers and agents say under load: speech by flite without long pauses, the same for all."""

import re
import tempfile
from functools import cache
from pathlib import Path

import numpy as np

from sessions_app.engine.audio.opus import OpusEncoder
from sessions_app.engine.core.frames import SPEECH_RATE, Samples
from tests.fixtures.speech import read_wav, speak

SENTENCES = (
    "The train to the coast leaves at ten past four from the platform behind the old station.",
    "Please write down that the meeting was moved to the second week of the month.",
)
CLIENT_RATE = 48_000
CLIENT_BITRATE = 32_000


@cache
def speech() -> Samples:
    """Returns some seconds of speech, int16 mono 16 kHz, shape (n,), whole frames of 20 ms."""
    with tempfile.TemporaryDirectory() as folder:
        parts = [read_wav(speak(Path(folder), text)) for text in SENTENCES]
    sound = np.concatenate(parts)
    return sound[: len(sound) // 320 * 320]


@cache
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


def clips(sound: Samples) -> dict[int, list[bytes]]:
    """Returns the sound's packets for answers that take 16 and 48 kHz."""
    return {rate: packets(sound, rate) for rate in (SPEECH_RATE, CLIENT_RATE)}


def fitting(sdp: str) -> int:
    """Returns at which of these rates a browser codes after such an answer (RFC 7587, 6.1)."""
    asked = re.search(r"maxplaybackrate=(\d+)", sdp)
    return SPEECH_RATE if asked is not None and int(asked[1]) <= SPEECH_RATE else CLIENT_RATE


def packets(sound: Samples, rate: int = CLIENT_RATE) -> list[bytes]:
    """Returns the sound as a browser would send it: 20 ms Opus packets."""
    times = rate // SPEECH_RATE
    at = np.arange(len(sound) * times) / times
    wide = np.interp(at, np.arange(len(sound)), sound).astype(np.int16)
    encoder = OpusEncoder(rate, bitrate=CLIENT_BITRATE, complexity=9)
    frame = rate // 50
    try:
        return [encoder.encode(wide[n : n + frame]) for n in range(0, len(wide), frame)]
    finally:
        encoder.close()
