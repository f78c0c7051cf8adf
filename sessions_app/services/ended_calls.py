"""Reads the times of calls that have ended, one batch after the other, for their traces.

What was said is not read. How far it came is a row (`SignOfLife`), so that it goes on where it was,
on whatever machine; a lease keeps two workers from the same batch.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import F

from sessions_app.engine.core.events import Speaker
from sessions_app.models import Call, Segment, SignOfLife, Turn, Usage
from sessions_app.models.segment import SegmentSource

REACHED, LEASE = "traces", "traces lease"
"""Names of the rows: up to which end of a call was read, and until when somebody reads."""

LEASE_FOR = timedelta(seconds=60)
"""How long a worker that died keeps the others from reading.

Shorter lets two send the same where a collector is slow, which only costs them work.
"""

SETTLES = timedelta(seconds=15)
"""How long after its end a call is read: ends are stamped before they are committed.

Shorter may pass over a call whose end is committed late; longer shows traces later.
"""

KEPT = timedelta(days=1)
"""Calls that ended earlier are passed over, as after a long fault of the collector.

Longer catches up with more, and later; shorter loses more traces.
"""

BATCH = 50
"""Calls that are read at once; more that ended at the same moment are among them.

More take more memory, fewer more queries.
"""

MOST_SPOKEN = 2_000
"""Stretches of speech that are read of a call without an agent; hours of talk have no more.

More make larger traces than backends show.
"""

FIELDS = (
    *("public_id", "state", "end_reason", "door", "transport", "language", "recogniser"),
    *("persona", "agent_version", "worker", "gaps", "duration_ms"),
    *("created_at", "answered_at", "ended_at"),
)


@dataclass(slots=True)
class EndedCall:
    """A call with its turns, what it used, and where its caller spoke (ms on the call clock).

    `spoken` is read of calls without turns alone.
    """

    call: Call
    turns: list[Turn] = field(default_factory=list)
    used: list[Usage] = field(default_factory=list)
    spoken: list[tuple[int, int]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class EndedBatch:
    """Calls whose ends came `after` one moment and not later than `until`."""

    after: datetime
    until: datetime
    calls: Sequence[EndedCall]


def claim(now: datetime) -> bool:
    """Returns whether nobody else reads now; then nobody does before `release`, or LEASE_FOR."""
    SignOfLife.objects.get_or_create(name=LEASE, defaults={"at": now - LEASE_FOR})
    free = SignOfLife.objects.filter(name=LEASE, at__lte=now)
    return bool(free.update(at=now + LEASE_FOR))


def release(now: datetime) -> None:
    """Lets others read."""
    SignOfLife.objects.filter(name=LEASE).update(at=now)


def next_batch(now: datetime) -> EndedBatch:
    """Returns the next calls to be traced; none where all were, or none has ended.

    The first time, it begins with calls that end from now on. Takes six queries at most.
    """
    reached, _ = SignOfLife.objects.get_or_create(name=REACHED, defaults={"at": now})
    after, until = max(reached.at, now - KEPT), now - SETTLES
    # a call was last changed at its end or later: `updated_at` is what has an index
    over = Call.objects.filter(updated_at__gte=after, ended_at__gt=after, ended_at__lte=until)
    ends = list(over.order_by("ended_at").values_list("ended_at", flat=True)[:BATCH])
    if not ends:
        return EndedBatch(after, max(after, until), ())
    until = ends[-1] if len(ends) == BATCH and ends[-1] is not None else until
    chosen = over.filter(ended_at__lte=until).order_by("ended_at", "pk").only(*FIELDS)
    return EndedBatch(after, until, _read(list(chosen)))


def done(batch: EndedBatch) -> None:
    """Notes that these calls were dealt with."""
    SignOfLife.objects.filter(name=REACHED, at__lt=batch.until).update(at=batch.until)


def reached() -> datetime | None:
    """Returns up to which end of a call was read; None before the first time."""
    return SignOfLife.objects.filter(name=REACHED).values_list("at", flat=True).first()


def _read(calls: Sequence[Call]) -> list[EndedCall]:
    found = {call.pk: EndedCall(call) for call in calls}
    for turn in Turn.objects.filter(call__in=list(found)).order_by("call", "index"):
        found[turn.call_id].turns.append(turn)
    for used in Usage.objects.filter(call__in=list(found), run=0).order_by("pk"):
        found[used.call_id].used.append(used)
    silent = [key for key, one in found.items() if not one.turns]
    for key, stretches in _spoken(silent).items():
        found[key].spoken = stretches
    return list(found.values())


def _spoken(keys: Sequence[int]) -> dict[int, list[tuple[int, int]]]:
    """Returns where the callers of these calls spoke, from and to."""
    said = Segment.objects.filter(
        call__in=keys,
        speaker=Speaker.CALLER.value,
        source=SegmentSource.LIVE,
        end_ms__gt=F("start_ms"),
    )
    found: dict[int, list[tuple[int, int]]] = defaultdict(list)
    rows = said.order_by("call", "seq").values_list("call_id", "start_ms", "end_ms")
    for key, start_ms, end_ms in rows.iterator():
        if len(found[key]) < MOST_SPOKEN:
            found[key].append((start_ms, end_ms))
    return found
