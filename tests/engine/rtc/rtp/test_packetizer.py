"""Packets on their way out."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from sessions_app.engine.audio.g711_g722 import Telephone
from sessions_app.engine.rtc.rtp.packet import RtpPacket, parse
from sessions_app.engine.rtc.rtp.packetizer import HISTORY_PACKETS, RtpOutput
from sessions_app.engine.rtc.rtp.red import parse as parse_red
from sessions_app.engine.rtc.sdp.codecs import PayloadTypes

OPUS, RED = 111, 63
PLAIN, REDUNDANT = PayloadTypes(OPUS, None), PayloadTypes(OPUS, RED)


def sent(types: PayloadTypes, times: list[float]) -> list[tuple[bytes, RtpPacket, bool]]:
    """Returns (payload, packet, marker) of a packet at each of the times."""
    output = RtpOutput(7, types)
    out = []
    for number, at in enumerate(times):
        payload = b"payload %d" % number
        data = output.packet(payload, 960, at)
        out.append((payload, parse(data), bool(data[1] & 0x80)))
    return out


def test_speech_is_without_a_gap_and_silence_is_on_the_clock() -> None:
    packets = sent(PLAIN, [10.0, 10.021, 10.039, 10.062, 12.0, 12.02])
    stamps = [packet.timestamp for _, packet, _ in packets]
    since = [(stamp - stamps[0]) % (1 << 32) for stamp in stamps]
    assert since == [0, 960, 1920, 2880, 96_000, 96_960]
    assert [marker for _, _, marker in packets] == [True, False, False, False, True, False]
    first = packets[0][1].sequence
    assert [packet.sequence for _, packet, _ in packets] == [first + n for n in range(6)]
    assert all(packet.payload == payload for payload, packet, _ in packets)
    assert {(p.ssrc, p.payload_type) for _, p, _ in packets} == {(7, OPUS)}


def test_the_codecs_of_telephony_count_in_8_khz() -> None:
    types = PayloadTypes(9, None, Telephone.G722)
    stamps = [packet.timestamp for _, packet, _ in sent(types, [10.0, 10.021, 10.039, 12.0, 12.02])]
    since = [(stamp - stamps[0]) % (1 << 32) for stamp in stamps]
    assert since == [0, 160, 320, 16_000, 16_160]
    output = RtpOutput(7, types)
    first = parse(output.packet(b"a", 960, 10.0)).timestamp
    told = output.sender_info(10.5, 0.0)
    assert told is not None
    assert (told.timestamp - first) % (1 << 32) == 4_000


def test_each_carries_its_predecessor_where_the_client_takes_that() -> None:
    packets = sent(REDUNDANT, [0.0, 0.02, 0.04, 5.0, 5.02])
    assert {packet.payload_type for _, packet, _ in packets} == {RED}
    blocks = [parse_red(packet.payload) for _, packet, _ in packets]
    assert [found[-1].payload for found in blocks] == [payload for payload, _, _ in packets]
    assert [[(b.offset, b.payload) for b in found[:-1]] for found in blocks] == [
        [],
        [(960, b"payload 0")],
        [(960, b"payload 1")],
        [],
        [(960, b"payload 3")],
    ]


@given(st.lists(st.floats(0, 3), min_size=1, max_size=60), st.sampled_from([PLAIN, REDUNDANT]))
def test_whatever_the_times_packets_lie_in_order_and_never_over_each_other(
    gaps: list[float], types: PayloadTypes
) -> None:
    times = [sum(gaps[:n]) for n in range(len(gaps))]
    packets = [packet for _, packet, _ in sent(types, times)]
    for before, after in pairwise(packets):
        assert (after.timestamp - before.timestamp) % (1 << 32) >= 960
        assert (after.timestamp - before.timestamp) % (1 << 32) < 1 << 31
        assert (after.sequence - before.sequence) % (1 << 16) == 1


def test_a_packet_is_sent_again_as_it_was_while_it_is_there() -> None:
    output = RtpOutput(7, REDUNDANT)
    out = [output.packet(b"payload %d" % n, 960, n / 50) for n in range(HISTORY_PACKETS + 10)]
    numbers = [parse(data).sequence for data in out]
    assert output.retransmission(numbers[9]) is None
    assert output.retransmission((numbers[-1] + 1) % 65_536) is None
    assert [output.retransmission(number) for number in numbers[10:]] == out[10:]
    assert output.retransmitted == HISTORY_PACKETS


def test_no_more_is_sent_again_than_was_sent() -> None:
    output = RtpOutput(7, PLAIN)
    out = [output.packet(b"abc", 960, n / 50) for n in range(10)]
    number = parse(out[5]).sequence
    again = [output.retransmission(number) for _ in range(100)]
    assert again == [out[5]] * 10 + [None] * 90


def test_what_is_told_of_it_is_true() -> None:
    output = RtpOutput(7, PLAIN)
    assert output.sender_info(0.0, 1_000.0) is None
    first = parse(output.packet(b"abc", 960, 3.0))
    output.packet(b"de", 960, 3.02)
    told = output.sender_info(4.0, 1_000.0)
    assert told is not None
    assert (told.packets, told.octets, told.unix_s) == (2, 5, 1_000.0)
    assert (told.timestamp - first.timestamp) % (1 << 32) == 48_000
