"""Who opens a socket: a cookie from our own origin, or a bearer token."""

from dataclasses import dataclass, replace
from typing import Any, TypeVar

from asgiref.typing import WebSocketScope
from channels.auth import get_user
from channels.db import database_sync_to_async
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser

from sessions_app.core.commands import Offer, StartStream
from sessions_app.core.errors import VoiceError
from sessions_app.services import access, tickets

W = TypeVar("W", Offer, StartStream)

NOT_SIGNED_IN = 4401
WRONG_ORIGIN = 4403


class RefusedError(Exception):
    """A socket that must be closed with `code`."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class NotSignedInError(VoiceError):
    """Nobody may call through this socket yet (not retryable)."""

    code = "not_signed_in"


@dataclass(frozen=True, slots=True)
class Visitor:
    """A signed-in user behind a socket; `token` is empty for a cookie session."""

    user: AbstractBaseUser
    scope: Any
    token: str = ""
    ticket: tickets.Pass | None = None

    @property
    def address(self) -> str:
        """Where the socket comes from."""
        peer = (self.scope.get("client") or ("", 0))[0]
        return access.address_of(str(peer), _headers(self.scope).get(b"x-forwarded-for", ""))

    async def bind(self, call_id: str) -> None:
        """Notes which call a ticket was used for."""
        if self.ticket is not None and self.ticket.ticket_pk is not None:
            await database_sync_to_async(tickets.bind)(self.ticket.ticket_pk, call_id)

    def allowed(self, wish: W) -> W:
        """Returns the wish as far as a ticket allows it; raises NotAllowedError."""
        found = replace(wish, address=self.address)
        return found if self.ticket is None else tickets.narrowed(self.ticket, found)

    async def still_allowed(self) -> bool:
        """Returns whether the user is still active, signed in, and the token not revoked."""
        if self.ticket is not None:
            return bool(await database_sync_to_async(access.is_active)(self.user.pk))
        if self.token:
            return await database_sync_to_async(access.user_for_token)(self.token) is not None
        signed_in = database_sync_to_async(access.still_signed_in)
        return bool(await signed_in(self.scope["session"], self.user.pk))


async def visitor_of(scope: WebSocketScope) -> Visitor:
    """Returns who opens the socket; raises RefusedError.

    A cookie counts only with exactly our own origin (RFC 6454): a browser sends cookies
    along for pages of any origin, and ignores the port.
    """
    headers = _headers(scope)
    route: Any = scope.get("url_route") or {}
    ticket = route.get("kwargs", {}).get("ticket", "")
    if ticket:
        given = await database_sync_to_async(tickets.redeem)(ticket, headers.get(b"origin", ""))
        if given is None:
            raise RefusedError(NOT_SIGNED_IN, "This ticket is not valid, or was used.")
        return Visitor(given.user, scope, ticket=given)
    scheme, _, token = headers.get(b"authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token.strip():
        user = await database_sync_to_async(access.user_for_token)(token.strip())
        if user is None:
            raise RefusedError(NOT_SIGNED_IN, "This token is not valid, or was revoked.")
        return Visitor(user, scope, token.strip())
    if not access.own_origin(headers.get(b"origin", ""), headers.get(b"host", "")):
        raise RefusedError(WRONG_ORIGIN, "Open the page from this server's own address.")
    user = await get_user(scope)
    if isinstance(user, AnonymousUser):
        raise RefusedError(NOT_SIGNED_IN, "Sign in first.")
    return Visitor(user, scope)


async def guest(scope: WebSocketScope) -> Visitor | None:
    """Returns the visitor that a vosk-server client counts as, where the settings allow it."""
    if b"origin" in _headers(scope):
        return None  # a browser: any page could open a socket here
    peer = str((scope.get("client") or ("", 0))[0])
    forwarded = _headers(scope).get(b"x-forwarded-for", "")
    address = access.address_of(peer, forwarded)
    user = await database_sync_to_async(access.vosk_user)(address)
    return Visitor(user, scope, ticket=tickets.Pass(user)) if user is not None else None


async def visitor_with_token(scope: WebSocketScope, token: str) -> Visitor:
    """Returns who sent a token in a message; raises NotSignedInError."""
    user = await database_sync_to_async(access.user_for_token)(token) if token else None
    if user is None:
        raise NotSignedInError("Send a token that is valid as `auth.token`.")
    return Visitor(user, scope, token)


def _headers(scope: Any) -> dict[bytes, str]:
    return {name.lower(): value.decode("latin1") for name, value in scope["headers"]}
