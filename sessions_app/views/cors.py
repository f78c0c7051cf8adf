"""CORS: a ticket's own origin may make requests, besides the origins of the setting."""

import re
from collections.abc import Awaitable, Callable
from typing import Any

from asgiref.sync import sync_to_async
from corsheaders.signals import check_request_enabled
from django.http import HttpRequest, HttpResponseBase
from django.utils.decorators import async_only_middleware

from sessions_app.models import Ticket
from sessions_app.services.access import digest_of
from sessions_app.services.database import AWAY

_TICKET = re.compile(r"^/t/([^/]+)/")
_FOUND = "ticket_is_for_origin"

GetResponse = Callable[[HttpRequest], Awaitable[HttpResponseBase]]


@async_only_middleware
def ticket_origins(get_response: GetResponse) -> GetResponse:
    """Looks up a ticket's origin before the CORS middleware asks."""

    async def middleware(request: HttpRequest) -> HttpResponseBase:
        found = _TICKET.match(request.path)
        origin = request.headers.get("Origin", "")
        if found is not None and origin:
            setattr(request, _FOUND, await sync_to_async(_is_for)(found[1], origin))
        return await get_response(request)

    return middleware


def allow_tickets() -> None:
    """Connects the check: from now on a ticket's URL answers pages of the ticket's origin."""
    check_request_enabled.connect(_allowed, dispatch_uid="ticket-origins")


def _allowed(request: HttpRequest, **_: Any) -> bool:
    return bool(getattr(request, _FOUND, False))


def _is_for(secret: str, origin: str) -> bool:
    """Returns whether the ticket was made for this origin; used tickets count, too.

    False while the database does not answer: the endpoint then reports that.
    """
    try:
        return Ticket.objects.filter(digest=digest_of(secret), origin=origin).exists()
    except AWAY:
        return False
