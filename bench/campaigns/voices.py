"""The VAD on noise alone, and on speech in noise."""

import asyncio
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.spoken import TALK
from bench.tables import write_table
from sessions_app.engine.audio.vad.silero import SileroVad
from sessions_app.engine.core.events import SpeechEnded, SpeechStarted
from sessions_app.engine.core.frames import SPEECH_RATE, AudioFrame, Samples
from tests.fixtures.speech import read_wav, speak

MINUTES = 10
LEVEL = 800.0
"""Root mean square of the noise alone, -32 dBFS: a loud room."""

REPEATS = 6
NEAR_MS = 400.0
BEHIND_MS = 2_000.0
Floats = NDArray[np.float64]
Noise = Callable[[int], Floats]
DICE = np.random.default_rng(7)


def coloured(power: float) -> Noise:
    """Returns noise whose amplitude falls with frequency to that power."""

    def make(length: int) -> Floats:
        spectrum = np.fft.rfft(DICE.normal(0, 1, length))
        falls = np.maximum(np.arange(len(spectrum)), length * 20 / SPEECH_RATE) ** power
        return np.asarray(np.fft.irfft(spectrum / falls, length), np.float64)

    return make


def hum(length: int) -> Floats:
    """A fan: mains hum with its overtones, and air."""
    at = np.arange(length) / SPEECH_RATE
    tones = sum(np.sin(2 * np.pi * 50 * n * at) / n for n in range(1, 8))
    return np.asarray(tones, np.float64) + at_level(coloured(0.5)(length), 0.3)


def keys(length: int) -> Floats:
    """Somebody types: short clicks, five a second, over a quiet room."""
    out = 0.02 * DICE.normal(0, 1, length)
    for at in DICE.integers(0, length - 400, 5 * length // SPEECH_RATE):
        out[at : at + 400] += DICE.normal(0, 1, 400) * np.exp(-np.arange(400) / 60)
    return out


NOISES: dict[str, Noise] = {
    "white": coloured(0.0),
    "pink": coloured(0.5),
    "brown": coloured(1.0),
    "a fan": hum,
    "typing": keys,
}


def at_level(noise: Floats, rms: float) -> Floats:
    """Returns the noise at that root mean square."""
    return np.asarray(noise * (rms / np.sqrt(np.mean(noise**2))), np.float64)


def as_samples(wave: Floats) -> Samples:
    return np.clip(wave, -32_768, 32_767).astype(np.int16)


def main() -> None:
    """Measures all noises and writes the table."""
    print(asyncio.run(_measure()))


async def _measure() -> str:
    vad = SileroVad()
    await vad.start()
    rows, false_starts, missed, spoken = [], 0, 0, 0
    try:
        with tempfile.TemporaryDirectory() as folder:
            speech = [read_wav(speak(Path(folder), text)) for text in TALK]
            for name, make in NOISES.items():
                alone = await _alone(vad, make)
                there, lost = await _within(vad, make, speech)
                rows.append([name, str(alone), str(there), str(lost)])
                false_starts, missed, spoken = false_starts + alone, missed + lost, spoken + there
                print(rows[-1], flush=True)
    finally:
        await vad.aclose()
    headline = (
        f"{false_starts} false segments in {MINUTES * len(NOISES)} minutes of noise; "
        f"{missed} of {spoken} utterances at 5 dB missed"
    )
    head = ["noise", f"false segments in {MINUTES} min", "utterances at 5 dB", "starts missed"]
    return write_table("voices", "Voices and noise", headline, head, rows)


async def _alone(vad: SileroVad, make: Noise) -> int:
    noise = as_samples(at_level(make(60 * MINUTES * SPEECH_RATE), LEVEL))
    return sum(isinstance(event, SpeechStarted) for event in await judged(vad, noise))


async def _within(vad: SileroVad, make: Noise, speech: list[Samples]) -> tuple[int, int]:
    """Returns how many utterances were spoken 5 dB above the noise, and how many not heard."""
    pause = np.zeros(2 * SPEECH_RATE)
    pieces, starts, position = [pause], list[float](), len(pause)
    for samples in speech * REPEATS:
        loud = np.flatnonzero(np.abs(samples.astype(np.int32)) > 500)
        starts.append(1000 * (position + loud[0]) / SPEECH_RATE)
        pieces += [samples.astype(np.float64), pause]
        position += len(samples) + len(pause)
    talk = np.concatenate(pieces)
    voice = np.concatenate([s.astype(np.float64) for s in speech])
    level = np.sqrt(np.mean(voice**2)) / 10 ** (5 / 20)
    noisy = as_samples(talk + at_level(make(len(talk)), float(level)))
    events = await judged(vad, noisy)
    begun = [event.at_ms for event in events if isinstance(event, SpeechStarted)]
    missed = sum(not any(abs(at - start) < NEAR_MS for at in begun) for start in starts)
    return len(starts), missed


async def judged(vad: SileroVad, samples: Samples) -> list[SpeechStarted | SpeechEnded]:
    """Returns what the VAD tells of `samples`."""
    told: list[SpeechStarted | SpeechEnded] = []
    stream = vad.open(told.append)
    for at in range(0, len(samples), 1_600):
        piece = samples[at : at + 1_600]
        stream.feed(AudioFrame(piece, SPEECH_RATE, 1000 * at / SPEECH_RATE))
        while stream.seen_ms < 1000 * at / SPEECH_RATE - BEHIND_MS:  # noqa: ASYNC110 - a thread's
            await asyncio.sleep(0.001)
    await stream.drain()
    stream.close()
    return told
