"""Operations on calls: make, move, beat, reap, rename."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from sessions_app.engine.core.call_data import CallData
from sessions_app.engine.core.errors import UnknownAgentError
from sessions_app.engine.core.party import Party
from sessions_app.engine.core.states import LIVE, TERMINAL, CallState, EndReason, sources_of
from sessions_app.engine.text.cleaning import clean
from sessions_app.models import AccessLog, Agent, Call, Recording, Summary, WebhookEvent
from sessions_app.models.call import new_public_id
from sessions_app.services import (
    access,
    agent_versions,
    changes,
    extractions,
    usage,
    versions,
    webhooks,
)
from sessions_app.services.queueing import FINALISE, queue

MOST_GAPS = 500
"""Most gaps that a row keeps: more would not describe a bad network any better."""

STALE_AFTER = timedelta(seconds=20)
"""A call without a heartbeat for longer than this counts as dead, with its process.

Shorter ends calls of a process that is only stalled; longer shows dead calls as live for longer.
"""

TRANSCRIBE_ONLY = "transcribe-only"


def seed_agents() -> None:
    """Creates the agent of a new installation; does nothing if there is already an agent."""
    if not Agent.objects.exists():
        agent, _ = Agent.objects.get_or_create(
            slug=TRANSCRIBE_ONLY,
            defaults={
                "name": "Transcribe only",
                "description": "Listens and writes down what you say. Does not speak.",
                "is_default": True,
            },
        )
        agent_versions.keep(agent)


def worker_of(public_id: str) -> str:
    """Returns the process that runs a live call; empty where none does."""
    live = Call.objects.filter(public_id=clean(public_id), state__in=sorted(LIVE))
    return live.values_list("worker", flat=True).first() or ""


def default_agent() -> Agent:
    """Returns the agent of calls that name none; one as new where there is none."""
    return Agent.objects.filter(is_default=True).first() or Agent()


def agent_for(slug: str) -> Agent:
    """Returns the active agent with that slug, or the default one for an empty slug.

    Raises UnknownAgentError, which names the agents there are.
    """
    active = Agent.objects.filter(is_active=True)
    wanted = {"slug": clean(slug)} if slug else {"is_default": True}
    agent = active.filter(**wanted).first()
    if agent is None:
        known = ", ".join(active.values_list("slug", flat=True)) or "none"
        which = f"{slug[:50]!r}" if slug else "that answers by default"
        raise UnknownAgentError(f"There is no active agent {which}. Active agents: {known}.")
    return agent


def create(
    party: Party,
    agent: Agent,
    *,
    call_id: str | None = None,
    door: str,
    transport: str,
    recogniser: str,
    worker: str,
    offer_key: str = "",
    language: str = "",
    consented_at: datetime | None = None,
    consent_notice: str = "",
    persona: dict[str, Any] | None = None,
    data: CallData | None = None,
) -> tuple[Call, bool]:
    """Returns the call of an offer, and whether it is new: a retried offer is one call.

    `call_id` is the public id, generated if it is None; `persona` the agent's settings that
    the call runs with, `data` what it was given.
    """
    data = data or CallData()
    row = Call(
        public_id=call_id or new_public_id(),
        owner_id=party.user_id,
        visitor=party.visitor,
        agent=agent,
        agent_version=agent_versions.number_of(agent),
        door=door,
        transport=transport,
        language=language or agent.language,
        recogniser=recogniser,
        worker=worker,
        offer_key=offer_key,
        consented_at=consented_at,
        consent_notice=consent_notice,
        persona=persona or {},
        variables=dict(data.variables),
        metadata=dict(data.metadata),
        heartbeat_at=timezone.now(),
    )
    return _stored(row)


def _stored(row: Call) -> tuple[Call, bool]:
    """Stores a new call; returns it and True, or the one that its offer made before and False."""
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            changes.created(row)
    except IntegrityError:
        # only the database can tell which of two retries came first
        own = Call.objects.filter(owner_id=row.owner_id, visitor=row.visitor)
        existing = own.filter(offer_key=row.offer_key).exclude(offer_key="")
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

    The first ACTIVE stamps `answered_at`. A terminal state stamps the end, and queues the
    recording (of a call with consent) and the summary. `reason` and `duration_ms` (call clock)
    count for terminal states only.
    """
    now = now or timezone.now()
    values: dict[str, Any] = {"state": target.value}
    events: list[WebhookEvent] = []
    if target is CallState.ACTIVE:
        events = [WebhookEvent.CALL_STARTED]
        values["answered_at"] = Coalesce("answered_at", Value(now))
    if target in TERMINAL:
        events = [WebhookEvent.CALL_ENDED, WebhookEvent.TRANSCRIPT_READY]
        # every end has a reason: without one it is our fault
        values |= {"ended_at": now, "end_reason": (reason or EndReason.INTERNAL_ERROR).value}
        if reason is not EndReason.STAFF_ENDED:
            values["ended_by"] = None  # it ended for another reason before that took effect
        if duration_ms is not None:
            values["duration_ms"] = max(0, duration_ms)
    sources = [state.value for state in sources_of(target)]
    with transaction.atomic():
        if not Call.objects.filter(public_id=public_id, state__in=sources).update(**values):
            return False
        call = Call.objects.get(public_id=public_id)
        changes.updated(call.pk)
        if target in TERMINAL:
            _schedule_jobs(call)
        for event in events:
            webhooks.schedule(event, public_id)
    return True


