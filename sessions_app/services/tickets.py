"""The verbs over tickets: who may come in without a cookie and without a header."""

import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.contrib.auth.models import User
from django.core import signing
from django.utils import timezone

from sessions_app.core.commands import Offer, StartStream
from sessions_app.core.errors import NotAllowedError
from sessions_app.models import Ticket
from sessions_app.services.access import digest_of

W = TypeVar("W", Offer, StartStream)

TICKET_BYTES = 24
LIFE = timedelta(seconds=60)
KEPT = timedelta(days=1)
"""A ticket that was used goes on naming its call for so long."""

RESUME_MARK = "r."
RESUME_LIFE = timedelta(hours=12)
_SALT = "voicesite.resume"


@dataclass(frozen=True, slots=True)
class Pass:
    """Whom a ticket lets in, and for what.

    `agent` is the only one that may be called; `call_id` the only call that may be joined, for
    a ticket that was used and for what resumes a call. Empty for any.
    """

    user: User
    agent: str = ""
    call_id: str = ""
    ticket_pk: int | None = None


def issue(user: Any, agent: str = "", origin: str = "") -> tuple[Ticket, str]:
    """Returns a new ticket and its secret, which is shown once and not kept."""
    secret = secrets.token_urlsafe(TICKET_BYTES)
    ticket = Ticket.objects.create(
        user=user,
        digest=digest_of(secret),
        agent=agent,
        origin=origin,
        expires_at=timezone.now() + LIFE,
    )
    return ticket, secret


def look(secret: str, origin: str) -> Pass | None:
    """Returns whom a ticket, or a call's resume token, lets in now; None for nobody.

    One that was used names the call it was used for. Nothing is used up: `claim` does that.
    """
    if secret.startswith(RESUME_MARK):
        return _resumed(secret.removeprefix(RESUME_MARK))
    now = timezone.now()
    row = Ticket.objects.select_related("user").filter(digest=digest_of(secret)).first()
    if row is None or not row.user.is_active or (row.origin and row.origin != origin):
        return None
    if row.used_at is None and row.expires_at > now:
        return Pass(row.user, row.agent, ticket_pk=row.pk)
    if row.used_at is not None and row.call_id and now - row.used_at < KEPT:
        return Pass(row.user, row.agent, row.call_id, row.pk)
    return None


def redeem(secret: str, origin: str) -> Pass | None:
    """Returns whom a ticket lets in for its only use, or a resume token; None for nobody."""
    found = look(secret, origin)
    if found is None or found.ticket_pk is None:
        return found
    return found if not found.call_id and claim(found.ticket_pk) else None


def claim(ticket_pk: int) -> bool:
    """Uses a ticket up; returns False where it was used before, or is too old."""
    now = timezone.now()
    unused = Ticket.objects.filter(pk=ticket_pk, used_at=None, expires_at__gt=now)
    return bool(unused.update(used_at=now))


def release(ticket_pk: int) -> None:
    """Gives a ticket back whose use came to nothing."""
    Ticket.objects.filter(pk=ticket_pk, call_id="").update(used_at=None)


def bind(ticket_pk: int, call_id: str) -> None:
    """Notes which call a ticket was used for."""
    Ticket.objects.filter(pk=ticket_pk, call_id="").update(call_id=call_id)


def resume_token(user_id: int, call_id: str) -> str:
    """Returns what lets a client come back to this call alone."""
    return RESUME_MARK + signing.dumps([user_id, call_id], salt=_SALT)


def narrowed(given: Pass, wish: W) -> W:
    """Returns what a ticket's holder may wish for; raises NotAllowedError for anything else.

    `wish` names its agent and, where it goes on with a call, that call.
    """
    if given.call_id and wish.call_id != given.call_id:
        raise NotAllowedError("This ticket was for one call, and is used.", code="ticket_used")
    if given.agent and wish.agent and wish.agent != given.agent:
        raise NotAllowedError(f"This ticket is for the agent {given.agent!r} alone.")
    return replace(wish, agent=given.agent or wish.agent)


def forget_old(now: datetime) -> int:
    """Deletes tickets that nobody can use any more; returns how many."""
    return Ticket.objects.filter(expires_at__lt=now - KEPT).delete()[0]


def _resumed(token: str) -> Pass | None:
    try:
        user_id, call_id = signing.loads(token, salt=_SALT, max_age=RESUME_LIFE)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    user = User.objects.filter(pk=user_id, is_active=True).first()
    return Pass(user, call_id=str(call_id)) if user is not None else None
