"""Authentication of sockets: what `services.entrance` needs, read from an ASGI scope."""

from collections.abc import Callable
from functools import partial
from typing import Any

from asgiref.typing import WebSocketScope
from channels.db import database_sync_to_async
from django.http import HttpHeaders

from sessions_app.engine.core.errors import VoiceError
from sessions_app.models import TokenScope
from sessions_app.services import authentication, entrance
from sessions_app.services.authentication import Principal
from sessions_app.services.database import AWAY, busy
from sessions_app.services.entrance import ClientClaims


class NotSignedInError(VoiceError):
    """Nobody may call through this socket yet (not retryable)."""

    code = "not_signed_in"


async def principal_of(
    scope: WebSocketScope, token_scope: TokenScope = TokenScope.CALL
) -> Principal:
    """Returns who opens the socket, their ticket used up; raises RefusedError, BusyError."""
    asked = partial(entrance.principal_of, claims_of(scope), use_up=True, scope=token_scope)
    found: Principal = await _asked(asked)
    return found


async def guest_of(scope: WebSocketScope) -> Principal | None:
    """Returns whom a vosk-server client counts as, where the settings let it in; or BusyError."""
    found: Principal | None = await _asked(partial(entrance.guest_of, claims_of(scope)))
    return found


async def principal_with_token(scope: WebSocketScope, token: str) -> Principal:
    """Returns who sent a token in a message; raises NotSignedInError, BusyError."""
    found: Principal | None = await _asked(partial(authentication.by_token, token))
    if found is None:
        raise NotSignedInError("Send a valid token as `auth.token`.")
    return found.at(claims_of(scope).address)


async def _asked(question: Callable[[], Any]) -> Any:
    """Returns what the database says; raises BusyError (retryable) while it is away."""
    try:
        return await database_sync_to_async(question)()
    except AWAY as error:
        raise busy() from error


def claims_of(scope: Any) -> ClientClaims:
    """Returns what the client of a socket says of itself."""
    given: dict[str, str] = {}
    for raw, value in scope["headers"]:
        name = "HTTP_" + raw.decode("latin1").upper().replace("-", "_")
        before = f"{given[name]}, " if name in given else ""
        given[name] = before + value.decode("latin1")
    route: Any = scope.get("url_route") or {}
    return ClientClaims(
        HttpHeaders(given),
        scope.get("session"),
        given.get("HTTP_HOST", ""),
        str((scope.get("client") or ("", 0))[0] or ""),
        route.get("kwargs", {}).get("ticket") or "",
    )