def _schedule_jobs(call: Call) -> None:
    if call.consented_at is not None:
        Recording.objects.get_or_create(call=call)
        if call.end_reason == EndReason.SERVER_DIED:
            versions.schedule_lost_words(call.public_id)
    Summary.objects.get_or_create(call=call)
    extractions.schedule(call)
    queue(FINALISE, call.pk)


def beat(public_ids: Iterable[str], now: datetime) -> int:
    """Notes that these calls' process is alive; returns how many are live."""
    return _live().filter(public_id__in=list(public_ids)).update(heartbeat_at=now)


def ask_to_end(call: Call, user: Any) -> bool:
    """Has the process that runs a live call end it, within seconds; stores who requested it.

    Returns False for a call that is over, or about to be.
    """
    running = _live().filter(pk=call.pk, end_asked_at=None).exclude(state=CallState.ENDING.value)
    with transaction.atomic():
        if not running.update(end_asked_at=timezone.now(), ended_by=user.pk):
            return False
        access.log(call, user, AccessLog.Action.ENDED)
    return True


def asked_to_end(public_ids: Iterable[str]) -> list[str]:
    """Returns which of these calls staff have asked to end."""
    asked = Call.objects.filter(public_id__in=list(public_ids), end_asked_at__isnull=False)
    return list(asked.values_list("public_id", flat=True))


def silent(now: datetime, stale_after: timedelta = STALE_AFTER) -> QuerySet[Call]:
    """Returns the live calls whose process has sent no heartbeat for `stale_after`."""
    limit = now - stale_after
    never = Q(heartbeat_at__isnull=True, created_at__lt=limit)
    return _live().filter(Q(heartbeat_at__lt=limit) | never)


def reap(now: datetime, stale_after: timedelta = STALE_AFTER) -> list[int]:
    """Ends the calls that are `silent`, as SERVER_DIED; returns their keys.

    Their length is found later, from their recorded audio.
    """
    reaped = []
    for pk, public_id in silent(now, stale_after).values_list("pk", "public_id"):
        with transaction.atomic():
            # checked once more: a beat may have come since
            ending = silent(now, stale_after).filter(pk=pk)
            if not ending.update(state=CallState.ENDING.value):
                continue
            if move(public_id, CallState.ENDED, reason=EndReason.SERVER_DIED, now=now):
                usage.note_died(Call.objects.get(pk=pk))
                reaped.append(pk)
    return reaped


def note_gap(public_id: str, start_ms: int, end_ms: int) -> None:
    """Stores that the connection was lost from `start_ms` to `end_ms` on the call clock."""
    with transaction.atomic():
        row = Call.objects.select_for_update().filter(public_id=public_id).first()
        if row is not None and [start_ms, end_ms] not in row.gaps:
            row.gaps = [*row.gaps, [start_ms, end_ms]][:MOST_GAPS]
            row.save(update_fields=["gaps"])
            changes.updated(row.pk)


def note_transport(public_id: str, transport: str) -> None:
    """Stores which transport carries a call now."""
    with transaction.atomic():
        for call in Call.objects.select_for_update().filter(public_id=public_id):
            Call.objects.filter(pk=call.pk).update(transport=transport)
            changes.updated(call.pk)


def note_length(call: Call, duration_ms: int) -> None:
    """Stores the length (call clock) of a call that ended with its process."""
    if call.duration_ms is None:
        with transaction.atomic():
            Call.objects.filter(pk=call.pk, duration_ms=None).update(duration_ms=duration_ms)
            changes.updated(call.pk)
        call.duration_ms = duration_ms


def _live() -> QuerySet[Call]:
    return Call.objects.filter(state__in=sorted(state.value for state in LIVE))


def rename(call: Call, user: Any, title: str) -> None:
    """Gives the call a title, and logs who did; raises UnknownCallError for an erased one."""
    with transaction.atomic():
        access.lock_call(call.pk)
        call.title = title
        call.save(update_fields=["title"])
        access.log(call, user, AccessLog.Action.EDITED, "title")
        changes.updated(call.pk)
