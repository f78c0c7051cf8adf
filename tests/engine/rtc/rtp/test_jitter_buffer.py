"""Whatever the network does: in order, at its place, soon, and nothing that came is left out."""

from dataclasses import dataclass
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sessions_app.engine.rtc.rtp.jitter_buffer import (
    MAX_BEHIND_MS,
    MAX_FILLED_MS,
    MAX_NACKED,
    MAX_WAIT_MS,
    MAX_WAITING,
    MIN_WAIT_MS,
    JitterBuffer,
)
from sessions_app.engine.rtc.rtp.nack import OUTAGE_PACKETS
from sessions_app.engine.rtc.rtp.packet_runs import Packet, PacketKind, PacketRun

STEP = 960
START_MS = 1000.0


def length(payload: bytes) -> int:
    return STEP if payload else 0


def body(number: int) -> bytes:
    return f"packet {number}".encode()


@dataclass
class Sent:
    """One packet of a stream, and when it arrives (ms); None where it is lost."""

    packet: Packet
    place: int
    arrives_ms: float | None


def stream(
    count: int,
    *,
    lost: frozenset[int] = frozenset(),
    delays: dict[int, float] | None = None,
    pauses: dict[int, int] | None = None,
    red: bool = False,
    sequence: int = 65_500,
    timestamp: int = (1 << 32) - 5 * STEP,
) -> list[Sent]:
    """Returns packets of 20 ms; `pauses` are the steps of silence before a packet (DTX)."""
    sent: list[Sent] = []
    place = 0
    for number in range(count):
        place += STEP * (pauses or {}).get(number, 0)
        before = [(s.packet.timestamp, s.packet.payload) for s in sent[-1:]] if red else []
        packet = Packet(
            (sequence + number) % 65_536, (timestamp + place) % (1 << 32), body(number), before
        )
        due = START_MS + place / 48 + (delays or {}).get(number, 0.0)
        sent.append(Sent(packet, timestamp + place, None if number in lost else due))
        place += STEP
    return sent


def through(sent: list[Sent]) -> tuple[JitterBuffer, list[tuple[float, PacketRun]]]:
    """Returns the buffer and what came out of it when, its deadlines kept to the millisecond."""
    buffer = JitterBuffer(length)
    out: list[tuple[float, PacketRun]] = []
    arrivals = sorted((s.arrives_ms, n) for n, s in enumerate(sent) if s.arrives_ms is not None)
    for at_ms, number in arrivals:
        while (due_ms := buffer.due_ms) is not None and due_ms <= at_ms:
            out += [(due_ms, run) for run in buffer.due(due_ms)]
        out += [(at_ms, run) for run in buffer.put(sent[number].packet, at_ms)]
    while (due_ms := buffer.due_ms) is not None:
        out += [(due_ms, run) for run in buffer.due(due_ms)]
    return buffer, out


def kinds(out: list[tuple[float, PacketRun]]) -> list[str]:
    return [run.kind.value for _, run in out]


def test_what_comes_in_order_goes_on_at_once() -> None:
    sent = stream(100, delays={n: 3.0 * (n % 4) for n in range(100)})
    buffer, out = through(sent)
    assert [run.payload for _, run in out] == [body(n) for n in range(100)]
    assert [at for at, _ in out] == [s.arrives_ms for s in sent]
    assert [run.start for _, run in out] == [s.place for s in sent]
    assert buffer.counts.received == 100


def test_a_gap_is_waited_for_and_then_told() -> None:
    sent = stream(20, lost=frozenset({7}))
    buffer, out = through(sent)
    assert kinds(out).count("lost") == 1
    at_ms, gap = out[7]
    assert (gap.start, gap.samples, gap.repair) == (sent[7].place, STEP, body(8))
    assert sent[8].arrives_ms is not None
    assert at_ms == pytest.approx(sent[8].arrives_ms + MIN_WAIT_MS)
    assert buffer.counts.lost == 1


def test_what_comes_out_of_order_is_put_in_order() -> None:
    sent = stream(20, delays={7: 30.0})
    buffer, out = through(sent)
    assert kinds(out) == ["received"] * 20
    assert buffer.counts.reordered == 1
    assert out[7][0] == sent[7].arrives_ms


