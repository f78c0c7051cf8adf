"""Packets in, speech out: what is lost is restored, repaired or concealed, and said so."""

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sessions_app.engine.audio.opus import OpusDecoder, OpusEncoder
from sessions_app.engine.core.clock import CallClock
from sessions_app.engine.core.frames import AudioFrame, Samples
from sessions_app.engine.rtc.rtp.packet import RtpPacket
from sessions_app.engine.rtc.rtp.receiver import MAX_STREAMS, NEW_STREAM_MS, RtpInput
from sessions_app.engine.rtc.rtp.red import build
from sessions_app.engine.rtc.sdp.codecs import PayloadTypes
from tests.engine.audio.signals import likeness
from tests.engine.conftest import speech  # noqa: F401 - a fixture

OPUS, RED = 111, 63
SSRC = 0xABCD


class Ears:
    """An input, what it gave, and the clock that it is told."""

    def __init__(self, red: bool = False, types: PayloadTypes | None = None) -> None:
        self.frames: list[AudioFrame] = []
        self.clock = CallClock()
        self.now_ms = 0.0
        types = types or PayloadTypes(OPUS, RED if red else None)
        self.input = RtpInput(types, self._hear, lambda: self.clock.now_ms(self.now_ms / 1000))

    def _hear(self, frame: AudioFrame) -> None:
        self.clock.heard(frame.end_ms, self.now_ms / 1000)
        self.frames.append(frame)

    def until(self, at_ms: float) -> None:
        while (due_ms := self.input.due_ms) is not None and due_ms <= at_ms:
            self.now_ms = due_ms
            self.input.tick(due_ms)
        self.now_ms = at_ms

    def take(self, packet: RtpPacket, at_ms: float) -> None:
        self.until(at_ms)
        self.input.take(packet, at_ms)

    def finish(self) -> None:
        self.input.finish()
        self.input.close()

    @property
    def heard(self) -> Samples:
        return np.concatenate([frame.samples for frame in self.frames])


def coded(samples: Samples, expected_loss: int = 0) -> list[bytes]:
    encoder = OpusEncoder(16_000, bitrate=32_000, expected_loss=expected_loss)
    whole = len(samples) // 320 * 320
    return [encoder.encode(samples[at : at + 320]) for at in range(0, whole, 320)]


def sent(payloads: list[bytes], *, red: bool = False, ssrc: int = SSRC) -> list[RtpPacket]:
    packets = []
    for number, payload in enumerate(payloads):
        body, kind = payload, OPUS
        if red:
            before = [(960, payloads[number - 1])] if number else []
            body, kind = build(payload, OPUS, before), RED
        packets.append(RtpPacket(kind, (65_530 + number) % 65_536, 960 * number, ssrc, body))
    return packets


def through(ears: Ears, packets: list[RtpPacket], lost: set[int]) -> None:
    for number, packet in enumerate(packets):
        if number not in lost:
            ears.take(packet, 20.0 * number)
    ears.finish()


def undisturbed(payloads: list[bytes]) -> Samples:
    decoder = OpusDecoder(16_000)
    return np.concatenate([decoder.decode(payload) for payload in payloads])


def test_without_losses_it_is_what_a_decoder_makes(speech: Samples) -> None:  # noqa: F811
    payloads = coded(speech)
    ears = Ears()
    through(ears, sent(payloads), set())
    assert np.array_equal(ears.heard, undisturbed(payloads))
    assert [frame.packet for frame in ears.frames] == payloads
    assert [frame.start_ms for frame in ears.frames] == [20.0 * n for n in range(len(payloads))]


def test_single_losses_are_restored_bit_for_bit_by_red(speech: Samples) -> None:  # noqa: F811
    payloads = coded(speech)
    lost = set(range(3, len(payloads) - 1, 4))
    ears = Ears(red=True)
    through(ears, sent(payloads, red=True), lost)
    assert np.array_equal(ears.heard, undisturbed(payloads))
    assert [frame.packet for frame in ears.frames] == payloads
    assert ears.input.repairs.restored_ms == 20 * len(lost)
    assert ears.input.repairs.concealed_ms == 0


