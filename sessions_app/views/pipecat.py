"""The endpoints for Pipecat's client SDK: `/start`, `/api/offer` and `/sessions/<id>/api/offer`."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from sessions_app.engine.core.commands import Offer
from sessions_app.engine.protocols import smallwebrtc
from sessions_app.runtime import engine, ice_servers
from sessions_app.runtime.peers import PeerWish
from sessions_app.services import tickets
from sessions_app.views.callers import Caller, caller, json_answer


@csrf_exempt
async def start(request: HttpRequest, ticket: str = "") -> JsonResponse:
    """Returns the session id for the offer, and the ICE servers.

    Whatever would refuse the offer is reported here already: next the client opens the microphone.
    """

    async def work() -> Mapping[str, Any]:
        who = await caller(request, "POST", ticket=ticket)
        wish = smallwebrtc.parse_start(request.body)
        current = engine.current()
        offer = tickets.authorised(who.principal, Offer("", agent=wish.agent))
        current.check_faults()
        current.count_offer(who.principal)
        if offer.agent:  # the offer may still name another agent
            await current.check_request(offer)
        session_id = current.peers.start(who.principal, who.origin, wish)
        servers = ice_servers.for_client(who.party.key)
        return {"sessionId": session_id, "iceConfig": {"iceServers": servers}}

    return await json_answer(work, "POST")


@csrf_exempt
async def offer(request: HttpRequest, session_id: str = "", ticket: str = "") -> JsonResponse:
    """POST: answers an offer. PATCH: takes candidates."""

    async def work() -> Mapping[str, Any]:
        who = await caller(request, "POST", "PATCH", ticket=ticket)
        if request.method == "PATCH":
            return await _candidates(who, request.body)
        current = engine.current()
        asked = smallwebrtc.parse_offer(request.body)
        if current.peers.knows(asked.pc_id):
            who.check_access(current.peers.call_of(asked.pc_id, who.party))
        elif session_id:
            started = current.peers.started(session_id, who.principal, who.origin)
            asked = smallwebrtc.parse_offer(request.body, started)
        wish = PeerWish(who.party, asked.offer, asked.pc_id, asked.restart)
        answered = await current.peers.offer(wish, who.place)
        return smallwebrtc.answer(answered.sdp, answered.pc_id)

    return await json_answer(work, "POST", "PATCH")


async def _candidates(who: Caller, body: bytes) -> dict[str, Any]:
    current = engine.current()
    pc_id, candidates = smallwebrtc.parse_candidates(body)
    call_id = current.peers.call_of(pc_id, who.party)
    who.check_access(call_id)
    for candidate in candidates:
        await current.add_candidate(call_id, who.party, candidate)
    await current.peers.settled(pc_id, current.find(call_id, who.party).transport)
    return {"status": "success"}
