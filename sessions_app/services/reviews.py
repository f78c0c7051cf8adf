"""Which calls were reviewed, which wait for review, and who has claimed one of those.

A reviewer takes the next call of a queue: all ended calls that nobody reviewed, or those of an
agent, with a tag, of some days, or a sample of them. A claimed call is offered to nobody else for
CLAIM, so that two reviewers do not listen to the same one.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Substr
from django.utils import timezone

from sessions_app.engine.core.states import CallState
from sessions_app.models import AccessLog, Call, CallReview
from sessions_app.services import access, changes, review_rights, tags

REVIEW = "sessions_app.review_call"
CLAIM = timedelta(minutes=15)
"""How long a claimed call is offered to nobody else.

Less may give a long call to a second reviewer; more keeps an abandoned one from the others.
"""

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
"""Characters of public ids (base64url): those after the first are random, each as likely."""

ALL = 100
"""Percent: every call of the queue is reviewed, not a sample."""

SESSION_KEY = "review_queue"
"""Where a browser's session keeps the queue that its user works on."""

TRIED = 20
"""How many calls a reviewer tries to claim if others claim them at the same moment.

With fewer, many reviewers at once may be told that the queue is empty.
"""


@dataclass(frozen=True, slots=True)
class ReviewQueue:
    """Which calls are to be reviewed; everything empty: all that ended.

    `percent` (1 to 100) is a random sample that is the same whenever it is asked for, and part of
    every larger one.
    """

    agent: str = ""
    tag: str = ""
    since: datetime | None = None
    before: datetime | None = None
    percent: int = ALL


def as_json(queue: ReviewQueue) -> dict[str, Any]:
    """Returns the queue as JSON, for a session; `queue_of` reads it again."""
    days = {"since": queue.since, "before": queue.before}
    told = {name: day.isoformat() for name, day in days.items() if day is not None}
    return {"agent": queue.agent, "tag": queue.tag, "percent": queue.percent, **told}


def queue_of(told: dict[str, Any]) -> ReviewQueue:
    """Returns the queue that `as_json` stored; that of all calls for an empty one."""
    since, before = (
        datetime.fromisoformat(told[name]) if told.get(name) else None
        for name in ("since", "before")
    )
    agent, tag, percent = told.get("agent", ""), told.get("tag", ""), told.get("percent", ALL)
    return ReviewQueue(agent, tag, since, before, percent)


def may_review(user: Any) -> bool:
    """Returns whether `user` may mark calls as reviewed, and claim those that wait."""
    return review_rights.staff_may(user, REVIEW)


def sees_reviewed(user: Any, call: Call) -> bool:
    """Returns whether `user` may see if the call was reviewed, by whom and when."""
    return access.sees_all(user) or review_rights.owner_sees("reviewed", user, call)


def of(call: Call) -> CallReview | None:
    """Returns what is known of the call's review; None if it was neither reviewed nor claimed."""
    return getattr(call, "review", None)


def with_reviewed(calls: QuerySet[Call], *, reviewed: bool) -> QuerySet[Call]:
    """Returns those of `calls` that were reviewed, or those that were not."""
    done = CallReview.objects.filter(reviewed_at__isnull=False).values("call")
    return calls.filter(pk__in=done) if reviewed else calls.exclude(pk__in=done)


def waiting(queue: ReviewQueue) -> QuerySet[Call]:
    """Returns the calls of the queue that nobody reviewed, the oldest first."""
    ended = Call.objects.filter(state=CallState.ENDED.value)
    calls = with_reviewed(ended, reviewed=False)
    if queue.agent:
        calls = calls.filter(agent__slug=queue.agent)
    if queue.tag:
        calls = tags.tagged(calls, tags.wanted(queue.tag))
    if queue.since is not None:
        calls = calls.filter(created_at__gte=queue.since)
    if queue.before is not None:
        calls = calls.filter(created_at__lt=queue.before)
    return sampled(calls, queue.percent).order_by("created_at", "pk")


