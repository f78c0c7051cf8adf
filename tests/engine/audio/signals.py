"""Signals to send through, and how to find them again."""

from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from sessions_app.engine.core.frames import AudioFrame, Samples
from sessions_app.engine.recording.lanes import LaneRecorder, read_lane
from tests.engine.conftest import MemorySink

Floats = NDArray[np.float64]


def tone(hz: float, seconds: float, rate: int = 16_000, level: float = 0.3) -> Samples:
    times = np.arange(round(seconds * rate)) / rate
    return np.round(32_767 * level * np.sin(2 * np.pi * hz * times)).astype(np.int16)


def frames(samples: Samples, start_ms: float = 0.0, size: int = 320) -> Iterator[AudioFrame]:
    for at in range(0, len(samples), size):
        yield AudioFrame(samples[at : at + size], 16_000, start_ms + at / 16)


def click(at_ms: float, length_ms: int) -> Samples:
    """A short pulse centred on `at_ms` in silence, at 16 kHz."""
    silence = np.zeros(length_ms * 16, np.float64)
    pulse = pulse_at(16_000)
    first = round(at_ms * 16) - len(pulse) // 2
    silence[first : first + len(pulse)] = pulse
    return np.round(20_000 * silence).astype(np.int16)


def pulse_at(rate: int) -> Floats:
    times = np.arange(-round(0.008 * rate), round(0.008 * rate) + 1) / rate
    return np.asarray(np.cos(2 * np.pi * 800 * times) * np.exp(-((times / 0.002) ** 2)))


def found_ms(samples: NDArray[np.generic], rate: int) -> float:
    """Where the pulse is, by correlation, in ms."""
    matched = np.correlate(samples.astype(np.float64), pulse_at(rate), "same")
    return float(np.argmax(matched)) * 1000 / rate


def likeness(left: Samples, right: Samples) -> float:
    """The correlation of two runs of equal length: 1 for the same sound."""
    return float(np.corrcoef(left.astype(np.float64), right.astype(np.float64))[0, 1])


def lane_audio(path: Path, seconds: float) -> Samples:
    """A lane from the call's start on, gaps as silence."""
    whole = np.zeros(round(seconds * 16_000), np.int16)
    for frame in read_lane(path):
        first = round(frame.start_ms * 16)
        part = frame.samples[: max(0, len(whole) - first)]
        whole[first : first + len(part)] = part
    return whole


async def lane_file(path: Path, *runs: tuple[float, Samples]) -> Path:
    """A lane with audio at the given starts (ms)."""
    sink = MemorySink()
    recorder = LaneRecorder(sink)
    for start_ms, samples in runs:
        for frame in frames(samples, start_ms):
            recorder.add(frame)
    await recorder.aclose()
    assert sink.closed
    return sink.saved(path)


def decoded_by_ffmpeg(path: Path) -> Floats:
    """Decodes with PyAV: float64 of shape (channels, n) at 48 kHz."""
    parts = []
    with av.open(str(path)) as container:
        for frame in container.decode(audio=0):
            assert isinstance(frame, av.AudioFrame)
            assert frame.sample_rate == 48_000
            array = frame.to_ndarray().astype(np.float64)
            if not frame.format.is_planar:
                array = array.reshape(-1, len(frame.layout.channels)).T
            parts.append(array)
    return np.concatenate(parts, axis=1)
