import struct

import pytest
from aiortc.rtp import RtcpByePacket, RtcpPacket, RtcpRrPacket, RtcpSenderInfo, RtcpSrPacket
from aiortc.rtp import RtpPacket as Theirs
from hypothesis import given
from hypothesis import strategies as st

from sessions_app.transports.rtp_packet import (
    ReportBlock,
    RtpPacket,
    is_media,
    is_rtcp,
    parse,
    read_rtcp,
    receiver_report,
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
    (packet,) = RtcpPacket.parse(receiver_report(9, heard))
    assert isinstance(packet, RtcpRrPacket)
    (told,) = packet.reports
    assert packet.ssrc == 9
    assert (told.ssrc, told.fraction_lost, told.packets_lost) == (7, 25, 1000)
    assert (told.highest_sequence, told.jitter) == (70_000, 480)
    assert (told.lsr, told.dlsr) == (0x12345678, 65_536)


@pytest.mark.parametrize("lost", [-5, 0, 1 << 25])
def test_losses_fit_their_field(lost: int) -> None:
    (packet,) = RtcpPacket.parse(receiver_report(9, ReportBlock(7, 0, lost, 0, 0, 0, 0)))
    assert isinstance(packet, RtcpRrPacket)
    assert packet.reports[0].packets_lost == min(lost, (1 << 23) - 1)


def test_the_clients_reports_and_ends_are_read() -> None:
    ntp = 0xEA3A_1234_8000_0000
    report = RtcpSrPacket(5, RtcpSenderInfo(ntp, 1, 2, 3))
    told = read_rtcp(bytes(report) + bytes(RtcpByePacket([5, 6])))
    assert told.reports == {5: ntp >> 16 & 0xFFFFFFFF}
    assert told.ended == {5, 6}


@given(st.binary(max_size=120))
def test_no_compound_packet_breaks_it(data: bytes) -> None:
    assert isinstance(read_rtcp(data).reports, dict)
