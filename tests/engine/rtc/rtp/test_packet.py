import dataclasses
import struct

import pytest
from aiortc.clock import datetime_from_ntp
from aiortc.rtp import (
    RTCP_RTPFB_NACK,
    RtcpByePacket,
    RtcpPacket,
    RtcpReceiverInfo,
    RtcpRrPacket,
    RtcpRtpfbPacket,
    RtcpSdesPacket,
    RtcpSenderInfo,
    RtcpSrPacket,
)
from aiortc.rtp import RtpPacket as Theirs
from hypothesis import given
from hypothesis import strategies as st

from sessions_app.engine.rtc.rtp.packet import (
    ReportBlock,
    RtpPacket,
    SenderInfo,
    bye_packet,
    is_media,
    is_rtcp,
    nack,
    pack,
    parse,
    read_rtcp,
    report,
)


@given(
    kind=st.integers(0, 127),
    sequence=st.integers(0, 65_535),
    timestamp=st.integers(0, (1 << 32) - 1),
    ssrc=st.integers(0, (1 << 32) - 1),
    sources=st.lists(st.integers(0, (1 << 32) - 1), max_size=15),
    padding=st.integers(0, 200),
    payload=st.binary(max_size=400),
)
def test_what_aiortc_writes_is_read(  # noqa: PLR0917 - hypothesis gives them by name
    kind: int,
    sequence: int,
    timestamp: int,
    ssrc: int,
    sources: list[int],
    padding: int,
    payload: bytes,
) -> None:
    theirs = Theirs(
        payload_type=kind, sequence_number=sequence, timestamp=timestamp, ssrc=ssrc, payload=payload
    )
    theirs.csrc, theirs.padding_size = sources, padding
    assert parse(theirs.serialize()) == RtpPacket(kind, sequence, timestamp, ssrc, payload)


def test_a_header_extension_is_stepped_over() -> None:
    head = struct.pack("!BBHII", 0x90, 111, 1, 2, 3)
    extension = struct.pack("!HH", 0xBEDE, 1) + b"\x10\xff\x00\x00"
    assert parse(head + extension + b"opus").payload == b"opus"


@given(st.binary(max_size=80))
def test_whatever_comes_is_a_packet_or_an_error(data: bytes) -> None:
    try:
        assert len(parse(data).payload) < max(1, len(data))
    except ValueError:
        return


@pytest.mark.parametrize(
    "data",
    [
        "",
        "80",
        "8f6f00010000000200000003",
        "906f00010000000200000003",
        "a06f000100000002000000030f",
    ],
)
def test_what_is_cut_off_is_refused(data: str) -> None:
    with pytest.raises(ValueError, match=r"no RTP|cut off"):
        parse(bytes.fromhex(data))


def test_rtp_is_told_from_all_else() -> None:
    assert is_media(b"\x80\x6f")
    assert not is_media(b"\x16\xfe")
    assert not is_media(b"")
    assert is_rtcp(b"\x80\xc8")
    assert not is_rtcp(b"\x80\x6f")


def test_a_report_is_read_by_aiortc() -> None:
    heard = ReportBlock(7, 25, 1000, 70_000, 480, 0x12345678, 65_536)
    packet, _ = RtcpPacket.parse(report(9, "name", None, heard))
    assert isinstance(packet, RtcpRrPacket)
    (told,) = packet.reports
    assert packet.ssrc == 9
    assert (told.ssrc, told.fraction_lost, told.packets_lost) == (7, 25, 1000)
    assert (told.highest_sequence, told.jitter) == (70_000, 480)
    assert (told.lsr, told.dlsr) == (0x12345678, 65_536)


@pytest.mark.parametrize("lost", [-5, 0, 1 << 25])
def test_losses_fit_their_field(lost: int) -> None:
    block = ReportBlock(7, 0, lost, 0, 0, 0, 0)
    packet, _ = RtcpPacket.parse(report(9, "name", None, block))
    assert isinstance(packet, RtcpRrPacket)
    assert packet.reports[0].packets_lost == min(lost, (1 << 23) - 1)


