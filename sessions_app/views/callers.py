"""Who calls over HTTP, and how mistakes are told: the same at every door."""

import logging
from collections.abc import Awaitable, Callable
from typing import Any

from asgiref.sync import sync_to_async
from django.http import HttpRequest, JsonResponse

from sessions_app.core.errors import BusyError, UnknownCallError, VoiceError
from sessions_app.dialects.results import BadRequestError
from sessions_app.services import access

logger = logging.getLogger(__name__)

MAX_BODY = 128 * 1024
RETRY_AFTER_S = 30


class RefusedError(VoiceError):
    """A request that comes from nobody, or from the wrong place."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message, code=code)
        self.status = status


async def caller(request: HttpRequest, *methods: str) -> Any:
    """Returns who calls; raises RefusedError, BadRequestError.

    A cookie counts only with our own origin and a JSON body, which no form of another site
    can send.
    """
    if request.method not in methods:
        wanted = " or ".join(methods)
        raise RefusedError(405, "method_not_allowed", f"Send this by {wanted}.")
    if int(request.headers.get("Content-Length") or 0) > MAX_BODY:
        raise RefusedError(413, "too_large", f"A body may hold {MAX_BODY // 1024} KiB at most.")
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        found = await sync_to_async(access.user_for_token)(token.strip())
        if found is None:
            raise RefusedError(401, "not_signed_in", "This token is not valid, or was revoked.")
        return found
    user = await request.auser()
    if not user.is_authenticated:
        raise RefusedError(401, "not_signed_in", "Sign in, or send a token as bearer.")
    if not access.own_origin(request.headers.get("Origin", ""), request.get_host()):
        raise RefusedError(403, "wrong_origin", "Open the page from this server's own address.")
    if request.content_type != "application/json":
        raise BadRequestError("Send the content type application/json.")
    return user


async def told(work: Callable[[], Awaitable[Any]], *methods: str) -> JsonResponse:
    """Returns what `work` returns as JSON, or what went wrong."""
    try:
        return JsonResponse(await work())
    except VoiceError as error:
        return _problem(error, methods)
    except Exception:
        logger.exception("a request of a door failed")
        fault = VoiceError("Something went wrong on the server.", code="internal_error")
        return _problem(fault, methods)


def _problem(error: VoiceError, methods: tuple[str, ...]) -> JsonResponse:
    # Pipecat's client shows `info`
    body = {"code": error.code, "message": error.message, "info": error.message}
    if isinstance(error, BusyError):
        return JsonResponse(body, status=429, headers={"Retry-After": str(RETRY_AFTER_S)})
    if isinstance(error, RefusedError):
        headers = {405: {"Allow": ", ".join(methods)}, 401: {"WWW-Authenticate": "Bearer"}}
        return JsonResponse(body, status=error.status, headers=headers.get(error.status))
    if isinstance(error, BadRequestError):
        return JsonResponse(body, status=400)
    if isinstance(error, UnknownCallError):
        return JsonResponse(body, status=404)
    return JsonResponse(body, status=500 if error.code == "internal_error" else 422)
