"""What a recorder kept back while it was paused is told from what was spoken after."""

from itertools import accumulate, pairwise

import numpy as np
import pytest

from sessions_app.engine.audio.late_audio import Burst
from sessions_app.engine.core.frames import SPEECH_RATE, AudioFrame, Samples
from sessions_app.engine.websocket.arrivals import Arrivals
from sessions_app.engine.websocket.recorder_tails import cut, kept_ms, split

WORD, BREATH, HUSH, ROOM = "word", "breath", "hush", "room"
LOUD = {WORD: 6_000, BREATH: 300, HUSH: 0, ROOM: 1_500}
SECOND = 1_000.0


def sound(*parts: tuple[str, int]) -> Samples:
    """Returns noise as loud, and for as many ms, as each part says."""
    made = np.random.default_rng(7)
    return np.concatenate([
        made.normal(0, LOUD[kind], SPEECH_RATE * ms // 1000).clip(-32_000, 32_000)
        for kind, ms in parts
    ]).astype(np.int16)  # fmt: skip


def frames(samples: Samples, step_ms: int = 60) -> list[AudioFrame]:
    step = SPEECH_RATE * step_ms // 1000
    pieces = [samples[at : at + step] for at in range(0, len(samples), step)]
    starts = accumulate((1000 * len(piece) / SPEECH_RATE for piece in pieces), initial=0.0)
    return [
        AudioFrame(piece, SPEECH_RATE, start) for piece, start in zip(pieces, starts, strict=False)
    ]


@pytest.mark.parametrize(
    ("parts", "wanted_ms"),
    [
        (((WORD, 400), (BREATH, 400), (WORD, 200)), 600),
        (((WORD, 200), (BREATH, 100), (WORD, 200), (HUSH, 300), (WORD, 200)), 650),
        (((WORD, 200), (BREATH, 100), (WORD, 200), (HUSH, 160), (WORD, 340)), 580),
        (((WORD, 300), (HUSH, 260), (WORD, 100), (HUSH, 340)), 430),
        (((WORD, 400), (ROOM, 300), (WORD, 300)), 550),
        (((WORD, 900), (BREATH, 300)), 1_000),
        (((HUSH, 260), (WORD, 300), (HUSH, 440)), 0),
        (((BREATH, 200), (WORD, 800)), 0),
        (((WORD, 1_000),), 0),
        (((ROOM, 1_000),), 0),
        (((HUSH, 1_000),), 0),
        (((WORD, 10),), 0),
    ],
)
def test_a_pause_lies_in_the_first_quiet_that_is_long_enough(
    parts: tuple[tuple[str, int], ...], wanted_ms: float
) -> None:
    found = cut(sound(*parts), SECOND)
    assert 1000 * found / SPEECH_RATE == pytest.approx(wanted_ms, abs=25)


SLICE = (WORD, 400), (HUSH, 400), (WORD, 200)


@pytest.mark.parametrize(
    ("first", "parts", "wanted_ms"),
    [
        (Burst(1_000, 1_000), SLICE, 600),
        (Burst(1_000), SLICE, 600),
        (Burst(600, 1_000), SLICE, 600),
        (Burst(1_000, 1_000, kept_ms=250.0), SLICE, 250),
        (Burst(1_000, 1_000, kept_ms=0.0), SLICE, 0),
        (Burst(100, 100), SLICE, 0),
        (Burst(200, 200), ((WORD, 120), (HUSH, 280), (WORD, 300)), 200),
        (Burst(200, 200), ((WORD, 60), (HUSH, 200), (WORD, 300)), 160),
    ],
)
def test_how_much_of_a_slice_was_spoken_before_the_pause(
    first: Burst, parts: tuple[tuple[str, int], ...], wanted_ms: float
) -> None:
    assert kept_ms(first, frames(sound(*parts))) == pytest.approx(wanted_ms, abs=25)


@pytest.mark.parametrize("at_ms", [0.0, 60.0, 61.3, 333.0, 960.0, 1_000.0, 2_000.0])
def test_nothing_is_lost_where_frames_are_split(at_ms: float) -> None:
    made = frames(sound((WORD, 1_000)))
    before, after = split(made, at_ms)
    both = [*before, *after]
    assert np.array_equal(
        np.concatenate([one.samples for one in both]),
        np.concatenate([one.samples for one in made]),
    )
    assert all(a.end_ms == pytest.approx(b.start_ms) for a, b in pairwise(both))
    assert sum(one.duration_ms for one in before) == pytest.approx(min(at_ms, 1_000.0), abs=0.1)


class Recorder:
    """What a recorder's slices are taken for."""

    def __init__(self) -> None:
        self.arrivals = Arrivals(gathers=True)

    def gives(self, at_ms: float, length_ms: float) -> None:
        """A slice comes, in packets of 20 ms, a millisecond apart."""
        for number in range(round(length_ms / 20)):
            self.arrivals.place(20.0, at_ms + number)
        if self.arrivals.gathering:
            self.arrivals.settle(at_ms + 300.0)

    def after_pause(self, at_ms: float, length_ms: float) -> Burst:
        self.gives(at_ms, length_ms)
        self.arrivals.settle(at_ms + 1_200.0)
        return self.arrivals.first


def recording(*last: tuple[float, float]) -> Recorder:
    recorder = Recorder()
    for slice_ in ((1_000.0, 1_000.0), (2_000.0, 1_000.0), (3_000.0, 1_000.0), *last):
        recorder.gives(*slice_)
    return recorder


def test_a_full_slice_after_a_pause_may_hold_what_was_kept_back() -> None:
    assert recording().after_pause(7_000.0, 1_000.0) == Burst(1_000.0, 1_000.0, None)


def test_a_short_one_holds_nothing_else() -> None:
    first = recording().after_pause(7_000.0, 600.0)
    assert (first.ms, first.slice_ms, first.kept_ms) == (600.0, 1_000.0, None)


def test_a_recorder_that_gave_all_it_had_before_the_pause_kept_nothing() -> None:
    assert recording((3_400.0, 400.0)).after_pause(8_000.0, 1_000.0).kept_ms == 0.0


def test_who_says_that_they_stop_tells_how_much_was_kept_back() -> None:
    recorder = recording()
    recorder.arrivals.note_pause(3_640.0)
    first = recorder.after_pause(7_000.0, 1_000.0)
    assert first.kept_ms == pytest.approx(640.0, abs=60.0)


@pytest.mark.parametrize("resumed_ms", [4_000.0, 4_300.0])
def test_who_says_that_they_are_silent_and_goes_on_recording_kept_nothing(
    resumed_ms: float,
) -> None:
    recorder = recording()
    recorder.arrivals.note_pause(3_640.0)
    assert recorder.after_pause(resumed_ms, 1_000.0).kept_ms == 0.0


def test_what_has_no_slices_keeps_nothing_back() -> None:
    arrivals = Arrivals()
    for number in range(1, 31):
        arrivals.place(100.0, 100.0 * number)
    arrivals.place(100.0, 6_000.0)
    assert arrivals.settle(7_200.0)
    assert arrivals.first.kept_ms == 0.0