@pytest.mark.parametrize("heard", [None, ReportBlock(7, 0, 0, 0, 0, 0, 0)])
@pytest.mark.parametrize("name", ["", "a", "abcdef", "a-longer-name"])
def test_what_was_sent_is_read_by_aiortc(heard: ReportBlock | None, name: str) -> None:
    sent = SenderInfo(1_700_000_000.5, 123_456, 50, 4_000)
    packet, described = RtcpPacket.parse(report(9, name, sent, heard))
    assert isinstance(packet, RtcpSrPacket)
    info = packet.sender_info
    assert datetime_from_ntp(info.ntp_timestamp).timestamp() == 1_700_000_000.5
    assert (info.rtp_timestamp, info.packet_count, info.octet_count) == (123_456, 50, 4_000)
    assert len(packet.reports) == (heard is not None)
    assert isinstance(described, RtcpSdesPacket)
    assert [(c.ssrc, c.items) for c in described.chunks] == [(9, [(1, name.encode())])]


def test_a_goodbye_is_read_by_aiortc() -> None:
    (packet,) = RtcpPacket.parse(bye_packet(9))
    assert isinstance(packet, RtcpByePacket)
    assert packet.sources == [9]
    assert read_rtcp(bye_packet(9)).ended == {9}


def test_a_packet_is_read_by_aiortc() -> None:
    ours = RtpPacket(111, 65_535, 1 << 31, 9, b"payload")
    read = Theirs.parse(pack(ours, marker=True))
    assert (read.payload_type, read.sequence_number, read.timestamp) == (111, 65_535, 1 << 31)
    assert (read.ssrc, read.payload, read.marker) == (9, b"payload", 1)
    assert parse(pack(ours)) == ours


def test_the_clients_reports_and_ends_are_read() -> None:
    ntp = 0xEA3A_1234_8000_0000
    theirs = RtcpSrPacket(5, RtcpSenderInfo(ntp, 1, 2, 3))
    told = read_rtcp(bytes(theirs) + bytes(RtcpByePacket([5, 6])))
    assert told.reports == {5: ntp >> 16 & 0xFFFFFFFF}
    assert told.ended == {5, 6}


def test_what_the_client_lost_is_read() -> None:
    block = RtcpReceiverInfo(
        ssrc=7, fraction_lost=64, packets_lost=3, highest_sequence=9, jitter=1, lsr=0, dlsr=0
    )
    other = dataclasses.replace(block, ssrc=8, fraction_lost=0)
    heard = RtcpRrPacket(ssrc=5, reports=[block, other])
    assert read_rtcp(bytes(heard)).losses == {7: 0.25, 8: 0.0}
    both = RtcpSrPacket(5, RtcpSenderInfo(1, 1, 2, 3), reports=[block])
    assert read_rtcp(bytes(both)).losses == {7: 0.25}
    assert read_rtcp(bytes(both)[:-4]).losses == {}


@given(st.lists(st.integers(0, 65_535), max_size=80, unique=True), st.integers(0, 65_535))
def test_what_is_asked_for_again_is_read_by_aiortc(ahead: list[int], first: int) -> None:
    numbers = [(first + n) % 65_536 for n in sorted(ahead)]
    data = report(9, "name", None, None) + nack(9, 7, numbers)
    reported, described, asked = RtcpPacket.parse(data)
    assert isinstance(reported, RtcpRrPacket)
    assert isinstance(described, RtcpSdesPacket)
    assert isinstance(asked, RtcpRtpfbPacket)
    assert (asked.fmt, asked.ssrc, asked.media_ssrc) == (RTCP_RTPFB_NACK, 9, 7)
    assert sorted(asked.lost) == sorted(numbers)
    assert sorted(read_rtcp(data).nacked[7]) == sorted(numbers)


def test_what_the_client_asks_for_again_is_read() -> None:
    asked = RtcpRtpfbPacket(fmt=RTCP_RTPFB_NACK, ssrc=5, media_ssrc=7, lost=[5, 8, 100])
    assert read_rtcp(bytes(asked)).nacked == {7: [5, 8, 100]}
    wrapping = bytes(asked)[:12] + bytes([0xFF, 0xFF, 0, 5])
    assert read_rtcp(wrapping[:3] + bytes([3]) + wrapping[4:]).nacked == {7: [65_535, 0, 2]}
    other = RtcpRtpfbPacket(fmt=15, ssrc=5, media_ssrc=7, lost=[1])
    assert read_rtcp(bytes(other)).nacked == {}


@given(st.binary(max_size=120))
def test_no_compound_packet_breaks_it(data: bytes) -> None:
    assert isinstance(read_rtcp(data).reports, dict)
