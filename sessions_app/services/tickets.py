"""Operations on tickets: entry without a cookie and without a header."""

import secrets
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.core import signing
from django.db import transaction
from django.utils import timezone

from sessions_app.engine.core.call_data import CallData
from sessions_app.engine.core.commands import Offer, StartStream
from sessions_app.engine.core.errors import NotAllowedError, UnknownCallError
from sessions_app.engine.core.party import BY_TICKET, KNOWN
from sessions_app.engine.core.states import LIVE, CallState
from sessions_app.models import Agent, ApiToken, Call, Ticket
from sessions_app.models.ticket import TICKET_LIFE
from sessions_app.services import calls, changes
from sessions_app.services.access import digest_of
from sessions_app.services.authentication import Principal, Way, still_valid
from sessions_app.services.database import AWAY, briefly, busy

W = TypeVar("W", Offer, StartStream)

TICKET_BYTES = 24
"""Random bytes of a ticket: nobody can guess one."""

KEPT = timedelta(days=1)
"""How long rows are kept after their end, so that staff can see what happened to them."""

RESUME_MARK = "r."
_SALT = "voicesite.resume"


def issue(
    user: Any,
    agent: str = "",
    origin: str = "",
    *,
    visitor: str = "",
    token: ApiToken | None = None,
    session_key: str = "",
    data: CallData | None = None,
) -> tuple[Ticket, str]:
    """Returns a new ticket and its secret, which is shown once and not kept.

    `visitor` is who its user says will come with it, empty for somebody unknown. `token` or
    `session_key` is what the user came in with: when that ends, so does the ticket. Its call is
    given `data`, which takes precedence over what its client gives.
    """
    data = data or CallData()
    secret = secrets.token_urlsafe(TICKET_BYTES)
    ticket = Ticket.objects.create(
        user=user,
        digest=digest_of(secret),
        agent=agent,
        origin=origin,
        visitor=visitor,
        token=token,
        session_key=session_key,
        variables=dict(data.variables),
        metadata=dict(data.metadata),
        expires_at=timezone.now() + TICKET_LIFE,
    )
    return ticket, secret


def find_holder(secret: str, origin: str) -> Principal | None:
    """Returns the principal that a ticket, or a call's resume token, admits now; None for none.

    A used ticket admits only to its own call, while that is live. Does not consume the ticket;
    `claim` does.
    """
    wanted: dict[str, Any] = {"digest": digest_of(secret)}
    if secret.startswith(RESUME_MARK):
        ticket_pk, call_id = _opened(secret.removeprefix(RESUME_MARK))
        wanted = {"pk": ticket_pk, "call_id": call_id}
    row = Ticket.objects.filter(**wanted).first()
    if row is None or (row.origin and row.origin != origin):
        return None
    if row.used_at is not None and not row.call_id:
        return None  # somebody else is just using it
    given = principal_of(row)
    return given if still_valid([given.credential]) else None


def principal_of(row: Ticket) -> Principal:
    """Returns the principal of a ticket, whether or not it admits them now."""
    visitor = KNOWN + row.visitor if row.visitor else f"{BY_TICKET}{row.pk}"
    data = CallData(row.variables, row.metadata)
    return Principal(
        row.user_id, Way.TICKET, str(row.pk), visitor, row.agent, row.call_id, data=data
    )


def redeem(secret: str, origin: str) -> Principal | None:
    """Uses a ticket (or takes a resume token) and returns its principal; None if it admits none."""
    found = find_holder(secret, origin)
    if found is None or secret.startswith(RESUME_MARK):
        return found
    return found if not found.call_id and claim(found) else None


def claim(holder: Principal) -> bool:
    """Consumes a ticket; returns False where it was used before, or is too old.

    Raises BusyError (retryable) while the database is locked.
    """
    now = timezone.now()
    unused = Ticket.objects.filter(pk=holder.key, used_at=None, expires_at__gt=now)
    try:
        with briefly():
            return bool(unused.update(used_at=now))
    except AWAY as error:
        raise busy() from error


def release(holder: Principal) -> None:
    """Makes a consumed ticket usable again, because its use failed."""
    Ticket.objects.filter(pk=holder.key, call_id="").update(used_at=None)


def create_call(holder: Principal, agent: Agent, **facts: Any) -> tuple[Call, bool]:
    """Returns what `calls.create` does; a ticket is bound to the call in the same transaction."""
    with transaction.atomic():
        call, created = calls.create(holder.party, agent, **facts)
        if created and holder.way is Way.TICKET:
            bind(holder, call.public_id)
    return call, created


def bind(holder: Principal, call_id: str) -> None:
    """Notes which call a ticket was used for."""
    Ticket.objects.filter(pk=holder.key, call_id="").update(call_id=call_id)


def undo_call(call_id: str) -> None:
    """Undoes a call whose id the client never got, so that its ticket can be used again."""
    with transaction.atomic():
        Ticket.objects.filter(call_id=call_id).update(call_id="", used_at=None)
        unknown = Call.objects.filter(public_id=call_id, state=CallState.CREATED)
        # lock first: it waits for other writers of the call, and keeps it unchanged afterwards
        list(unknown.select_for_update().values_list("pk", flat=True))
        changes.erased(unknown)
        unknown.delete()


def resume_token(holder: Principal, call_id: str) -> str:
    """Returns the token with which a ticket's client can return to its call, and to no other."""
    return RESUME_MARK + signing.dumps([int(holder.key), call_id], salt=_SALT)


def authorised(holder: Principal, wish: W) -> W:
    """Returns `wish` as far as `holder` may have it; raises NotAllowedError for anything else.

    `wish` names its agent and, if it continues a call, that call. A holder limited to one call may
    resume only that call, not the party's other calls, since another person may use the next
    ticket. Data that the ticket's maker gave its call takes precedence over the client's.
    """
    if not holder.for_one_call:
        return wish
    if wish.check:
        raise NotAllowedError("A ticket is for a call. Sign in to check the connection.")
    if holder.call_id and wish.call_id != holder.call_id:
        raise NotAllowedError("This ticket was for one call and has been used.", code="ticket_used")
    if wish.call_id and not holder.call_id:
        raise NotAllowedError(
            "A ticket starts a call of its own. To go on with a call, put that call's resumeToken "
            "in the ticket's place."
        )
    if holder.agent and wish.agent and wish.agent != holder.agent:
        raise NotAllowedError(f"This ticket is only for the agent {holder.agent!r}.")
    data = wish.data.overlaid(holder.data)
    return replace(wish, agent=holder.agent or wish.agent, data=data)


def check_access(holder: Principal, call_id: str) -> None:
    """Raises UnknownCallError if `holder` may not use that call of the party's."""
    if holder.for_one_call and call_id != holder.call_id:
        raise UnknownCallError("This ticket is for another call.")


def forget_old(now: datetime) -> int:
    """Deletes tickets that can no longer be used; returns how many."""
    live = Call.objects.filter(state__in=sorted(LIVE)).values("public_id")
    old = Ticket.objects.filter(expires_at__lt=now - KEPT).exclude(call_id__in=live)
    return old.delete()[0]


def _opened(token: str) -> tuple[int, str]:
    """Returns ticket and call of a resume token; (0, "") where it was not signed here."""
    try:
        ticket_pk, call_id = signing.loads(token, salt=_SALT)
        return int(ticket_pk), str(call_id)
    except (signing.BadSignature, ValueError, TypeError):
        return 0, ""
