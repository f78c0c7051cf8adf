"""The door of Pipecat's client SDK: `/start`, `/api/offer` and `/sessions/<id>/api/offer`."""

from typing import Any

from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from sessions_app.bridge import engine, ice_servers
from sessions_app.bridge.peers import PeerWish
from sessions_app.dialects import smallwebrtc
from sessions_app.views.callers import caller, told


@csrf_exempt
async def start(request: HttpRequest, ticket: str = "") -> JsonResponse:
    """Returns the session under which the offer is to come, and the ICE servers."""

    async def work() -> dict[str, Any]:
        who = await caller(request, "POST", ticket=ticket)
        given = smallwebrtc.parse_start(request.body)
        session_id = engine.current().peers.start(who.user.pk, given)
        found = {"sessionId": session_id}
        return found | {"iceConfig": {"iceServers": ice_servers.for_client(who.user.pk)}}

    return await told(work, "POST")


@csrf_exempt
async def offer(request: HttpRequest, session_id: str = "", ticket: str = "") -> JsonResponse:
    """POST: answers an offer. PATCH: takes candidates."""

    async def work() -> dict[str, Any]:
        who = await caller(request, "POST", "PATCH", ticket=ticket)
        current, user = engine.current(), who.user
        given = current.peers.started(session_id, user.pk) if session_id else {}
        if request.method == "PATCH":
            pc_id, candidates = smallwebrtc.parse_candidates(request.body)
            call_id = current.peers.call_of(pc_id, user.pk)
            for candidate in candidates:
                await current.add_candidate(call_id, user.pk, candidate)
            await current.peers.settled(pc_id, current.find(call_id, user.pk).transport)
            return {"status": "success"}
        asked = smallwebrtc.parse_offer(request.body, given)
        wish = PeerWish(user.pk, asked.offer, asked.pc_id, asked.restart)
        answered = await current.peers.offer(wish, who.place, current.renegotiate)
        return smallwebrtc.answer(answered.sdp, answered.pc_id)

    return await told(work, "POST", "PATCH")
