"""Who opens a socket: a cookie from our own origin, or a bearer token."""

from dataclasses import dataclass
from typing import Any

from asgiref.typing import WebSocketScope
from channels.auth import get_user
from channels.db import database_sync_to_async
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser

from sessions_app.core.errors import VoiceError
from sessions_app.services import access

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

    async def still_allowed(self) -> bool:
        """Returns whether the user is still active, signed in, and the token not revoked."""
        if self.token:
            return await database_sync_to_async(access.user_for_token)(self.token) is not None
        return bool(await database_sync_to_async(_signed_in)(self.scope["session"], self.user.pk))


async def visitor_of(scope: WebSocketScope) -> Visitor:
    """Returns who opens the socket; raises RefusedError.

    A cookie counts only with exactly our own origin (RFC 6454): a browser sends cookies
    along for pages of any origin, and ignores the port.
    """
    headers = {name.lower(): value.decode("latin1") for name, value in scope["headers"]}
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


async def visitor_with_token(scope: WebSocketScope, token: str) -> Visitor:
    """Returns who sent a token in a message; raises NotSignedInError."""
    user = await database_sync_to_async(access.user_for_token)(token) if token else None
    if user is None:
        raise NotSignedInError("Send a token that is valid as `auth.token`.")
    return Visitor(user, scope, token)


def _signed_in(session: Any, user_id: Any) -> bool:
    """Reads the session anew: a log-out in another tab deletes it."""
    from django.contrib.auth import get_user_model  # noqa: PLC0415 - needs loaded apps

    stored = session.__class__(session.session_key).load()
    if str(stored.get(SESSION_KEY)) != str(user_id):
        return False
    return bool(get_user_model().objects.filter(pk=user_id, is_active=True).exists())