def test_redundancy_fills_a_gap_at_once_and_bit_for_bit() -> None:
    sent = stream(20, lost=frozenset({7, 12}), red=True)
    buffer, out = through(sent)
    assert [run.payload for _, run in out] == [body(n) for n in range(20)]
    assert kinds(out)[7] == "restored"
    assert out[7][0] == out[8][0] == sent[8].arrives_ms
    assert (buffer.counts.restored, buffer.counts.lost) == (2, 0)


def test_of_two_lost_in_a_row_redundancy_restores_the_second() -> None:
    _, out = through(stream(20, lost=frozenset({7, 8}), red=True))
    assert kinds(out)[6:10] == ["received", "lost", "restored", "received"]
    assert out[7][1].repair == b""


def test_silence_that_was_not_sent_is_no_loss() -> None:
    sent = stream(20, pauses={10: 15})
    _, out = through(sent)
    assert kinds(out) == ["received"] * 20
    assert out[10][1].start - out[9][1].start == 16 * STEP


def test_a_loss_after_silence_lies_right_before_the_speech() -> None:
    sent = stream(20, pauses={10: 15}, lost=frozenset({10}))
    _, out = through(sent)
    (gap,) = [run for _, run in out if run.kind is PacketKind.LOST]
    assert gap.start == sent[10].place


def test_a_long_outage_stays_a_gap() -> None:
    lost = frozenset(range(10, 10 + int(MAX_FILLED_MS / 20) + 5))
    sent = stream(120, lost=lost)
    buffer, out = through(sent)
    assert set(kinds(out)) == {"received"}
    assert buffer.counts.lost == len(lost)


def test_doubles_and_what_comes_too_late_are_counted() -> None:
    sent = stream(20, delays={7: 400.0})
    buffer, out = through([*sent, sent[3]])
    assert buffer.counts.late == 2
    assert kinds(out).count("lost") == 1
    buffer = JitterBuffer(length)
    buffer.put(sent[0].packet, 0.0)
    for _ in range(2):
        buffer.put(sent[2].packet, 1.0)
    assert buffer.counts.duplicate == 1


def test_a_late_network_is_waited_for_longer() -> None:
    delays = {n: 60.0 if n % 5 == 0 else 0.0 for n in range(200)}
    buffer, out = through(stream(200, delays=delays))
    assert MIN_WAIT_MS < buffer.wait_ms <= MAX_WAIT_MS
    assert set(kinds(out)[100:]) == {"received"}


def test_a_stream_that_starts_over_goes_on() -> None:
    first, second = stream(10), stream(10, sequence=20_000, timestamp=777)
    buffer = JitterBuffer(length)
    out = [run for s in [*first, *second] for run in buffer.put(s.packet, s.arrives_ms or 0.0)]
    assert len(out) == 20
    assert buffer.counts.restarts == 1


def test_a_flood_behind_a_gap_does_not_pile_up() -> None:
    buffer = JitterBuffer(length)
    sent = stream(500, lost=frozenset({1}))
    out = [run for s in sent if s.arrives_ms for run in buffer.put(s.packet, START_MS)]
    assert len(out) > 500 - MAX_WAITING - 5
    assert len(buffer.flush()) <= MAX_WAITING + 1


def test_what_is_no_audio_is_left_out() -> None:
    buffer = JitterBuffer(length)
    sent = stream(3)
    out = buffer.put(sent[0].packet, 0.0)
    out += buffer.put(Packet(sent[1].packet.sequence, sent[1].packet.timestamp, b""), 20.0)
    out += buffer.put(sent[2].packet, 40.0)
    assert [run.payload for run in out] == [body(0), body(2)]
    assert buffer.counts.lost == 0


def asked(
    count: int,
    lost: frozenset[int],
    *,
    red: bool,
    answer_ms: float,
    lost_again: frozenset[int] = frozenset(),
) -> list[PacketRun]:
    """Returns what comes of a stream whose sender sends again what it is asked for.

    Of its answers, those of the numbers `lost_again` (from 0) are lost.
    """
    buffer = JitterBuffer(length)
    sent = {s.packet.sequence: s for s in stream(count, lost=lost, red=red)}
    coming = [(s.arrives_ms, n) for n, s in sent.items() if s.arrives_ms is not None]
    end_ms = START_MS + 20 * count + 200
    out: list[PacketRun] = []
    answers = 0
    for at_ms in range(int(START_MS), int(end_ms)):
        for due_ms, number in [c for c in coming if c[0] <= at_ms]:
            coming.remove((due_ms, number))
            out += buffer.put(sent[number].packet, at_ms)
        out += buffer.due(at_ms)
        if buffer.waits:
            for number in buffer.nacks_due(at_ms):
                if answers not in lost_again:
                    coming.append((at_ms + answer_ms, number))
                answers += 1
    return out + buffer.flush()