def test_losses_are_repaired_by_fec_where_there_is_no_red(speech: Samples) -> None:  # noqa: F811
    payloads = coded(speech, expected_loss=20)
    lost = set(range(3, len(payloads) - 1, 4))
    ears = Ears()
    through(ears, sent(payloads), lost)
    whole = undisturbed(payloads)
    assert len(ears.heard) == len(whole)
    assert likeness(ears.heard, whole) > 0.8
    assert ears.input.repairs.fec_ms > 20 * len(lost) / 4
    assert ears.input.repairs.fec_ms + ears.input.repairs.concealed_ms == 20 * len(lost)


def test_what_was_asked_for_and_came_counts_as_lost_and_is_heard(speech: Samples) -> None:  # noqa: F811
    payloads = coded(speech)
    packets = sent(payloads)
    ears = Ears()
    for number, packet in enumerate(packets):
        if number != 50:
            ears.take(packet, 20.0 * number)
        if ears.input.waits and (lost := ears.input.nacks_due(20.0 * number)):
            assert lost == [packets[50].sequence]
            ears.take(packets[50], 20.0 * number + 15)
    told = ears.input.report(20.0 * len(packets))
    ears.finish()
    assert np.array_equal(ears.heard, undisturbed(payloads))
    assert (ears.input.requests.requested, ears.input.requests.answered) == (1, 1)
    assert told is not None
    assert told.lost == 1  # or the client would send nothing any more that repairs losses


def test_no_gap_is_left_in_the_lane(speech: Samples) -> None:  # noqa: F811
    payloads = coded(speech)
    ears = Ears()
    through(ears, sent(payloads), {10, 11, 12})
    assert all(a.end_ms == b.start_ms for a, b in pairwise(ears.frames))
    stand_ins = [frame.packet for frame in ears.frames[10:13]]
    assert all(len(packet) == 1 for packet in stand_ins)
    decoder = OpusDecoder(16_000)
    assert all(len(decoder.decode(packet)) == 320 for packet in stand_ins)


def test_silence_that_is_not_sent_stays_a_gap_and_the_clock_exact(speech: Samples) -> None:  # noqa: F811
    packets = sent(coded(speech))
    ears = Ears()
    later = [
        RtpPacket(OPUS, packet.sequence, packet.timestamp + 48_000, SSRC, packet.payload)
        for packet in packets[20:40]
    ]
    for number, packet in enumerate([*packets[:20], *later]):
        ears.take(packet, 20.0 * number + (1000.0 if number >= 20 else 0.0))
    assert ears.frames[20].start_ms == 1400.0
    assert len(ears.frames) == 40


def test_another_stream_goes_on_where_the_clock_is(speech: Samples) -> None:  # noqa: F811
    payloads = coded(speech)
    ears = Ears()
    for number, packet in enumerate(sent(payloads[:20])):
        ears.take(packet, 20.0 * number)
    for number, packet in enumerate(sent(payloads[20:40], ssrc=7)):
        ears.take(packet, 900.0 + 20.0 * number)
    assert ears.frames[20].start_ms == pytest.approx(920.0)  # the first packet came at 0, not at 20
    assert ears.input.ssrc == 7


def test_the_packets_of_all_streams_are_counted(speech: Samples) -> None:  # noqa: F811
    payloads = coded(speech)[:60]
    ears = Ears(red=True)
    for number, packet in enumerate(sent(payloads[:30], red=True)):
        if number != 10:
            ears.take(packet, 20.0 * number)
    ears.take(sent(payloads[:30], red=True)[20], 595.0)
    for number, packet in enumerate(sent(payloads[30:], red=True, ssrc=SSRC + 1)):
        ears.take(packet, 600.0 + 20.0 * number)
    ears.finish()
    figures = ears.input.figures
    assert (figures.received, figures.lost, figures.restored_ms) == (59, 1, 20.0)
    assert figures.duplicate + figures.late == 1
    assert figures.received_ms == 20.0 * 59


