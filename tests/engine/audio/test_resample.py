import time

import numpy as np
import pytest

from sessions_app.engine.audio.levels import dbfs
from sessions_app.engine.audio.resample import DELAY_MS, Resampler
from sessions_app.engine.core.errors import MediaError
from sessions_app.engine.core.frames import Samples
from tests.engine.audio.signals import click, found_ms, tone


def packed(samples: Samples, channels: int) -> Samples:
    return np.repeat(samples, channels).reshape(1, -1)


def converted(samples: Samples, rate: int, chunk: int, channels: int = 1) -> Samples:
    resampler = Resampler(rate, channels)
    return np.concatenate(
        [
            resampler.process(packed(samples[at : at + chunk], channels))
            for at in range(0, len(samples), chunk)
        ]
    )


@pytest.mark.parametrize("rate", [8_000, 12_000, 16_000, 24_000, 32_000, 44_100, 48_000, 96_000])
@pytest.mark.parametrize("chunk", [1009, 77])
def test_ten_seconds_stay_ten_seconds(rate: int, chunk: int) -> None:
    assert len(converted(np.zeros(10 * rate, np.int16), rate, chunk)) == 160_000


def test_chunks_make_no_difference() -> None:
    sound = np.random.default_rng(1).integers(-20_000, 20_000, 9600).astype(np.int16)
    whole = converted(sound, 48_000, 9600, 2).astype(int)
    for chunk in (333, 960):
        other = converted(sound, 48_000, chunk, 2)
        assert len(other) == len(whole)
        # a product of another size may be rounded otherwise, which depends on the processor
        assert np.abs(whole - other).max() <= 1


def test_a_usual_frame_gives_a_usual_frame() -> None:
    resampler = Resampler(48_000, 2)
    for _ in range(3):
        assert resampler.process(np.zeros((1, 1920), np.int16)).shape == (320,)


@pytest.mark.parametrize("rate", [8_000, 44_100, 48_000])
@pytest.mark.parametrize("hz", [300, 1000, 3000])
def test_speech_passes_unchanged(rate: int, hz: int) -> None:
    heard = converted(tone(hz, 1, rate), rate, rate // 50)[1600:]
    assert dbfs(heard) == pytest.approx(dbfs(tone(hz, 1)), abs=0.2)


@pytest.mark.parametrize("rate", [32_000, 44_100, 48_000])
@pytest.mark.parametrize("hz", [8_100, 9_000, 12_000, 15_500])
def test_what_would_fold_back_is_taken_out(rate: int, hz: int) -> None:
    sound = tone(hz, 1, rate)
    assert dbfs(converted(sound, rate, rate // 50)[1600:]) < dbfs(sound) - 55


def test_planar_and_packed_are_the_same() -> None:
    left, right = tone(500, 0.1, 48_000), tone(900, 0.1, 48_000)
    planar = np.stack((left, right))
    interleaved = planar.T.reshape(1, -1)
    one, other = Resampler(48_000, 2), Resampler(48_000, 2)
    assert np.array_equal(one.process(planar), other.process(interleaved))


def test_loud_audio_does_not_wrap_round() -> None:
    square = np.where(np.arange(48_000) // 240 % 2, 32_767, -32_768).astype(np.int16)
    heard = converted(square, 48_000, 960).astype(np.int32)
    assert heard.max() == 32_767
    assert np.abs(np.diff(heard)).max() < 60_000


def test_the_delay_is_as_stated() -> None:
    pulse = np.interp(np.arange(14_400) / 3, np.arange(4800), click(100, 300))
    heard = converted(pulse.astype(np.int16), 48_000, 960)
    assert found_ms(heard, 16_000) == pytest.approx(100 + DELAY_MS, abs=0.1)


def test_what_cannot_be_done_is_said() -> None:
    for rate in (4_000, 16_001, 400_000):
        with pytest.raises(MediaError, match="Hz"):
            Resampler(rate, 1)
    with pytest.raises(MediaError, match="channels"):
        Resampler(48_000, 0)
    with pytest.raises(MediaError, match="shape"):
        Resampler(48_000, 2).process(np.zeros((1, 3), np.int16))
    with pytest.raises(MediaError, match="shape"):
        Resampler(48_000, 2).process(np.zeros(4, np.int16))


def test_a_frame_is_cheap() -> None:
    """It runs on the event loop, 50 times a second for each call."""
    resampler = Resampler(48_000, 2)
    frame = np.random.default_rng(1).integers(-9000, 9000, (1, 1920)).astype(np.int16)
    best = 1.0
    for _ in range(40):
        started = time.perf_counter()
        for _ in range(25):
            resampler.process(frame)
        best = min(best, (time.perf_counter() - started) / 25)
    assert best < 80e-6
