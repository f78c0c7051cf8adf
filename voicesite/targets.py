"""What may be logged of a request: its address and its method, by lists of what is allowed.

Clients choose both, and a secret can be spelled in many ways. So nothing of them is logged but
words that stand in our own addresses, short numbers, and ids of calls.
"""

import functools
import http
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from django.conf import settings
from django.urls import get_resolver

HIDDEN = "-"

LONGEST = 200
"""Characters of a path that are logged."""

MOST_READ = 2_000
"""Characters of a target that are looked at; of more, nothing would be shown anyway."""
METHODS = frozenset(method.value for method in http.HTTPMethod)

AUTHORITY = re.compile(r"[a-z][a-z0-9+.-]*://[^/?#]*", re.IGNORECASE)
NUMBER = re.compile(r"[0-9]{1,6}")
CALL_ID = re.compile(r"(?=.*[A-Z])(?=.*[a-z])[A-Za-z0-9][A-Za-z0-9_-]{15}")
"""The shape of `new_public_id`; the few ids without small or capital letters are hidden, too."""

SECRET_AFTER = ("t", "s", "password")
"""Tickets, share links and links that set a password stand in addresses after these."""

ARGUMENT = re.compile(r"\(\?P<\w+>[^()]*\)|<[^<>]*>")
SYNTAX = re.compile(r"\(\?:|\)\?|\.\*|\[\\s\\S\]\*|\\Z|[\^$?]")


def loggable(target: str) -> str:
    """Returns what may be logged of a request's target (RFC 9112, 3.2), or of a decoded path.

    Scheme, authority and query are left out. Each segment of the decoded path that is none of
    our own words, no short number and not the id of a call is shown as `-`.
    """
    path = unquote(AUTHORITY.sub("", target[:MOST_READ], count=1).partition("?")[0])
    return "/".join(_segments(path))[:LONGEST]


def loggable_method(method: str | None) -> str:
    """Returns `method` if HTTP knows it, else `-`."""
    return method if method in METHODS else HIDDEN


def _segments(path: str) -> Iterator[str]:
    before = ""
    for segment in path.split("/", LONGEST):
        is_call = before == "calls" and CALL_ID.fullmatch(segment)
        is_known = before not in SECRET_AFTER and (segment in words() or NUMBER.fullmatch(segment))
        yield segment if not segment or is_call or is_known else HIDDEN
        before = segment


@functools.cache
def words() -> frozenset[str]:
    """Returns the literal segments of all our addresses; the first time, it loads all pages."""
    from sessions_app.engine.exports.registry import FORMATS  # noqa: PLC0415 - logging is set up first
    from sessions_app.routing import websocket_urlpatterns  # noqa: PLC0415

    found = {
        *settings.STATIC_URL.strip("/").split("/"),
        *(f"transcript.{form}" for form in FORMATS),
    }
    for pattern in (*_patterns(get_resolver()), *(str(r.pattern) for r in websocket_urlpatterns)):
        literal = SYNTAX.sub("", ARGUMENT.sub("\0", pattern))
        found.update(part for part in literal.split("/") if part and "\0" not in part)
    return frozenset(found)


def _patterns(resolver: Any) -> Iterator[str]:
    for each in resolver.url_patterns:
        yield str(each.pattern)
        if hasattr(each, "url_patterns"):
            yield from _patterns(each)
