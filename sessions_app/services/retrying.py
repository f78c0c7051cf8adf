"""Has jobs done now that wait for their next attempt, or have failed."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from sessions_app.models import (
    AudioCopy,
    Extraction,
    PasswordLink,
    Recording,
    SoundRedaction,
    Summary,
    Version,
    WebhookDelivery,
)
from sessions_app.models.work import LeasedJob, WorkState
from sessions_app.services import extractions, recordings, summaries, versions, webhooks, work
from sessions_app.services.job_tasks import TASKS
from sessions_app.services.queueing import queue

MOST = 100
"""Jobs in each state that are retried at once, the oldest first.

More lets whoever asked wait longer, and a part that is broken fail as often.
"""

KINDS = {work.kind_of(model): model for model in TASKS}
"""The kinds of jobs by their names in metrics."""

Again = Callable[[Any, Any], bool]
"""Makes a failed row pending and queues it, for a user; returns whether it could."""


def _asked_of(ask_again: Callable[[Any, Any], bool]) -> Again:
    return lambda row, user: ask_again(row.call, user)


def _plainly(row: Any, _user: Any) -> bool:
    with transaction.atomic():
        if not work.retry(row):
            return False
        queue(TASKS[type(row)], getattr(row, row.WORK_KEY))
    return True


AGAIN: Mapping[type[LeasedJob], Again] = {
    Recording: _asked_of(recordings.ask_again),
    Summary: _asked_of(summaries.ask_again),
    Extraction: _asked_of(extractions.ask_again),
    WebhookDelivery: lambda row, _user: webhooks.send_again(row),
    Version: _plainly,
    SoundRedaction: _plainly,
    AudioCopy: _plainly,
    PasswordLink: _plainly,
}
"""How those that failed are retried. Erasures never fail for good; an export that failed may be one
of what was erased since, and is asked for anew by its user."""


def may_see(user: Any) -> bool:
    """Returns whether `user` is staff who may see how the server is doing."""
    return _is_staff_with(user, "sessions_app.view_signoflife")


def may_retry(user: Any) -> bool:
    """Returns whether `user` is staff who may have jobs of all calls retried."""
    return may_see(user) and _is_staff_with(user, "sessions_app.change_signoflife")


def _is_staff_with(user: Any, permission: str) -> bool:
    return bool(user.is_active and user.is_staff and user.has_perm(permission))


def retry_now(model: type[LeasedJob], user: Any) -> int:
    """Queues the jobs of a kind that wait, and those that failed; returns how many.

    At most MOST of each, the oldest first. Those of calls that are being erased are left out.
    """
    waiting, failed = (_rows(model, state) for state in (WorkState.PENDING, WorkState.FAILED))
    keys = list(waiting.values_list(model.WORK_KEY, flat=True)[:MOST])
    found = list(failed[:MOST]) if model in AGAIN else []
    _queue(model, keys)
    return len(keys) + sum(AGAIN[model](row, user) for row in found)


def _queue(model: type[LeasedJob], keys: Sequence[int]) -> None:
    with transaction.atomic():
        for key in versions.startable(keys) if model is Version else keys:
            queue(TASKS[model], key)
        work.mark_queued(model, keys, timezone.now())


def _rows(model: type[LeasedJob], state: WorkState) -> "QuerySet[Any]":
    rows: QuerySet[Any] = model._default_manager.filter(state=state).order_by("pk")
    if any(one.name == "call" for one in model._meta.fields):
        rows = rows.filter(call__erasing_at=None).select_related("call")
    return rows
