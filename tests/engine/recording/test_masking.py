"""A tone in place of what is hidden: nothing of the sound is left, and the rest stays."""

from pathlib import Path

import numpy as np

from sessions_app.engine.core.frames import SPEECH_RATE
from sessions_app.engine.recording.masking import MARGIN_MS, TONE_HZ, ToneMask, mask_recording
from sessions_app.engine.recording.merging import merge_lanes
from tests.engine.audio.signals import decoded_by_ffmpeg, lane_file, tone

SOUND_HZ = 300


def strength(side: np.ndarray, hz: int, start_ms: int, end_ms: int) -> float:
    """How much of one frequency there is, as a share of full scale."""
    part = side[48 * start_ms : 48 * end_ms].astype(np.float64)
    part = part / (32_768 if np.abs(part).max() > 2 else 1)
    wave = np.exp(-2j * np.pi * hz / 48_000 * np.arange(len(part)))
    return float(2 * abs(np.mean(part * wave)))


def test_the_tone_goes_on_over_blocks() -> None:
    whole, first, second = (np.ones(n, np.int16) for n in (SPEECH_RATE, 6_000, 10_000))
    mask = ToneMask([(200, 800)])
    mask(whole, 0)
    mask(first, 0)
    mask(second, 6_000)
    assert np.array_equal(whole, np.concatenate((first, second)))
    changed = np.flatnonzero(whole != 1)
    assert changed[0] // 16 == 200 - MARGIN_MS
    assert changed[-1] // 16 == 800 + MARGIN_MS - 1


async def test_what_is_hidden_before_the_recording_is_made_is_never_in_it(tmp_path: Path) -> None:
    caller = await lane_file(tmp_path / "caller.ogg", (0.0, tone(SOUND_HZ, 3, level=0.3)))
    target = tmp_path / "call.ogg"
    merged = merge_lanes(caller, None, 3_000, target, ToneMask([(1_000, 2_000)]))
    assert merged.duration_ms == 3_000
    left, right = decoded_by_ffmpeg(target)
    for side in (left, right):
        assert strength(side, TONE_HZ, 1_000, 2_000) > 0.03
        assert strength(side, SOUND_HZ, 950, 2_050) < 0.002
    assert strength(left, SOUND_HZ, 100, 800) > 0.2
    assert strength(left, SOUND_HZ, 2_200, 2_900) > 0.2


async def test_a_finished_recording_is_written_anew_without_it(tmp_path: Path) -> None:
    caller = await lane_file(tmp_path / "caller.ogg", (0.0, tone(SOUND_HZ, 3, level=0.3)))
    agent = await lane_file(tmp_path / "agent.ogg", (0.0, tone(500, 3, level=0.3)))
    source, target = tmp_path / "call.ogg", tmp_path / "redacted.ogg"
    before = merge_lanes(caller, agent, 3_010, source)
    after = mask_recording(source, target, [(1_000, 2_000)])
    assert (after.duration_ms, after.size) == (3_010, target.stat().st_size)
    assert after.sha256 != before.sha256
    left, right = decoded_by_ffmpeg(target)
    assert strength(left, SOUND_HZ, 950, 2_050) < 0.002
    assert strength(right, 500, 950, 2_050) < 0.002
    assert strength(left, SOUND_HZ, 100, 800) > 0.2
    assert strength(right, 500, 2_200, 2_900) > 0.2
    assert max(after.peaks[0][11:19]) < max(before.peaks[0][11:19])