def test_streams_without_end_are_refused(speech: Samples) -> None:  # noqa: F811
    payloads = coded(speech)[:2]
    ears = Ears()
    for ssrc in range(1, 50):
        ears.take(sent(payloads, ssrc=ssrc)[0], 20.0 * ssrc)
    assert len(ears.frames) == MAX_STREAMS
    assert ears.input.broken == 49 - MAX_STREAMS
    again = sent(payloads, ssrc=99)[0]
    ears.take(again, 49 * 20.0 + NEW_STREAM_MS)
    assert len(ears.frames) == MAX_STREAMS + 1


SECOND = 48_000


@pytest.mark.parametrize("frame_ms", [20, 60])
@pytest.mark.parametrize("pause_ms", [600.0, 3_000.0, 90_000.0])
@pytest.mark.parametrize(
    "left_out",
    [
        pytest.param(lambda pause_ms: pause_ms, id="timestamps that pause"),
        pytest.param(lambda _: 0.0, id="timestamps that go on"),
        pytest.param(lambda pause_ms: pause_ms - 20_000, id="timestamps that leap ahead"),
        pytest.param(lambda pause_ms: pause_ms + 40_000, id="timestamps that start over"),
    ],
)
def test_a_pause_is_as_long_in_the_call_as_it_was(
    left_out: Callable[[float], float], pause_ms: float, frame_ms: int
) -> None:
    encoder = OpusEncoder(16_000)
    payload = encoder.encode(np.zeros(16 * frame_ms, np.int16))
    ears, pause_at = Ears(), 40
    for number in range(80):
        at_ms = float(frame_ms * (number + 1))
        stamp = round(48 * at_ms) + SECOND * 1_000
        if number >= pause_at:
            at_ms += pause_ms
            stamp += round(48 * (pause_ms - left_out(pause_ms)))
        ears.take(RtpPacket(OPUS, number, stamp, SSRC, payload), at_ms)
    ears.finish()
    starts = [frame.start_ms for frame in ears.frames]
    meant = [frame_ms * n + (pause_ms if n >= pause_at else 0.0) for n in range(80)]
    assert starts == [pytest.approx(start, abs=frame_ms + 1) for start in meant]
    steps = [later - start for start, later in pairwise(starts)]
    assert [n for n, step in enumerate(steps, 1) if step > frame_ms + 1] == [pause_at]


@pytest.mark.parametrize("every_ms", [0.1, 5.0])
@pytest.mark.parametrize("stall_ms", [250.0, 600.0, 2_000.0])
def test_what_a_stalled_network_delivers_late_lies_where_it_was_spoken(
    speech: Samples,  # noqa: F811
    stall_ms: float,
    every_ms: float,
) -> None:
    payloads = coded(np.tile(speech, 2))
    ears, at_ms = Ears(), 0.0
    for number, packet in enumerate(sent(payloads)):
        sent_ms = 20.0 * number
        held = sent_ms if number < 30 else 600.0 + stall_ms
        at_ms = max(sent_ms, held, at_ms + every_ms)
        ears.take(packet, at_ms)
    ears.finish()
    assert [frame.start_ms for frame in ears.frames] == [20.0 * n for n in range(len(payloads))]
    assert np.array_equal(ears.heard, undisturbed(payloads))


def test_a_network_that_trembles_makes_no_pause(speech: Samples) -> None:  # noqa: F811
    dice = np.random.default_rng(3)
    payloads = coded(np.tile(speech, 3))
    ears, at_ms = Ears(), 0.0
    for number, packet in enumerate(sent(payloads)):
        late_ms = dice.exponential(40.0) + (450.0 if number % 50 == 9 else 0.0)
        at_ms = max(at_ms + 0.1, 20.0 * number + late_ms)
        ears.take(packet, at_ms)
    ears.finish()
    assert len(ears.frames) == len(payloads)
    assert all(a.end_ms == pytest.approx(b.start_ms) for a, b in pairwise(ears.frames))


