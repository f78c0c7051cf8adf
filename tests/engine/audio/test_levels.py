import numpy as np
import pytest

from sessions_app.engine.audio.levels import SILENCE_DBFS, LevelMeter, dbfs, waveform
from tests.engine.audio.signals import tone


def test_levels_of_known_signals() -> None:
    assert dbfs(np.full(100, -32_768, np.int16)) == pytest.approx(0)
    assert dbfs(tone(1000, 1, level=1.0)) == pytest.approx(-3.01, abs=0.01)
    assert dbfs(tone(1000, 1, level=0.1)) == pytest.approx(-23.01, abs=0.01)
    assert dbfs(np.zeros(100, np.int16)) == SILENCE_DBFS
    assert dbfs(np.zeros(0, np.int16)) == SILENCE_DBFS


def test_a_track_has_a_value_every_100_ms() -> None:
    meter = LevelMeter()
    sound = np.concatenate(
        (np.zeros(3200, np.int16), tone(500, 0.2, level=0.5), np.zeros(900, np.int16))
    )
    for part in np.array_split(sound, 7):
        meter.add(part)
    track = meter.track()
    assert track.peaks == (0, 0, 50, 50, 0)
    assert track.dbfs == (-100.0, -100.0, -9.0, -9.0, -100.0)
    assert track.loudest(0, 200) == SILENCE_DBFS
    assert track.loudest(150, 201) == -9.0
    assert track.loudest(-300, -100) == SILENCE_DBFS
    assert track.loudest(9000, 9500) == SILENCE_DBFS


def test_the_lowest_sample_is_a_full_peak() -> None:
    meter = LevelMeter()
    meter.add(np.full(1600, -32_768, np.int16))
    assert meter.track().peaks == (100,)


def test_a_long_waveform_is_thinned_without_losing_peaks() -> None:
    peaks = [0] * 4001
    peaks[3500] = 77
    drawn = waveform(peaks)
    assert len(drawn) <= 2000
    assert max(drawn) == 77
    assert waveform([1, 2, 3]) == [1, 2, 3]
    assert waveform([]) == []