def sampled(calls: QuerySet[Call], percent: int) -> QuerySet[Call]:
    """Returns `percent` of the calls, picked by the second and third character of their ids."""
    if percent >= ALL:
        return calls
    size = len(ALPHABET)
    first, second = divmod(round(size * size * percent / ALL), size)
    calls = calls.alias(second=Substr("public_id", 2, 1), third=Substr("public_id", 3, 1))
    partly = Q(second=ALPHABET[first], third__in=list(ALPHABET[:second]))
    return calls.filter(Q(second__in=list(ALPHABET[:first])) | partly)


def take_next(user: Any, queue: ReviewQueue, *, skip: bool = False) -> Call | None:
    """Claims the next call of the queue for `user`, who holds one at a time; None for none.

    A reviewer who already holds a call gets it again with a new deadline; `skip` releases it and
    takes the next.
    """
    now = timezone.now()
    held = _held(user, now)
    calls = _free_for(waiting(queue), user, now)
    again = calls.filter(pk=held.pk) if held is not None else calls.none()
    after = calls
    if held is not None and skip:
        again = calls.none()
        later = Q(created_at=held.created_at, pk__gt=held.pk) | Q(created_at__gt=held.created_at)
        rest = calls.exclude(pk=held.pk)
        after = rest.filter(later) if rest.filter(later).exists() else rest
    for call in (*again[:1], *after[:TRIED]):
        if _claim(call, user, now):
            return call
    return None


def holder(call: Call) -> CallReview | None:
    """Returns the review of a call that somebody has claimed and not reviewed yet."""
    review = of(call)
    if review is None or review.claimed_by is None or review.claimed_until is None:
        return None
    return review if review.claimed_until > timezone.now() else None


def mark(call: Call, user: Any, *, reviewed: bool) -> bool:
    """Marks the call as reviewed by `user`, or as not reviewed any more.

    Returns whether this changed anything. It also ends the call's claim.
    """
    with transaction.atomic():
        access.lock_call(call.pk)
        review, _ = CallReview.objects.get_or_create(call=call)
        if (review.reviewed_at is not None) == reviewed:
            return False
        review.reviewed_at = timezone.now() if reviewed else None
        review.reviewed_by = user if reviewed else None
        review.claimed_by = review.claimed_until = None
        review.save()
        what = "reviewed" if reviewed else "not reviewed"
        access.log(call, user, AccessLog.Action.EDITED, what)
        changes.updated(call.pk)
    return True


def _held(user: Any, now: datetime) -> Call | None:
    own = CallReview.objects.filter(claimed_by=user.pk, claimed_until__gt=now, reviewed_at=None)
    review = own.select_related("call").filter(call__erasing_at=None).first()
    return review.call if review is not None else None


def _free(user: Any, now: datetime) -> Q:
    return Q(claimed_by=None) | Q(claimed_by=user.pk) | Q(claimed_until__lte=now)


def _free_for(calls: QuerySet[Call], user: Any, now: datetime) -> QuerySet[Call]:
    return calls.exclude(pk__in=CallReview.objects.exclude(_free(user, now)).values("call"))


def _claim(call: Call, user: Any, now: datetime) -> bool:
    """Claims a call, unless somebody else just did; releases the user's other one."""
    with transaction.atomic():
        CallReview.objects.bulk_create([CallReview(call=call)], ignore_conflicts=True)
        open_ = CallReview.objects.filter(_free(user, now), call=call, reviewed_at=None)
        mine = CallReview.objects.filter(call=call, claimed_by=user.pk, claimed_until__gt=now)
        again = mine.exists()
        if not open_.update(claimed_by=user.pk, claimed_until=now + CLAIM):
            return False
        others = CallReview.objects.filter(claimed_by=user.pk).exclude(call=call)
        others.update(claimed_by=None, claimed_until=None)
        if not again:
            access.log(call, user, AccessLog.Action.EDITED, "taken for review")
    return True
