import io
import os
import time

import pytest

from sessions_app.engine.core.errors import MediaError
from sessions_app.engine.recording.ogg import (
    LOST_HEAD,
    OpusHead,
    OpusWriter,
    checksum,
    opus_pages,
    read_pages,
)

HEAD = OpusHead(channels=1, pre_skip=300, sample_rate=16_000)


def slow_checksum(data: bytes) -> int:
    """The definition of RFC 3533, bit by bit."""
    crc = 0
    for byte in data:
        crc ^= byte << 24
        for _ in range(8):
            crc = ((crc << 1) ^ 0x04C11DB7 if crc & 0x80000000 else crc << 1) & 0xFFFFFFFF
    return crc


def written(count: int) -> list[bytes]:
    """A stream in pieces: two headers, then `count` pages of two packets."""
    pieces: list[bytes] = []
    writer = OpusWriter(pieces.append, HEAD)
    for number in range(count):
        packets = [bytes([number]) * 40, bytes([number]) * 600]
        writer.page(packets, 1920 * (number + 1), last=number == count - 1)
    return pieces


def granules(data: bytes) -> list[int]:
    return [page.granule for page in opus_pages(io.BytesIO(data))]


@pytest.mark.parametrize("size", [0, 1, 27, 4000])
def test_checksum_is_that_of_the_rfc(size: int) -> None:
    data = os.urandom(size)
    assert checksum(data) == slow_checksum(data)


def test_checksum_of_an_hour_takes_no_time() -> None:
    hour = os.urandom(24_000 // 8 * 3600)
    started = time.process_time()
    checksum(hour)
    assert time.process_time() - started < 0.5


def test_what_is_written_is_read() -> None:
    pages = list(opus_pages(io.BytesIO(b"".join(written(3)))))
    assert [page.granule for page in pages] == [1920, 3840, 5760]
    assert [page.last for page in pages] == [False, False, True]
    assert pages[1].packets == (b"\x01" * 40, b"\x01" * 600)
    assert all(page.head == HEAD for page in pages)


@pytest.mark.parametrize("size", [254, 255, 256, 510])
def test_packets_around_the_lacing_limit(size: int) -> None:
    pieces: list[bytes] = []
    OpusWriter(pieces.append, HEAD).page([b"x" * size, b"y"], 960)
    (page,) = opus_pages(io.BytesIO(b"".join(pieces)))
    assert page.packets == (b"x" * size, b"y")


def test_too_much_for_a_page_is_refused() -> None:
    writer = OpusWriter(lambda _: None, HEAD)
    writer.page([b"x"] * 255, 960)
    with pytest.raises(MediaError, match="write fewer"):
        writer.page([b"x"] * 256, 960)


def test_cut_anywhere_gives_the_whole_pages() -> None:
    pieces = written(3)
    data = b"".join(pieces)
    ends = [sum(map(len, pieces[: index + 1])) for index in range(len(pieces))]
    for cut in range(len(data)):
        whole = sum(end <= cut for end in ends[2:])
        assert granules(data[:cut]) == [1920, 3840, 5760][:whole]


@pytest.mark.parametrize("offset", [0, 4, 5, 6, 22, 26, 27, 28, 100])
def test_a_damaged_page_costs_only_itself(offset: int) -> None:
    pieces = written(4)
    broken = bytearray(pieces[3])
    broken[offset] ^= 0xFF
    pieces[3] = bytes(broken)
    assert granules(b"".join(pieces)) == [1920, 5760, 7680]


def test_rubbish_between_pages_is_skipped() -> None:
    pieces = written(2)
    assert granules(b"OggS" + pieces[0] + b"OggSOgg" + b"".join(pieces[1:]) + b"Ogg") == [
        1920,
        3840,
    ]


def test_a_lost_header_is_made_up() -> None:
    (page,) = opus_pages(io.BytesIO(b"".join(written(1)[1:])))
    assert page.head is LOST_HEAD


def test_streams_that_follow_one_another() -> None:
    data = b"".join(written(1) + written(2))
    pages = list(opus_pages(io.BytesIO(data)))
    assert [page.granule for page in pages] == [1920, 1920, 3840]
    assert pages[0].head is not pages[1].head


def test_a_packet_across_pages_is_joined_or_dropped() -> None:
    pieces: list[bytes] = []
    writer = OpusWriter(pieces.append, HEAD)
    writer.page([b"a" * 10, b"b" * 255], 960)
    writer.page([b"c" * 5, b"d" * 7], 2880)
    # The first page loses its last lacing value (0), the second goes on with that packet.
    first, second = bytearray(pieces[2]), bytearray(pieces[3])
    first[26] -= 1
    del first[29]
    second[5] |= 1
    for page in (first, second):
        page[22:26] = bytes(4)
        page[22:26] = checksum(bytes(page)).to_bytes(4, "little")
    start = b"".join(pieces[:2])
    joined = list(opus_pages(io.BytesIO(start + first + second)))
    assert [page.packets for page in joined] == [
        (b"a" * 10,),
        (b"b" * 255 + b"c" * 5, b"d" * 7),
    ]
    (alone,) = opus_pages(io.BytesIO(start + second))
    assert alone.packets == (b"d" * 7,)


def test_pages_carry_their_place_in_the_stream() -> None:
    pages = list(read_pages(io.BytesIO(b"".join(written(2)))))
    assert [page.sequence for page in pages] == [0, 1, 2, 3]
    assert len({page.serial for page in pages}) == 1
