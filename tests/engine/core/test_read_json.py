"""JSON as strangers send it."""

import json

import pytest

from sessions_app.engine.text.cleaning import read_json


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b"1" * 5_000,
        b"NaN",
        b"[-Infinity]",
        b'["\xed\xa0\x80"]',
        b'["\xff"]',
        '["é"]'.encode("utf-16"),
    ],
)
def test_what_nobody_could_read_is_no_json(body: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - whatever its words
        read_json(body)


@pytest.mark.parametrize(
    "value",
    [{}, [], "ü😀", {"a": ["\\u0000", "\n", 1.5, None, True]}, [[[[[["deep"]]]]]], 10**100],
)
def test_what_can_be_is_read_as_it_was_written(value: object) -> None:
    assert read_json(json.dumps(value)) == value
    assert read_json(json.dumps(value).encode()) == value
    assert read_json(json.dumps(value, ensure_ascii=False).encode("utf-8-sig")) == value


def test_of_two_equal_keys_the_last_counts() -> None:
    assert read_json('{"a": 1, "a": 2}') == {"a": 2}
