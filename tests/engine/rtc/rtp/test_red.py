import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessions_app.engine.rtc.rtp.red import MAX_LENGTH, MAX_OFFSET, Block, RedError, build, parse

PAYLOADS = st.binary(min_size=1, max_size=MAX_LENGTH)


def test_chromiums_header_is_read() -> None:
    payload = bytes.fromhex("ef0f002a") + b"\x6f" + b"a" * 42 + b"b" * 50
    assert parse(payload) == [Block(111, 960, b"a" * 42), Block(111, 0, b"b" * 50)]


def test_chromiums_header_is_written() -> None:
    made = build(b"b" * 50, 111, [(960, b"a" * 42)])
    assert made[:5].hex() == "ef0f002a6f"


def test_a_packet_without_redundancy_is_one_block() -> None:
    assert parse(build(b"opus", 111, [])) == [Block(111, 0, b"opus")]


def test_what_fits_no_header_is_left_out() -> None:
    made = build(b"p", 111, [(MAX_OFFSET + 1, b"far"), (960, b"x" * (MAX_LENGTH + 1)), (0, b"now")])
    assert parse(made) == [Block(111, 0, b"p")]


@given(
    primary=st.binary(max_size=1200),
    earlier=st.lists(st.tuples(st.integers(1, MAX_OFFSET), PAYLOADS), max_size=4),
    kind=st.integers(0, 127),
)
def test_what_is_written_can_be_read(
    primary: bytes, earlier: list[tuple[int, bytes]], kind: int
) -> None:
    blocks = parse(build(primary, kind, earlier))
    assert [(block.offset, block.payload) for block in blocks] == [*earlier, (0, primary)]
    assert {block.payload_type for block in blocks} == {kind}


@given(st.binary(max_size=60))
def test_anything_else_is_an_error_or_blocks_of_it(payload: bytes) -> None:
    try:
        blocks = parse(payload)
    except RedError:
        return
    assert sum(len(block.payload) for block in blocks) < len(payload)


@pytest.mark.parametrize("payload", ["", "ef", "ef0f00", "ef0f002a", "ef0f002a6f00"])
def test_what_is_cut_off_is_named(payload: str) -> None:
    with pytest.raises(RedError, match="cut off"):
        parse(bytes.fromhex(payload))
