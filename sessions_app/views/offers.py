"""Calls that begin with an HTTP request, and the ICE servers for those with a ticket."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from sessions_app.engine.core.commands import Offer
from sessions_app.engine.protocols import offer as offer_dialect
from sessions_app.engine.protocols import results
from sessions_app.runtime import ice_servers
from sessions_app.runtime.answered_offers import AnsweredCall
from sessions_app.views.callers import caller, check_parameters, json_answer


# `caller` does what the middleware would: it knows tokens too
@csrf_exempt
async def session(request: HttpRequest, ticket: str = "") -> JsonResponse:
    """The offer of a speech-to-text page; `?interim=1` requests interims."""
    interims = request.GET.get("interim") == "1"
    return await _placed(
        request,
        ticket,
        lambda body: results.parse(body, interims=interims),
        lambda placed: results.answer(placed.sdp),
        ("interim",),
    )


@csrf_exempt
async def voice_offer(request: HttpRequest, ticket: str = "") -> JsonResponse:
    """An offer whose candidates may follow on `WS /signaling`."""
    return await _placed(
        request,
        ticket,
        offer_dialect.parse,
        lambda placed: offer_dialect.answer(placed.sdp, placed.call_id),
    )


async def servers_for_ticket(request: HttpRequest, ticket: str) -> JsonResponse:
    """GET: STUN and TURN servers for the holder of a ticket, which stays unused.

    Whoever has a session or a token asks `/api/v1/ice-servers`.
    """

    async def work() -> Mapping[str, Any]:
        who = await caller(request, "GET", ticket=ticket)
        return {"iceServers": ice_servers.for_client(who.party.key)}

    return await json_answer(work, "GET")


async def _placed(
    request: HttpRequest,
    ticket: str,
    parse: Callable[[bytes], Offer],
    answer: Callable[[AnsweredCall], Mapping[str, Any]],
    parameters: Sequence[str] = (),
) -> JsonResponse:
    async def work() -> Mapping[str, Any]:
        who = await caller(request, "POST", ticket=ticket)
        check_parameters(request, parameters)
        return answer(await who.place(parse(request.body)))

    return await json_answer(work, "POST")