@pytest.mark.parametrize("red", [True, False])
def test_what_is_asked_for_again_takes_its_place(red: bool) -> None:
    lost = frozenset({3, 7, 8, 9, 20, 22, 40, 41, 42, 43})
    runs = asked(50, lost, red=red, answer_ms=90.0)
    assert [run.payload for run in runs] == [body(n) for n in range(50)]
    assert {run.kind for run in runs} == (
        {PacketKind.RECEIVED, PacketKind.RESTORED} if red else {PacketKind.RECEIVED}
    )


@settings(max_examples=60, deadline=None)
@given(
    lost=st.frozensets(st.integers(1, 118), max_size=60),
    lost_again=st.frozensets(st.integers(0, 60), max_size=30),
    answer_ms=st.floats(1.0, 200.0),
    red=st.booleans(),
)
def test_whatever_is_answered_all_is_in_order_and_in_its_place(
    lost: frozenset[int], lost_again: frozenset[int], answer_ms: float, red: bool
) -> None:
    runs = asked(120, lost, red=red, answer_ms=answer_ms, lost_again=lost_again)
    assert all(a.start + a.samples <= b.start for a, b in pairwise(runs))
    first = runs[0].start
    for run in runs:
        if run.kind is not PacketKind.LOST:
            assert run.payload == body((run.start - first) // STEP)
    came = {(run.start - first) // STEP for run in runs if run.kind is not PacketKind.LOST}
    assert came >= set(range(120)) - lost


def test_what_redundancy_restores_is_not_asked_for() -> None:
    sent = stream(6, red=True)
    buffer = JitterBuffer(length)
    for number in (0, 3):
        buffer.put(sent[number].packet, 20.0 * number)
    assert buffer.nacks_due(60.0) == [sent[1].packet.sequence]
    buffer.put(sent[5].packet, 100.0)
    assert buffer.nacks_due(100.0) == []


def test_who_answers_too_late_is_waited_for_no_longer_than_the_longest_and_then_not_at_all() -> (
    None
):
    lost = frozenset(range(5, 200, 10))
    runs = asked(201, lost, red=False, answer_ms=MAX_WAIT_MS + 30)
    assert [run.kind for run in runs].count(PacketKind.LOST) == len(lost)
    buffer, out = through(stream(201, lost=lost))
    assert [run for _, run in out] == runs
    assert buffer.requests.requested == 0


def test_a_packet_that_was_asked_for_makes_no_network_late() -> None:
    sent = stream(10)
    buffer = JitterBuffer(length)
    for number in (0, 1, 3):
        buffer.put(sent[number].packet, 20.0 * number)
    assert buffer.nacks_due(60.0) == [sent[2].packet.sequence]
    assert buffer.wait_ms == MAX_WAIT_MS
    buffer.put(sent[2].packet, 140.0)
    assert buffer.wait_ms == MIN_WAIT_MS
    assert buffer.counts.reordered == 0


def test_after_an_outage_all_of_it_comes_again_however_slowly() -> None:
    sent = stream(400)
    buffer = JitterBuffer(length)
    out, coming, now_ms = buffer.put(sent[0].packet, START_MS), list[int](), START_MS
    for number in range(131, 400):  # 2.6 s are lost, and come again at six times their speed
        while now_ms < START_MS + 20 * number:
            now_ms += 3.0
            if coming:
                out += buffer.put(sent[coming.pop(0)].packet, now_ms)
            out += buffer.due(now_ms)
        out += buffer.put(sent[number].packet, now_ms)
        coming += [(asked - sent[0].packet.sequence) % 65_536 for asked in buffer.nacks_due(now_ms)]
    assert [run.payload for run in out] == [body(n) for n in range(400)]
    assert buffer.requests.requested <= 130 + OUTAGE_PACKETS


def test_what_comes_after_an_outage_waits_no_longer_than_the_most() -> None:
    sent = stream(300)
    buffer = JitterBuffer(length)
    buffer.put(sent[0].packet, 0.0)
    buffer.put(sent[101].packet, 2020.0)
    assert len(buffer.nacks_due(2020.0)) == 100
    went_on = []
    for at in range(100):  # one each 40 ms would take four seconds
        now_ms = 2020.0 + 40 * (at + 1)
        went_on += [(now_ms, run) for run in buffer.due(now_ms)]
        went_on += [(now_ms, run) for run in buffer.put(sent[at + 1].packet, now_ms)]
    (last_ms,) = [at_ms for at_ms, run in went_on if run.payload == body(101)]
    assert MAX_BEHIND_MS < last_ms - 2020.0 <= MAX_BEHIND_MS + MAX_WAIT_MS + 40


def test_gaps_without_end_are_asked_for_in_part() -> None:
    buffer = JitterBuffer(length)
    buffer.put(Packet(0, 0, body(0)), 0.0)
    for number in range(1, 20):
        sequence = 2_000 * number
        buffer.put(Packet(sequence % 65_536, STEP * sequence, body(sequence)), 1.0 * number)
        wanted = [n % 65_536 for n in range(sequence - MAX_NACKED, sequence)]
        assert buffer.nacks_due(1.0 * number) == wanted


def test_the_newest_of_many_that_are_missing_are_asked_for() -> None:
    sent = stream(1_000)
    buffer = JitterBuffer(length)
    buffer.put(sent[0].packet, 0.0)
    buffer.put(sent[999].packet, 20.0)
    assert buffer.nacks_due(20.0) == [s.packet.sequence for s in sent[999 - MAX_NACKED : 999]]


@settings(max_examples=300, deadline=None)
@given(
    count=st.integers(2, 120),
    lost=st.frozensets(st.integers(1, 119), max_size=40),
    delays=st.dictionaries(st.integers(0, 119), st.floats(0.0, 300.0), max_size=40),
    pauses=st.dictionaries(st.integers(1, 119), st.integers(1, 40), max_size=5),
    doubled=st.lists(st.integers(0, 119), max_size=5),
    red=st.booleans(),
    sequence=st.integers(0, 65_535),
    timestamp=st.integers(0, (1 << 32) - 1),
)
def test_whatever_the_network_does(  # noqa: PLR0917 - hypothesis gives them by name
    count: int,
    lost: frozenset[int],
    delays: dict[int, float],
    pauses: dict[int, int],
    doubled: list[int],
    red: bool,
    sequence: int,
    timestamp: int,
) -> None:
    sent = stream(
        count,
        lost=lost,
        delays={n: d for n, d in delays.items() if n},  # the first packet comes first
        pauses=pauses,
        red=red,
        sequence=sequence,
        timestamp=timestamp,
    )
    doubles = [sent[n] for n in doubled if n < count]
    buffer, out = through([*sent, *doubles])
    runs = [run for _, run in out]
    # in order, and never two at one place
    assert all(a.start + a.samples <= b.start for a, b in pairwise(runs))
    # what was sent is where it was sent, bit for bit
    payloads = {s.place: s.packet.payload for s in sent}
    heard = [run for run in runs if run.kind is not PacketKind.LOST]
    assert all(payloads[run.start] == run.payload for run in heard)
    # nothing that came is left out, unless it came when its place was over
    came = [s for s in sent if s.arrives_ms is not None]
    places = {run.start for run in heard}
    left_out = [s for s in came if s.place not in places]
    assert len(left_out) <= buffer.counts.late
    # nothing waits for longer than the longest wait
    arrived = {s.place: s.arrives_ms for s in came}
    for at_ms, run in out:
        if run.kind is PacketKind.RECEIVED:
            first_ms = min(s.arrives_ms or 0.0 for s in [*came, *doubles] if s.place == run.start)
            assert at_ms - first_ms <= MAX_WAIT_MS + 0.001
            assert arrived[run.start] is not None
    # every packet that was sent between two that were heard has its place, or a long gap
    covered = {at for run in runs for at in range(run.start, run.start + run.samples, STEP)}
    for before, after in pairwise(runs):
        gap = after.start - before.start - before.samples
        if 0 < gap <= MAX_FILLED_MS * 48 - STEP:
            missing = [s for s in sent if before.start < s.place < after.start]
            # what was lost beside a pause is taken to lie after it
            assert len([s for s in missing if s.place not in covered]) <= sum(pauses.values())
