"""`POST /offer` for vosk-server's WebRTC client, where the setting opens that door."""

from typing import Any

from asgiref.sync import sync_to_async
from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from sessions_app.dialects import vosk
from sessions_app.services import access
from sessions_app.views.callers import Caller, address_of, caller, told


@csrf_exempt
async def offer(request: HttpRequest, ticket: str = "") -> JsonResponse:
    """Answers an offer; results come over the data channel `result`."""

    async def work() -> dict[str, Any]:
        who = await _caller(request, ticket)
        placed = await who.place(vosk.parse_offer(request.body))
        return vosk.answer(placed.sdp)

    return await told(work, "POST")


async def _caller(request: HttpRequest, ticket: str) -> Caller:
    address = address_of(request)
    guest = None
    if request.method == "POST" and not ticket and "Authorization" not in request.headers:
        guest = await sync_to_async(access.vosk_user)(address)
    return await caller(request, "POST", ticket=ticket) if guest is None else Caller(guest, address)
