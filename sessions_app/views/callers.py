"""Authentication, placing of calls and error responses for all HTTP call endpoints."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from asgiref.sync import sync_to_async
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, JsonResponse

from sessions_app.engine.core.body_limits import MAX_BODY
from sessions_app.engine.core.commands import Offer
from sessions_app.engine.core.errors import (
    AgentNotReadyError,
    BusyError,
    NotAllowedError,
    UnknownCallError,
    VoiceError,
)
from sessions_app.engine.core.party import Party
from sessions_app.engine.protocols.results import BadRequestError
from sessions_app.runtime import engine
from sessions_app.runtime.answered_offers import AnsweredCall
from sessions_app.services import entrance, tickets
from sessions_app.services.authentication import Principal, Way
from sessions_app.services.database import AWAY, busy
from sessions_app.services.entrance import ClientClaims, RefusedError

logger = logging.getLogger(__name__)

STATUSES: dict[type[VoiceError], int] = {
    BadRequestError: 400,
    NotAllowedError: 403,
    UnknownCallError: 404,
    AgentNotReadyError: 503,
}
"""HTTP status by error; any other error is one of the request: 422."""

MOST_NAMED = 5
"""Unknown parameters that an error names."""

MOST_SHOWN = 40
"""How many unknown parameters an error names, and how many characters of each."""

_placing: set[asyncio.Task[AnsweredCall]] = set()


@dataclass(frozen=True, slots=True)
class Caller:
    """An authenticated HTTP caller, and the `Origin` of their page."""

    principal: Principal
    origin: str = ""

    @property
    def party(self) -> Party:
        """Whose calls they are."""
        return self.principal.party

    async def place(self, offer: Offer) -> AnsweredCall:
        """Returns the call of an offer; a ticket is for one call, even if the offer is repeated.

        Placing continues if the client disconnects: else its ticket would be spent on no call.
        Raises NotAllowedError, and what `Engine.place` raises.
        """
        placing = asyncio.create_task(self._place(offer))
        _placing.add(placing)
        placing.add_done_callback(_placed)
        return await asyncio.shield(placing)

    async def _place(self, offer: Offer) -> AnsweredCall:
        current, by = engine.current(), self.principal
        if by.call_id and current.call_of(by.party, offer) == by.call_id:
            return await current.place(by, offer)  # a repeated offer, or the ticket's own call
        wish = tickets.authorised(by, offer)
        if by.way is not Way.TICKET or by.call_id:
            return await current.place(by, wish)
        # in the engine's thread: the request's own ends with the request
        if not await current.store.run(tickets.claim, by):
            raise NotAllowedError(
                "This ticket was for one call and has been used.", code="ticket_used"
            )
        try:
            return await current.place(by, wish)
        except Exception:
            await current.store.run(tickets.release, by)
            raise

    def check_access(self, call_id: str) -> None:
        """Raises UnknownCallError for a call that the caller may not access."""
        tickets.check_access(self.principal, call_id)


def _placed(placing: "asyncio.Task[AnsweredCall]") -> None:
    """Logs the failure of an offer whose client may have left."""
    _placing.discard(placing)
    if not placing.cancelled() and (error := placing.exception()) is not None:
        logger.info("an offer came to nothing (%s)", type(error).__name__)


def claims_of(request: HttpRequest, ticket: str = "") -> ClientClaims:
    """Returns what the client of a request says of itself; `ticket` is the one of the address."""
    peer = str(request.META.get("REMOTE_ADDR") or "")
    return ClientClaims(request.headers, request.session, request.get_host(), peer, ticket)


def _is_short(request: HttpRequest) -> bool:
    try:
        return len(request.body) <= MAX_BODY
    except RequestDataTooBig:
        return False


async def caller(request: HttpRequest, *methods: str, ticket: str = "") -> Caller:
    """Returns the authenticated caller; raises RefusedError, BadRequestError.

    A session cookie needs a JSON content type, too, which no form of another site can send.
    """
    check_request(request, *methods)
    claims = claims_of(request, ticket)
    found = await sync_to_async(entrance.principal_of)(claims, use_up=False)
    if found.way is Way.SESSION and request.content_type != "application/json":
        raise BadRequestError("Send the content type application/json.")
    return Caller(found, request.headers.get("Origin", ""))


def check_request(request: HttpRequest, *methods: str) -> None:
    """Raises RefusedError for another method or a body that is too long."""
    if request.method not in methods:
        wanted = " or ".join(methods)
        raise RefusedError(405, "method_not_allowed", f"Use {wanted} here.")
    if not _is_short(request):
        raise RefusedError(413, "too_large", f"The body may have {MAX_BODY // 1024} KiB at most.")


def check_parameters(request: HttpRequest, known: Sequence[str] = ()) -> None:
    """Raises BadRequestError, which names query parameters that are not `known`."""
    unknown = [name[:MOST_SHOWN] for name in request.GET if name not in known][:MOST_NAMED]
    if unknown:
        takes = f"takes {', '.join(known)}" if known else "takes none"
        listed = ", ".join(map(repr, unknown))
        raise BadRequestError(f"Unknown query parameter {listed}: this address {takes}.")


async def json_answer(work: Callable[[], Awaitable[Any]], *methods: str) -> JsonResponse:
    """Returns what `work` returns as JSON, or what went wrong."""
    try:
        return JsonResponse(await work())
    except VoiceError as error:
        return _problem(error, methods)
    except AWAY:
        return _problem(busy(), methods)
    except Exception:
        logger.exception("a request of a door failed")
        fault = VoiceError("Something went wrong on the server.", code="internal_error")
        return _problem(fault, methods)


def _problem(error: VoiceError, methods: tuple[str, ...]) -> JsonResponse:
    # Pipecat's client shows `info`
    body = {"code": error.code, "message": error.message, "info": error.message}
    if isinstance(error, BusyError):
        return JsonResponse(body, status=429, headers={"Retry-After": str(error.retry_after_s)})
    if isinstance(error, RefusedError):
        headers = {405: {"Allow": ", ".join(methods)}, 401: {"WWW-Authenticate": "Bearer"}}
        return JsonResponse(body, status=error.status, headers=headers.get(error.status))
    known = (status for kind, status in STATUSES.items() if isinstance(error, kind))
    return JsonResponse(body, status=next(known, 500 if error.code == "internal_error" else 422))
