"""Authentication, the same for requests and sockets: turns a client's claims into a principal."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.http import HttpHeaders

from sessions_app.engine.core.errors import VoiceError
from sessions_app.models import TokenScope
from sessions_app.services import access, authentication, tickets
from sessions_app.services.authentication import Principal

NOT_SIGNED_IN, WRONG_ORIGIN = 401, 403
"""HTTP statuses."""

CLOSE = 4000
"""Added to an HTTP status, it gives the close code of a socket."""

PROXIES = frozenset(
    {
        "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "forwarded",
        "via", "x-client-ip", "true-client-ip", "cf-connecting-ip",
    }
)  # fmt: skip
"""Headers that reverse proxies add: with one of them, the connection is not the client's own."""

THROUGH_PROXY = "x-voicesite-forwarded"
"""With this header a web process tells its media processes that a request had one of PROXIES.

A client that sends it itself gains nothing: it counts as one behind an unknown proxy.
"""


class RefusedError(VoiceError):
    """A request or socket of an unknown client, or from a wrong origin (not retryable)."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message, code=code)
        self.status = status


@dataclass(frozen=True, slots=True)
class ClientClaims:
    """What a client claims about itself, unchecked.

    `session` is the cookie's, not read yet, or None if there cannot be one. `peer` is who opened
    the connection, empty for a Unix socket.
    """

    headers: HttpHeaders = field(repr=False)
    session: Any = field(repr=False)
    host: str
    peer: str = field(default="", repr=False)
    ticket: str = field(default="", repr=False)

    @property
    def address(self) -> str:
        """Where the client is, as far as that can be trusted."""
        return access.address_of(self.peer, self.headers.get("X-Forwarded-For", ""))

    @property
    def through_unknown_proxy(self) -> bool:
        """Whether there is a proxy in between that the settings do not name.

        If so, `address` is the proxy's, often that of this machine.
        """
        if access.from_web_process(self.peer):
            return THROUGH_PROXY in self.headers
        return passed_by_unknown_proxy(name.lower() for name in self.headers)


def passed_by_unknown_proxy(names: Iterable[str]) -> bool:
    """Returns whether header names (lower case) are of a proxy that is not in the settings."""
    return not settings.VOICE["TRUSTED_PROXIES"] and not PROXIES.isdisjoint(names)


def principal_of(
    claims: ClientClaims, *, use_up: bool, scope: TokenScope = TokenScope.CALL
) -> Principal:
    """Returns the principal that a client authenticates as; raises RefusedError.

    A ticket or a bearer token counts by itself. A cookie counts only with exactly our own origin
    (RFC 6454): a browser sends cookies along for pages of any origin, and ignores the port.
    With `use_up` a ticket is used up at once, as sockets do. A token must have `scope`.
    """
    found = _by_ticket(claims, use_up=use_up) if claims.ticket else _by_token(claims, scope)
    if found is None:
        found = _by_cookie(claims)
    return found.at(claims.address)


def guest_of(claims: ClientClaims) -> Principal | None:
    """Returns the guest that a vosk-server client without a key counts as; None if none may enter.

    Never a browser's page: any site could open a connection here from a visitor's machine.
    """
    if "Origin" in claims.headers:
        return None
    found = authentication.by_guest(claims.address, forwarded=claims.through_unknown_proxy)
    return None if found is None else found.at(claims.address)


def _by_ticket(claims: ClientClaims, *, use_up: bool) -> Principal:
    take = tickets.redeem if use_up else tickets.find_holder
    found = take(claims.ticket, claims.headers.get("Origin", ""))
    if found is None:
        raise RefusedError(
            NOT_SIGNED_IN, "not_signed_in", "This ticket is not valid, or has been used."
        )
    return found


def _by_token(claims: ClientClaims, scope: TokenScope) -> Principal | None:
    scheme, _, secret = claims.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        return None
    found = authentication.by_token(secret.strip(), scope)
    if found is None:
        raise RefusedError(
            NOT_SIGNED_IN,
            "not_signed_in",
            f"This token is not valid, was revoked, has expired, or lacks the scope '{scope}'.",
        )
    return found


def _by_cookie(claims: ClientClaims) -> Principal:
    origin = claims.headers.get("Origin", "")
    own = access.own_origin(origin, claims.host)
    if origin and not own:
        raise _wrong_origin()
    found = authentication.by_session(claims.session)
    if found is None:
        raise RefusedError(NOT_SIGNED_IN, "not_signed_in", "Sign in, or send a bearer token.")
    if not own:
        raise _wrong_origin()
    return found


def _wrong_origin() -> RefusedError:
    # within 123 bytes, which a socket's close reason may have (RFC 6455, 5.5)
    return RefusedError(
        WRONG_ORIGIN,
        "wrong_origin",
        "A page of another origin needs a ticket (docs/embedding.md); open others at the server's "
        "own address.",
    )
