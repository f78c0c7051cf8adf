"""Calls that begin with an HTTP request: `POST /session` and `POST /api/voice/offer`."""

import logging
from collections.abc import Callable
from typing import Any

from asgiref.sync import sync_to_async
from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from sessions_app.bridge import engine
from sessions_app.bridge.engine import Placed
from sessions_app.core.commands import Offer
from sessions_app.core.errors import BusyError, VoiceError
from sessions_app.dialects import offer as offer_dialect
from sessions_app.dialects import results
from sessions_app.dialects.results import BadRequestError
from sessions_app.services import access

logger = logging.getLogger(__name__)

MAX_BODY = 128 * 1024
RETRY_AFTER_S = 30


class _RefusedError(VoiceError):
    """A request that comes from nobody, or from the wrong place."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message, code=code)
        self.status = status


# a cookie counts only with our own origin and a JSON body, which no form of another site can send
@csrf_exempt
async def session(request: HttpRequest) -> JsonResponse:
    """The speech-to-text page's offer; `?interim=1` asks for interims."""
    interims = request.GET.get("interim") == "1"
    return await _placed(
        request,
        lambda body: results.parse(body, interims=interims),
        lambda placed: results.answer(placed.sdp),
    )


@csrf_exempt
async def voice_offer(request: HttpRequest) -> JsonResponse:
    """An offer whose candidates may follow on `WS /signaling`."""
    return await _placed(
        request,
        offer_dialect.parse,
        lambda placed: offer_dialect.answer(placed.sdp, placed.call_id),
    )


async def _placed(
    request: HttpRequest,
    parse: Callable[[bytes], Offer],
    answer: Callable[[Placed], dict[str, str]],
) -> JsonResponse:
    try:
        user = await _caller(request)
        placed = await engine.current().place(user.pk, parse(request.body))
    except VoiceError as error:
        return _told(error)
    except Exception:
        logger.exception("an offer over HTTP failed")
        fault = VoiceError("Something went wrong on the server.", code="internal_error")
        return _told(fault)
    return JsonResponse(answer(placed))


async def _caller(request: HttpRequest) -> Any:
    """Returns who calls; raises _RefusedError."""
    if request.method != "POST":
        raise _RefusedError(405, "method_not_allowed", "Send the offer by POST.")
    if int(request.headers.get("Content-Length") or 0) > MAX_BODY:
        raise _RefusedError(413, "too_large", f"An offer may hold {MAX_BODY // 1024} KiB at most.")
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        found = await sync_to_async(access.user_for_token)(token.strip())
        if found is None:
            raise _RefusedError(401, "not_signed_in", "This token is not valid, or was revoked.")
        return found
    user = await request.auser()
    if not user.is_authenticated:
        raise _RefusedError(401, "not_signed_in", "Sign in, or send a token as bearer.")
    if not access.own_origin(request.headers.get("Origin", ""), request.get_host()):
        raise _RefusedError(403, "wrong_origin", "Open the page from this server's own address.")
    if request.content_type != "application/json":
        raise BadRequestError("Send the content type application/json.")
    return user


def _told(error: VoiceError) -> JsonResponse:
    body = {"code": error.code, "message": error.message}
    if isinstance(error, BusyError):
        return JsonResponse(body, status=429, headers={"Retry-After": str(RETRY_AFTER_S)})
    if isinstance(error, _RefusedError):
        headers = {405: {"Allow": "POST"}, 401: {"WWW-Authenticate": "Bearer"}}
        return JsonResponse(body, status=error.status, headers=headers.get(error.status))
    if isinstance(error, BadRequestError):
        return JsonResponse(body, status=400)
    return JsonResponse(body, status=500 if error.code == "internal_error" else 422)
