"""Where audio without times of its own lies."""

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessions_app.engine.websocket.arrivals import HOLD_MS, Arrivals

CHUNK = 100.0
LOOK = 100.0
"""How often a call is looked after."""


@dataclass
class Stream:
    """Messages as they arrive, and where each lies once that is known."""

    arrivals: Arrivals = field(default_factory=Arrivals)
    starts: list[float] = field(default_factory=list)
    known_at: list[float] = field(default_factory=list)
    silent_at: list[float] = field(default_factory=list)
    now_ms: float = 0.0
    _held: list[float] = field(default_factory=list)

    def come(self, at_ms: float, duration_ms: float = CHUNK) -> None:
        self.until(at_ms)
        start_ms = self.arrivals.place(duration_ms, at_ms)
        if self.arrivals.unsettled:
            self._held.append(start_ms)
            self._settle(at_ms)
        else:
            self._know(at_ms, [start_ms])

    def until(self, at_ms: float) -> None:
        while self.now_ms + LOOK <= at_ms:
            self.now_ms += LOOK
            self._settle(self.now_ms)
            if self.arrivals.silent(self.now_ms):
                self.silent_at.append(self.now_ms)

    def _settle(self, now_ms: float) -> None:
        later_ms = self.arrivals.settle(now_ms)
        if later_ms is not None:
            held, self._held = self._held, []
            self._know(now_ms, [start_ms + later_ms for start_ms in held])

    def _know(self, now_ms: float, starts: list[float]) -> None:
        self.starts += starts
        self.known_at += [now_ms] * len(starts)


def test_the_first_audio_ends_when_it_came() -> None:
    stream = Stream()
    stream.come(5_000.0)
    stream.until(5_100.0)
    assert stream.starts == [4_900.0]
    assert Arrivals().place(CHUNK, 0.0) == 0.0


@pytest.mark.parametrize("rested", [False, True])
@pytest.mark.parametrize(
    ("size", "every_ms"), [(20.0, 0.0), (20.0, 1.0), (100.0, 1.0), (100.0, 10.0), (4_000.0, 1.0)]
)
def test_what_comes_first_and_at_once_ends_when_it_came(
    size: float, every_ms: float, rested: bool
) -> None:
    """What was spoken while a network stood, or was recorded before it was sent."""
    stream, count = Stream(), round(8_000 / size)
    if rested:
        stream.come(100.0)
        stream.arrivals.note_pause(200.0)
    for n in range(count):
        stream.come(12_000.0 + every_ms * n, size)
    end_ms = 12_000.0 + every_ms * (count - 1)
    for n in range(10):  # and goes on as it is spoken
        stream.come(end_ms + CHUNK * (n + 1))
    stream.until(end_ms + 2_000.0)
    starts = stream.starts[rested:]
    assert starts == [
        pytest.approx(end_ms - 8_000.0 + min(n, count) * size + max(0, n - count) * CHUNK)
        for n in range(len(starts))
    ]


def test_as_much_as_there_was_time_for_is_from_before() -> None:
    stream = Stream()
    for _ in range(50):
        stream.come(3_000.0)
    assert stream.starts == [CHUNK * n for n in range(50)]


@pytest.mark.parametrize("round_trip_ms", [1.0, 20.0, 50.0, 100.0])
@pytest.mark.parametrize("size", [20.0, 100.0])
def test_a_stall_of_the_network_leaves_no_gap(size: float, round_trip_ms: float) -> None:
    """TCP begins again with one segment, 45 ms of PCM, and twice as much each round trip."""
    stream, came_ms, count = Stream(), 10 * size, round(4_000 / size)
    for n in range(10):
        stream.come(size * (n + 1), size)
    window_ms, at_ms, n = 45.0, came_ms + 2_000.0, 10
    while n < count:
        at_ms, came_ms = at_ms + round_trip_ms, min(at_ms, came_ms + window_ms)
        window_ms *= 2
        while n < count and size * (n + 1) <= came_ms:
            stream.come(max(at_ms, size * (n + 1)), size)
            n += 1
    assert stream.starts == [pytest.approx(size * n) for n in range(count)]


@pytest.mark.parametrize("size", [20.0, 100.0, 250.0])
@pytest.mark.parametrize("pause_ms", [800.0, 3_000.0, 60_000.0])
def test_what_comes_after_a_pause_lies_where_it_was_spoken(pause_ms: float, size: float) -> None:
    stream = Stream()
    spoken = [size * n for n in range(20)]
    spoken += [spoken[-1] + size + pause_ms + size * n for n in range(40)]
    for start_ms in spoken:
        stream.come(start_ms + size, size)
    late = [start - meant for start, meant in zip(stream.starts, spoken, strict=True)]
    assert late == [pytest.approx(0.0, abs=0.01)] * 60
    waited = [at - (start + size) for at, start in zip(stream.known_at, spoken, strict=True)]
    assert max(waited) <= HOLD_MS + LOOK


