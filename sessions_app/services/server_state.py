"""How the server is doing, as its database tells it: for the page of that name in the admin.

Each function takes a fixed number of queries, whose rows do not grow with the calls that are kept.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.cache import cache
from django.db.models import Count, Max, Min

from sessions_app.engine.core.states import FAULTS, LIVE
from sessions_app.models import Call
from sessions_app.models.work import WorkState
from sessions_app.services import owed_work, work

LOOKED_BACK = timedelta(days=1)
"""How long ago calls began whose faults are counted. Longer reads more of the index."""

MOST_PROCESSES = 200
"""Processes with live calls that are listed, those with the most calls first."""

FAILED_OF_A_KIND, FAILED_SHOWN = 5, 10
"""How many of the jobs that failed last are read of each kind, and shown of all."""

STORAGE_HOLDS_S = 60
"""How long the sizes are used again, which adds up those of all recordings; as for metrics."""


@dataclass(frozen=True, slots=True)
class CarriedCalls:
    """The live calls of one process; `heard_at` is its last sign of any of them."""

    worker: str
    calls: int
    heard_at: datetime | None
    oldest_at: datetime


@dataclass(frozen=True, slots=True)
class CountedFault:
    """Calls that ended for one of FAULTS; `last_at` is when the last of them began."""

    reason: str
    calls: int
    last_at: datetime


@dataclass(frozen=True, slots=True)
class FailedJob:
    """A job that failed for good; `since` is when it was due, `error` what staff are told of it."""

    kind: str
    since: datetime | None
    error: str


def carried() -> list[CarriedCalls]:
    """Returns the processes that have live calls, on all machines, those with the most first."""
    live = Call.objects.filter(state__in=sorted(state.value for state in LIVE)).order_by()
    rows = live.values("worker").annotate(
        calls=Count("pk"), heard_at=Max("heartbeat_at"), oldest_at=Min("created_at")
    )
    return [CarriedCalls(**row) for row in rows.order_by("-calls", "worker")[:MOST_PROCESSES]]


def faults(now: datetime) -> list[CountedFault]:
    """Returns why calls failed that began in the last LOOKED_BACK, the latest first."""
    began = Call.objects.filter(created_at__gte=now - LOOKED_BACK).order_by()
    failed = began.filter(end_reason__in=sorted(reason.value for reason in FAULTS))
    rows: Any = failed.values("end_reason").annotate(calls=Count("pk"), last=Max("created_at"))
    return [
        CountedFault(row["end_reason"], row["calls"], row["last"]) for row in rows.order_by("-last")
    ]


def failed_jobs() -> list[FailedJob]:
    """Returns the jobs that failed last, those that were due last first."""
    found = sorted(_failed(), key=_due, reverse=True)
    return found[:FAILED_SHOWN]


def storage() -> dict[str, int]:
    """Returns what `owed_work.storage` does, at most STORAGE_HOLDS_S old."""
    found = cache.get_or_set("server_state.storage", owed_work.storage, STORAGE_HOLDS_S)
    return found or {}


def _failed() -> Iterator[FailedJob]:
    for model, since in owed_work.SINCE.items():
        rows: Any = model._default_manager.filter(state=WorkState.FAILED).order_by("-pk")
        values = rows.annotate(since=since).values_list("since", "error")
        for at, error in values[:FAILED_OF_A_KIND]:
            yield FailedJob(work.kind_of(model), at, error)


def _due(job: FailedJob) -> float:
    return 0.0 if job.since is None else job.since.timestamp()
