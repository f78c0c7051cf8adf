"""What a request's body may hold, and JSON as strangers send it."""

import json
from typing import Any, NoReturn

MAX_BODY = 128 * 1024
"""Bytes of a body at the doors and in the API: an offer has 5 to 10 KiB."""


def loads(body: str | bytes) -> Any:
    """Returns the value of a JSON text that can be stored and passed on as it is.

    Raises ValueError, whose message says what is wrong: no JSON in UTF-8 (RFC 8259: NaN and
    Infinity are none), nested too deep, a number too long, or a text with NUL or half of a
    surrogate pair, which no database takes.
    """
    # json.loads would let halves of surrogate pairs through, as bytes
    text = body if isinstance(body, str) else body.decode("utf-8-sig")
    try:
        found = json.loads(text, parse_constant=_no_number)
    except RecursionError as error:
        raise ValueError("it is nested too deep") from error
    if "\\u" in text or not isinstance(body, bytes):  # there is no other way to write them
        _check(found)
    return found


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")


def _check(value: Any) -> None:
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, str):
            if "\0" in item or any("\ud800" <= char <= "\udfff" for char in item):
                raise ValueError("a text holds NUL or half of a surrogate pair")
        elif isinstance(item, dict):
            waiting += [*item, *item.values()]
        elif isinstance(item, list):
            waiting += item
