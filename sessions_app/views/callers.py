"""Who calls over HTTP, and how mistakes are told: the same at every door."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any

from asgiref.sync import sync_to_async
from django.http import HttpRequest, JsonResponse

from sessions_app.bridge import engine
from sessions_app.bridge.engine import Placed
from sessions_app.core.commands import Offer
from sessions_app.core.errors import BusyError, NotAllowedError, UnknownCallError, VoiceError
from sessions_app.dialects.results import BadRequestError
from sessions_app.services import access, tickets

logger = logging.getLogger(__name__)

MAX_BODY = 128 * 1024


class RefusedError(VoiceError):
    """A request that comes from nobody, or from the wrong place."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message, code=code)
        self.status = status


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls over HTTP, from where, and with which ticket."""

    user: Any
    address: str
    ticket: tickets.Pass | None = None
    token: str = ""
    session: Any = None

    async def still_allowed(self) -> bool:
        """Returns whether this caller may go on: signed in, active, the token not revoked."""
        if self.token:
            return await sync_to_async(access.user_for_token)(self.token) is not None
        if self.session is not None:
            return await sync_to_async(access.still_signed_in)(self.session, self.user.pk)
        return await sync_to_async(access.is_active)(self.user.pk)

    def allowed(self, offer: Offer) -> Offer:
        """Returns the offer as far as a ticket allows it; raises NotAllowedError."""
        found = replace(offer, address=self.address)
        if self.ticket is None or self.ticket.call_id:
            return found  # `place` tells a retried offer from a second one
        return tickets.narrowed(self.ticket, found)

    async def place(self, offer: Offer) -> Placed:
        """Returns the call of an offer; a ticket counts for one, however often it is asked.

        Raises NotAllowedError, and what `Engine.place` raises.
        """
        current = engine.current()
        pk = self.ticket.ticket_pk if self.ticket is not None else None
        if self.ticket is not None and self.ticket.call_id:
            if current.call_of(self.user.pk, offer) != self.ticket.call_id:
                raise _used()
            pk = None
        if pk is not None and not await sync_to_async(tickets.claim)(pk):
            raise _used()
        try:
            placed = await current.place(self.user.pk, self.allowed(offer))
        except VoiceError:
            if pk is not None:
                await sync_to_async(tickets.release)(pk)
            raise
        if pk is not None:
            await sync_to_async(tickets.bind)(pk, placed.call_id)
        current.guards.add(placed.call_id, self.still_allowed)
        return placed


def address_of(request: HttpRequest) -> str:
    """Returns where a request comes from."""
    peer = str(request.META.get("REMOTE_ADDR") or "")
    return access.address_of(peer, request.headers.get("X-Forwarded-For", ""))


def _used() -> NotAllowedError:
    return NotAllowedError("This ticket was for one call, and is used.", code="ticket_used")


async def caller(request: HttpRequest, *methods: str, ticket: str = "") -> Caller:
    """Returns who calls; raises RefusedError, BadRequestError.

    A cookie counts only with our own origin and a JSON body, which no form of another site
    can send. `ticket` is the one of the address.
    """
    address = address_of(request)
    if request.method not in methods:
        wanted = " or ".join(methods)
        raise RefusedError(405, "method_not_allowed", f"Send this by {wanted}.")
    if int(request.headers.get("Content-Length") or 0) > MAX_BODY:
        raise RefusedError(413, "too_large", f"A body may hold {MAX_BODY // 1024} KiB at most.")
    if ticket:
        origin = request.headers.get("Origin", "")
        found = await sync_to_async(tickets.look)(ticket, origin)
        if found is None:
            raise RefusedError(401, "not_signed_in", "This ticket is not valid, or was used.")
        return Caller(found.user, address, found)
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        owner = await sync_to_async(access.user_for_token)(token.strip())
        if owner is None:
            raise RefusedError(401, "not_signed_in", "This token is not valid, or was revoked.")
        return Caller(owner, address, token=token.strip())
    user = await request.auser()
    if not user.is_authenticated:
        raise RefusedError(401, "not_signed_in", "Sign in, or send a token as bearer.")
    if not access.own_origin(request.headers.get("Origin", ""), request.get_host()):
        raise RefusedError(403, "wrong_origin", "Open the page from this server's own address.")
    if request.content_type != "application/json":
        raise BadRequestError("Send the content type application/json.")
    return Caller(user, address, session=request.session)


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
        return JsonResponse(body, status=429, headers={"Retry-After": str(error.retry_after_s)})
    if isinstance(error, RefusedError):
        headers = {405: {"Allow": ", ".join(methods)}, 401: {"WWW-Authenticate": "Bearer"}}
        return JsonResponse(body, status=error.status, headers=headers.get(error.status))
    if isinstance(error, BadRequestError):
        return JsonResponse(body, status=400)
    if isinstance(error, NotAllowedError):
        return JsonResponse(body, status=403)
    if isinstance(error, UnknownCallError):
        return JsonResponse(body, status=404)
    return JsonResponse(body, status=500 if error.code == "internal_error" else 422)
