"""`POST /offer` for vosk-server's WebRTC client, if the setting enables it."""

from collections.abc import Mapping
from typing import Any

from asgiref.sync import sync_to_async
from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from sessions_app.engine.protocols import vosk
from sessions_app.services import entrance
from sessions_app.views.callers import Caller, caller, check_request, claims_of, json_answer


@csrf_exempt
async def offer(request: HttpRequest, ticket: str = "") -> JsonResponse:
    """Answers an offer; results come over the data channel `result`."""

    async def work() -> Mapping[str, Any]:
        who = await _caller(request, ticket)
        placed = await who.place(vosk.parse_offer(request.body))
        return vosk.answer(placed.sdp)

    return await json_answer(work, "POST")


async def _caller(request: HttpRequest, ticket: str) -> Caller:
    guest = None
    check_request(request, "POST")
    if not ticket and "Authorization" not in request.headers:
        guest = await sync_to_async(entrance.guest_of)(claims_of(request))
    return Caller(guest) if guest is not None else await caller(request, "POST", ticket=ticket)
