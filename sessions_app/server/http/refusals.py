"""Errors that the server sends for requests that do not reach the application."""

import json
import re
from dataclasses import dataclass
from html import escape
from http import HTTPStatus
from urllib.parse import unquote

from django.conf import settings

from sessions_app.engine.core.body_limits import MAX_BODY
from sessions_app.engine.core.rates import whole_seconds

PAGE_BODY = 64 * 1024
"""Limit of a body sent to a page, in bytes: forms for signing in and search are short."""

REST, ADMIN = "/api/v1/", "/admin/"


@dataclass(frozen=True, slots=True)
class Refusal:
    """An error: status, a code for programs, a sentence for people."""

    status: int
    code: str
    message: str
    retry_after_s: int = 0


BAD_REQUEST = Refusal(400, "bad_request", "This is not HTTP/1.1 as RFC 9112 has it.")
ONE_HOST = Refusal(
    400, "bad_request", "Send one Host header with each request (RFC 9112, 3.2): Host: <name>."
)
NUL_IN_ADDRESS = Refusal(400, "bad_request", "An address cannot hold NUL (%00).")
NUL_IN_COOKIE = Refusal(400, "bad_request", "A cookie cannot hold NUL (\\000).")
BAD_PROTOCOLS = Refusal(400, "bad_request", "Sec-WebSocket-Protocol can hold ASCII only.")
BAD_LENGTH = Refusal(
    400,
    "bad_length",
    "Send one Content-Length, a decimal number, or Transfer-Encoding: chunked; never both.",
)
SMALL_CHUNKS = Refusal(400, "small_chunks", "The chunks are too small. Send larger ones.")
NO_LENGTH = Refusal(411, "no_length", "In HTTP/1.0 a body needs a Content-Length.")
CODED_BEFORE_1_1 = Refusal(
    400, "bad_request", "HTTP/1.0 has no Transfer-Encoding: send Content-Length, or HTTP/1.1."
)
UNKNOWN_CODING = Refusal(
    501, "bad_transfer_encoding", "The only transfer coding taken is: chunked."
)
TOO_SLOW = Refusal(408, "too_slow", "The request did not come in time. Send it again.")
LONG_ADDRESS = Refusal(414, "address_too_long", "The address is too long. Send less in it.")
LONG_HEADERS = Refusal(
    431, "headers_too_large", "The headers are too many or too long. Send fewer, or shorter ones."
)
BUSY_READING = Refusal(
    503, "busy", "This server is receiving too much at once. Try again.", retry_after_s=5
)


def too_many(wait_s: float) -> Refusal:
    """Returns the 429 for a client over its rate limit; it may retry after `wait_s`."""
    seconds = whole_seconds(wait_s)
    told = f"You are sending too many requests. Try again in {seconds} s."
    return Refusal(429, "too_many_requests", told, retry_after_s=seconds)


def too_large(limit: int) -> Refusal:
    """Returns the 413 for a body of more than `limit` bytes."""
    return Refusal(413, "too_large", f"The body may be at most {limit // 1024} KiB. Send less.")


def longest_body(path: str) -> int:
    """Returns the limit in bytes of a body sent to `path`."""
    if _is_for_programs(path):
        return MAX_BODY
    return settings.DATA_UPLOAD_MAX_MEMORY_SIZE if path.startswith(ADMIN) else PAGE_BODY


def path_of(target: bytes) -> str:
    """Returns the path of a request target, decoded as for the application."""
    return unquote(target.partition(b"?")[0].decode("latin1"))


def answer(refusal: Refusal, path: str) -> bytes:
    """Returns the complete HTTP response, after which the connection is closed.

    On paths for programs it is JSON in the form of that path's other errors.
    """
    if _is_for_programs(path):
        told = {"code": refusal.code, "message": refusal.message}
        if not path.startswith(REST):
            told["info"] = refusal.message  # Pipecat's client shows `info`
        kind, body = "application/json", json.dumps(told)
    else:
        kind, body = "text/html; charset=utf-8", _page(refusal)
    content = body.encode()
    phrase = HTTPStatus(refusal.status).phrase
    lines = [
        f"HTTP/1.1 {refusal.status} {phrase}",
        f"Content-Type: {kind}",
        f"Content-Length: {len(content)}",
        "Content-Security-Policy: default-src 'none'",
        "X-Content-Type-Options: nosniff",
        "Cache-Control: no-store",
        "Connection: close",
    ]
    if refusal.retry_after_s:
        lines.append(f"Retry-After: {refusal.retry_after_s}")
    return "\r\n".join((*lines, "", "")).encode() + content


def _is_for_programs(path: str) -> bool:
    return re.match(settings.CORS_URLS_REGEX, path) is not None


def _page(refusal: Refusal) -> str:
    phrase, message = HTTPStatus(refusal.status).phrase, escape(refusal.message)
    return (
        f'<!doctype html><html lang="en"><title>{phrase}</title>'
        f"<h1>{phrase}</h1><p>{message}</p></html>\n"
    )