def test_a_stream_slower_than_its_timestamps_follows_the_clock_in_the_end() -> None:
    payload = OpusEncoder(16_000).encode(np.zeros(320, np.int16))
    ears = Ears()
    for number in range(2_000):
        ears.take(RtpPacket(OPUS, number, 960 * number, SSRC, payload), 25.0 * number)
    ears.finish()
    assert 2_000 * 25.0 - ears.frames[-1].end_ms < 2_000.0


def test_one_packet_after_a_pause_needs_no_other(speech: Samples) -> None:  # noqa: F811
    packets = sent(coded(speech))
    ears = Ears()
    for number, packet in enumerate(packets[:11]):
        ears.take(packet, 20.0 * (number + 5_000 * (number == 10)))
    assert len(ears.frames) == 10
    ears.until(101_000.0)
    assert ears.frames[10].start_ms == pytest.approx(100_200.0, abs=1)


def test_reports_tell_of_losses_and_answer_the_clients(speech: Samples) -> None:  # noqa: F811
    payloads = coded(speech)
    ears = Ears()
    assert ears.input.report(0.0) is None
    packets = sent(payloads)
    for number, packet in enumerate(packets[:100]):
        if number % 10 != 5:
            ears.take(packet, 20.0 * number)
    ears.input.sender_reported(SSRC, 0xDEADBEEF, 1900.0)
    told = ears.input.report(2000.0)
    assert told is not None
    assert (told.ssrc, told.lost, told.highest) == (SSRC, 10, 65_530 + 99)
    assert told.fraction_lost == 256 * 10 // 100
    assert (told.last_report, told.since_report) == (0xDEADBEEF, round(100 * 65.536))
    again = ears.input.report(3000.0)
    assert again is not None
    assert again.fraction_lost == 0


@settings(max_examples=200, deadline=None)
@given(
    payloads=st.lists(st.binary(max_size=60), min_size=1, max_size=30),
    kinds=st.lists(st.sampled_from([OPUS, RED]), min_size=30, max_size=30),
    steps=st.lists(st.integers(-70_000, 70_000), min_size=30, max_size=30),
    ssrcs=st.lists(st.integers(0, 2), min_size=30, max_size=30),
)
def test_hostile_packets_break_nothing(
    payloads: list[bytes], kinds: list[int], steps: list[int], ssrcs: list[int]
) -> None:
    ears = Ears(red=True)
    given = zip(payloads, kinds, steps, ssrcs, strict=False)
    for number, (payload, kind, step, ssrc) in enumerate(given):
        packet = RtpPacket(
            kind, (number + step) % 65_536, (960 * number + step) % 2**32, ssrc, payload
        )
        ears.take(packet, 20.0 * number)
    ears.finish()
    assert all(a.start_ms <= b.start_ms for a, b in pairwise(ears.frames))
    assert sum(frame.duration_ms for frame in ears.frames) < 120.0 * 30 * 10


@pytest.mark.parametrize("share", [0.05, 0.1, 0.2])
def test_of_random_losses_red_leaves_few(speech: Samples, share: float) -> None:  # noqa: F811
    payloads = coded(np.tile(speech, 6))
    dice = np.random.default_rng(5)
    lost = {n for n in range(len(payloads)) if dice.random() < share}
    ears = Ears(red=True)
    through(ears, sent(payloads, red=True), lost)
    repairs = ears.input.repairs
    whole = 20.0 * len(payloads)
    there = (repairs.received_ms + repairs.restored_ms) / whole
    assert there >= 1 - 1.3 * share**2 - 0.005
    assert repairs.concealed_ms + repairs.fec_ms == pytest.approx(
        whole - repairs.received_ms - repairs.restored_ms, abs=60
    )
