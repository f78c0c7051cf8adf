"""The verbs over calls: make, move, beat, reap."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from sessions_app.core.errors import UnknownAgentError
from sessions_app.core.states import LIVE, TERMINAL, CallState, EndReason, sources_of
from sessions_app.models import AccessLog, Agent, Call, Recording, Summary
from sessions_app.services import access
from sessions_app.services.queueing import FINALISE, queue

STALE_AFTER = timedelta(seconds=20)
TRANSCRIBE_ONLY = "transcribe-only"


def seed_agents() -> None:
    """Makes the agents that a new installation has; leaves existing ones alone."""
    Agent.objects.get_or_create(
        slug=TRANSCRIBE_ONLY,
        defaults={
            "name": "Transcribe only",
            "description": "Listens and writes down what is said. Says nothing.",
            "is_default": not Agent.objects.filter(is_default=True).exists(),
        },
    )


def agent_for(slug: str) -> Agent:
    """Returns the active agent with that slug, or the default one for an empty slug.

    Raises UnknownAgentError, which names the agents there are.
    """
    active = Agent.objects.filter(is_active=True)
    agent = active.filter(slug=slug).first() if slug else active.filter(is_default=True).first()
    if agent is None:
        known = ", ".join(active.values_list("slug", flat=True)) or "none"
        wanted = f"{slug[:50]!r}" if slug else "that answers by default"
        raise UnknownAgentError(f"There is no active agent {wanted}. Active agents: {known}.")
    return agent


def create(
    owner_id: int,
    agent: Agent,
    *,
    door: str,
    transport: str,
    recogniser: str,
    worker: str,
    offer_key: str = "",
    consented_at: datetime | None = None,
    consent_notice: str = "",
) -> tuple[Call, bool]:
    """Returns the call of an offer, and whether it is new: a retried offer is one call."""
    row = Call(
        owner_id=owner_id,
        agent=agent,
        door=door,
        transport=transport,
        language=agent.language,
        recogniser=recogniser,
        worker=worker,
        offer_key=offer_key,
        consented_at=consented_at,
        consent_notice=consent_notice,
        heartbeat_at=timezone.now(),
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        existing = Call.objects.filter(owner_id=owner_id, offer_key=offer_key).exclude(offer_key="")
        found = existing.select_related("agent").first()
        if found is None:
            raise
        return found, False
    return row, True


def move(
    public_id: str,
    target: CallState,
    *,
    reason: EndReason | None = None,
    duration_ms: int | None = None,
    now: datetime | None = None,
) -> bool:
    """Moves a call to `target` if its state allows it; returns whether it moved.

    The first ACTIVE stamps `answered_at`. A terminal state stamps the end, and the
    recording (of a call with consent) and the summary are owed from then on.
    """
    now = now or timezone.now()
    changes: dict[str, Any] = {"state": target.value, "heartbeat_at": now}
    if target in TERMINAL:
        changes |= {"ended_at": now, "end_reason": reason.value if reason else ""}
        if duration_ms is not None:
            changes["duration_ms"] = duration_ms
    with transaction.atomic():
        rows = Call.objects.filter(
            public_id=public_id, state__in=[state.value for state in sources_of(target)]
        )
        moved = rows.update(**changes) == 1
        if not moved:
            return False
        call = Call.objects.get(public_id=public_id)
        if target is CallState.ACTIVE and call.answered_at is None:
            Call.objects.filter(pk=call.pk).update(answered_at=now)
        if target in TERMINAL:
            _owe(call)
    return True


def _owe(call: Call) -> None:
    if call.consented_at is not None:
        Recording.objects.get_or_create(call=call)
    Summary.objects.get_or_create(call=call)
    queue(FINALISE, call.pk)


def beat(public_ids: Iterable[str], now: datetime) -> int:
    """Notes that these calls' process is alive; returns how many are live."""
    live = Call.objects.filter(public_id__in=list(public_ids), state__in=sorted(LIVE))
    return live.update(heartbeat_at=now)


def reap(now: datetime, stale_after: timedelta = STALE_AFTER) -> list[int]:
    """Ends live calls whose process has been silent for `stale_after`; returns their keys."""
    limit = now - stale_after
    stale = Call.objects.filter(state__in=sorted(LIVE)).filter(
        Q(heartbeat_at__lt=limit) | Q(heartbeat_at__isnull=True, created_at__lt=limit)
    )
    reaped = []
    for pk, public_id in stale.values_list("pk", "public_id"):
        move(public_id, CallState.ENDING, now=now)
        if move(public_id, CallState.ENDED, reason=EndReason.SERVER_DIED, now=now):
            reaped.append(pk)
    return reaped


def rename(call: Call, user: Any, title: str) -> None:
    """Gives the call a title, and notes who did."""
    call.title = title
    call.save(update_fields=["title"])
    access.log(call, user, AccessLog.Action.EDITED, "title")