def test_pauses_in_what_a_client_leaves_out_do_not_add_up() -> None:
    """A client that sends only what it takes for speech leaves out many short silences."""
    stream, at_ms = Stream(), 0.0
    for _ in range(40):
        at_ms += 350.0
        for _ in range(5):
            at_ms += CHUNK
            stream.come(at_ms)
    stream.until(at_ms + 2_000)
    assert at_ms - (stream.starts[-1] + CHUNK) <= 600


def test_what_is_said_once_after_a_pause_needs_nothing_to_follow_it() -> None:
    stream = Stream()
    stream.come(500.0, 500.0)
    stream.come(9_000.0, 2_000.0)
    stream.until(10_200.0)
    assert stream.starts == [0.0, 7_000.0]


@pytest.mark.parametrize("every_ms", [1.0, 10.0, 30.0])
def test_what_a_busy_server_reads_late_is_from_after_the_pause(every_ms: float) -> None:
    stream = Stream()
    for n in range(10):
        stream.come(CHUNK * (n + 1))
    for n in range(24):
        stream.come(4_500.0 + every_ms * n)
    stream.until(6_500.0)
    assert stream.starts[10] == pytest.approx(4_500.0 + every_ms * 23 - 2_400.0)


def test_a_stream_that_stays_late_goes_on_at_the_present() -> None:
    stream = Stream()
    for n in range(20):
        stream.come(CHUNK * (n + 1))
    for n in range(60):  # each a little later, and none after a while without any
        stream.come(2_100.0 + 150.0 * n)
    assert 2_000.0 + 150.0 * 60 - (stream.starts[-1] + CHUNK) < 1_500.0


def test_after_a_rest_it_begins_anew() -> None:
    stream = Stream()
    stream.come(100.0)
    stream.arrivals.note_pause(150.0)
    stream.come(8_000.0)
    stream.come(8_100.0)
    assert stream.starts == [0.0, 7_900.0, 8_000.0]


@pytest.mark.parametrize("every_ms", [1.0, 30.0, 300.0])
def test_what_a_client_kept_lies_where_it_was_spoken(every_ms: float) -> None:
    """It is uploaded slowly, with a stop of a second and a half: nobody is silent meanwhile."""
    stream, size = Stream(now_ms=8_500.0), 500.0 if every_ms > CHUNK else CHUNK
    stream.arrivals.begin(1_000.0, 8_500.0)
    at_ms, kept = 9_500.0, 0
    while 1_000.0 + size * (kept + 2) <= at_ms:
        stream.come(at_ms, size)
        kept += 1
        at_ms += every_ms + (1_500.0 if kept == 20 else 0.0)
    assert stream.starts == [1_000.0 + size * n for n in range(kept)]
    assert stream.silent_at == []
    stream.until(at_ms + 3_000)
    assert stream.silent_at


@pytest.mark.parametrize("size", [20.0, 100.0, 250.0, 1_000.0])
def test_a_client_that_sends_nothing_is_silent_soon(size: float) -> None:
    stream = Stream()
    for n in range(8):
        stream.come(size * (n + 1), size)
    end_ms = size * 8
    stream.until(end_ms + 3_000.0)
    assert not [at for at in stream.silent_at if at < end_ms]  # a slice that is due is none
    assert stream.silent_at[0] - end_ms <= max(size + 500.0, 600.0)


def test_after_a_burst_of_short_messages_it_is_silent_soon() -> None:
    stream = Stream()
    for _ in range(80):
        stream.come(12_000.0)
    stream.until(14_000.0)
    assert stream.silent_at[0] <= 12_000.0 + 700.0


def test_what_was_sent_ahead_of_its_time_is_heard_out_first() -> None:
    stream = Stream()
    for n in range(40):
        stream.come(100.0 + n)
    stream.until(6_000.0)
    assert stream.silent_at[0] > 4_000.0


def test_short_gaps_of_a_network_are_no_silence() -> None:
    stream = Stream()
    for n in range(60):
        stream.come(CHUNK * (n + 1) + (350.0 if n % 7 == 3 else 0.0))
    assert stream.silent_at == []
    assert stream.starts == [CHUNK * n for n in range(60)]


@given(st.lists(st.tuples(st.floats(1, 500), st.floats(0, 20_000), st.booleans()), max_size=60))
def test_nothing_overlaps_and_nothing_lies_in_the_future(
    steps: list[tuple[float, float, bool]],
) -> None:
    stream, now, end = Stream(), 0.0, 0.0
    lengths = []
    for duration, pause, rest in steps:
        now += max(duration, pause)
        if rest:
            stream.until(now + 2_000)
            now = max(now, stream.now_ms)
            stream.arrivals.note_pause(0.0)
        stream.come(now, duration)
        lengths.append((duration, now))
    stream.until(now + 2_000)
    assert len(stream.starts) == len(lengths)
    for start, (duration, came) in zip(stream.starts, lengths, strict=True):
        assert start >= end - 1e-6
        assert start + duration <= max(came, duration) + 1e-6
        end = start + duration
