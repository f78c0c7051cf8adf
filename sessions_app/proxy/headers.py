"""Which headers a proxy passes on (RFC 9110, section 7.6.1)."""

from collections.abc import Iterable
from typing import Any

from sessions_app.services import access, entrance

_OF_THE_CONNECTION = frozenset(
    {
        b"connection", b"keep-alive", b"proxy-connection", b"te", b"trailer", b"transfer-encoding",
        b"upgrade", b"content-length", b"date", b"server",
    }
)  # fmt: skip
FORWARDED = b"x-forwarded-for"


def passed_on(scope: Any) -> list[tuple[bytes, bytes]]:
    """Returns a request's headers for a media process, with the client's address."""
    kept = [
        (name, value)
        for name, value in scope["headers"]
        if name.lower() not in _OF_THE_CONNECTION and not _of_the_handshake(name.lower())
    ]
    forwarded = b",".join(value for name, value in kept if name.lower() == FORWARDED)
    peer = (scope.get("client") or ("", 0))[0]
    address = access.address_of(str(peer), forwarded.decode("latin1"))
    names = {name.lower().decode("latin1") for name, _ in kept}
    kept = [(name, value) for name, value in kept if name.lower() != FORWARDED]
    if entrance.passed_by_unknown_proxy(names):
        kept.append((entrance.THROUGH_PROXY.encode(), b"1"))
    return [*kept, (FORWARDED, address.encode("latin1"))]


def returned(headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """Returns an answer's headers for the client."""
    return [(name, value) for name, value in headers if name.lower() not in _OF_THE_CONNECTION]


def _of_the_handshake(name: bytes) -> bool:
    return name.startswith(b"sec-websocket-")
