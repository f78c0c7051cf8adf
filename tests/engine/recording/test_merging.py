import hashlib
import subprocess
from pathlib import Path

import numpy as np
import pytest

from sessions_app.engine.core.frames import Samples
from sessions_app.engine.recording.merging import MergedRecording, merge_lanes
from tests.engine.audio.signals import (
    click,
    decoded_by_ffmpeg,
    found_ms,
    lane_file,
    tone,
)


def checks_of(merged: MergedRecording) -> dict[str, bool]:
    return {name: ok for name, ok, _ in merged.checks}


def as_samples(channel: np.ndarray[tuple[int], np.dtype[np.float64]]) -> Samples:
    scale = 32_767 if np.abs(channel).max() <= 2 else 1
    return np.round(scale * channel).clip(-32_768, 32_767).astype(np.int16)


def shown_ms(path: Path) -> float:
    """The duration that ffprobe reads from the container."""
    command = ["ffprobe", "-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0"]
    shown = subprocess.run(
        [*command, str(path)], capture_output=True, text=True, check=True, timeout=30
    )
    return 1000 * float(shown.stdout)


@pytest.mark.parametrize("length_ms", [1, 7, 20, 980, 999, 1000, 1001, 3333, 10_000])
async def test_the_length_is_exact(length_ms: int, tmp_path: Path) -> None:
    lane = await lane_file(tmp_path / "caller.ogg", (0.0, tone(300, 3)))
    target = tmp_path / "call.ogg"
    merged = merge_lanes(lane, None, length_ms, target)
    assert merged.duration_ms == length_ms
    assert decoded_by_ffmpeg(target).shape == (2, 48 * length_ms)
    assert shown_ms(target) == pytest.approx(length_ms, abs=7)


@pytest.mark.parametrize("at_ms", [20.0, 1000.0, 1990.0])
async def test_a_click_stays_where_it_was(at_ms: float, tmp_path: Path) -> None:
    caller = await lane_file(tmp_path / "caller.ogg", (0.0, click(at_ms, 2010)))
    agent = await lane_file(tmp_path / "agent.ogg", (500.0, click(at_ms, 2010)))
    target = tmp_path / "call.ogg"
    merge_lanes(caller, agent, None, target)
    left, right = decoded_by_ffmpeg(target)
    assert found_ms(left, 48_000) == pytest.approx(at_ms, abs=1.5)
    assert found_ms(right, 48_000) == pytest.approx(500 + at_ms, abs=1.5)


async def test_no_length_means_the_longest_lane(tmp_path: Path) -> None:
    caller = await lane_file(tmp_path / "caller.ogg", (0.0, tone(300, 1)))
    agent = await lane_file(tmp_path / "agent.ogg", (500.0, tone(300, 1)))
    merged = merge_lanes(caller, agent, None, tmp_path / "call.ogg")
    assert merged.duration_ms == 1500


async def test_the_facts_are_those_of_the_file(tmp_path: Path) -> None:
    caller = await lane_file(tmp_path / "caller.ogg", (1000.0, tone(300, 1, level=0.5)))
    target = tmp_path / "call.ogg"
    merged = merge_lanes(caller, None, 3050, target)
    data = target.read_bytes()
    assert (merged.size, merged.sha256) == (len(data), hashlib.sha256(data).hexdigest())
    assert [len(side) for side in merged.peaks] == [31, 31]
    assert set(merged.peaks[1]) == {0}
    assert max(merged.peaks[0][:9]) <= 1
    assert min(merged.peaks[0][11:19]) > 40
    assert not target.with_name("call.ogg.part").exists()


async def test_sound_is_looked_for_in_the_right_lane(tmp_path: Path) -> None:
    caller = await lane_file(tmp_path / "caller.ogg", (1000.0, tone(300, 1)))
    merged = merge_lanes(caller, None, 4000, tmp_path / "call.ogg")
    assert merged.audio_under([])[:2] == ("sound", True)
    assert merged.audio_under([(1000, 2000, "caller"), (1500, 1600, "caller")])[1]
    assert not merged.audio_under([(1000, 2000, "caller"), (2500, 3500, "caller")])[1]
    name, ok, detail = merged.audio_under([(1000, 2000, "agent")])
    assert (name, ok) == ("sound", False)
    assert "1 of 1" in detail
    assert "1000 ms" in detail


async def test_checks_tell_what_is_wrong(tmp_path: Path) -> None:
    long = await lane_file(tmp_path / "long.ogg", (0.0, tone(300, 3)))
    empty = await lane_file(tmp_path / "empty.ogg")
    target = tmp_path / "call.ogg"
    assert checks_of(merge_lanes(long, None, 1000, target)) == {"length": False, "lanes": True}
    assert checks_of(merge_lanes(long, empty, 3000, target)) == {"length": True, "lanes": False}
    assert checks_of(merge_lanes(None, None, 500, target)) == {"length": True, "lanes": False}


async def test_a_cut_off_lane_is_merged_as_far_as_it_goes(speech: Samples, tmp_path: Path) -> None:
    lane = await lane_file(tmp_path / "caller.ogg", (0.0, speech))
    lane.write_bytes(lane.read_bytes()[:-700])
    merged = merge_lanes(lane, None, 5000, tmp_path / "call.ogg")
    assert merged.duration_ms == 5000
    assert merged.audio_under([(200, 1500, "caller")])[1]


async def test_a_failed_merge_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        merge_lanes(tmp_path / "missing.ogg", None, 1000, tmp_path / "call.ogg")
    assert not (tmp_path / "call.ogg").exists()
    assert not (tmp_path / "call.ogg.part").exists()
