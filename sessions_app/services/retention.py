"""Deletes audio and words by rule, each after its own retention period.

The periods (in days) come from the call's agent, else from the settings. A legal hold takes
precedence over both.
"""

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import DateTimeField, ExpressionWrapper, F, Q, QuerySet

from sessions_app.engine.core.errors import VoiceError
from sessions_app.engine.core.states import TERMINAL
from sessions_app.models import Agent, Call, ErasureCause, Recording
from sessions_app.models.work import UNDER_WAY, WorkState
from sessions_app.services import erasure

logger = logging.getLogger(__name__)

CALLS_PER_RUN = 200
"""Calls that one run erases something of; the rest waits for the next.

More makes a run longer, and other jobs wait for it.
"""

RULE = ErasureCause.RULE


def expire(now: datetime) -> int:
    """Erases words past their retention period, and calls with neither words nor sound left.

    Returns how many calls were changed. A call that a worker is working on waits for a later run.
    """
    count = 0
    for call in list(_overdue(now)[:CALLS_PER_RUN]):
        try:
            count += _expire(call)
        except VoiceError as error:  # somebody was quicker, or placed it under legal hold
            logger.info("call %d is not erased now (%s)", call.pk, error.code)
    return count


def restamp() -> None:
    """Applies the days of audio that are set now to recordings that exist already."""
    for agent in Agent.objects.all():
        days = audio_days(agent)
        rows = Recording.objects.filter(
            call__agent=agent, state=WorkState.DONE, done_at__isnull=False
        ).exclude(file="")
        if not days:
            rows.exclude(delete_after=None).update(delete_after=None)
            continue
        due = ExpressionWrapper(F("done_at") + timedelta(days=days), DateTimeField())
        rows.filter(Q(delete_after=None) | ~Q(delete_after=due)).update(delete_after=due)


def before(moment: datetime) -> QuerySet[Call]:
    """Returns the calls that ended before `moment`, oldest first, also those under legal hold."""
    over = Call.objects.filter(state__in=sorted(TERMINAL), ended_at__lt=moment)
    return over.order_by("ended_at", "pk")


def audio_days(agent: Agent) -> int:
    """Returns for how many days an agent's audio is kept; 0 for no limit."""
    general: int = settings.VOICE["RECORDINGS_KEEP_DAYS"]
    return general if agent.keep_audio_days is None else agent.keep_audio_days


def text_days(agent: Agent) -> int:
    """Returns for how many days an agent's transcripts are kept; 0 for no limit."""
    general: int = settings.VOICE["TEXT_KEEP_DAYS"]
    return general if agent.keep_text_days is None else agent.keep_text_days


def audio_over(now: datetime) -> Q:
    """Returns the filter for recordings past their retention period."""
    over = Q(pk__in=[])
    for agent in Agent.objects.all():
        if days := audio_days(agent):
            over |= Q(call__agent=agent, call__ended_at__lt=now - timedelta(days=days))
    return over


def overdue_with(audio: int, text: int, now: datetime) -> tuple[int, int]:
    """Returns how many recordings and texts the installation's days, 0 for ever, would delete now.

    Those of agents with days of their own are not among them.
    """
    over = Call.objects.filter(state__in=sorted(TERMINAL), held_at=None)
    sounds = Recording.objects.exclude(file="").filter(call__agent__keep_audio_days=None)
    sounds = sounds.filter(call__in=over.filter(ended_at__lt=now - timedelta(days=audio)))
    texts = over.filter(agent__keep_text_days=None, text_erased_at=None)
    texts = texts.filter(ended_at__lt=now - timedelta(days=text))
    return sounds.count() if audio else 0, texts.count() if text else 0


def _overdue(now: datetime) -> QuerySet[Call]:
    """Returns calls whose transcript retention has expired, the oldest first."""
    over = Q(pk__in=[])
    for agent_pk, days in _agents():
        over |= Q(agent_id=agent_pk, ended_at__lt=now - timedelta(days=days))
    kept = Call.objects.filter(over, held_at=None, state__in=sorted(TERMINAL))
    for name in ("recording", "summary", "versions", "extraction"):
        kept = kept.exclude(**{f"{name}__state__in": UNDER_WAY})
    done = Q(text_erased_at__isnull=False) & Q(pk__in=_with_sound())
    return kept.exclude(done).order_by("ended_at", "pk")


def _agents() -> Iterator[tuple[int, int]]:
    """Yields each agent whose words are deleted some day, with the number of days."""
    for agent in Agent.objects.all():
        if days := text_days(agent):
            yield agent.pk, days


def _with_sound() -> QuerySet[Any]:
    return Recording.objects.exclude(file="").values("call_id")


def _expire(call: Call) -> bool:
    if Recording.objects.filter(call=call).exclude(file="").exists():
        return erasure.erase_text(call, None, RULE) is not None
    erasure.erase_call(call, None, RULE)
    return True
