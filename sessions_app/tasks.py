"""Celery tasks: hints to do work that the database owes. All are safe to run twice."""

import logging

from celery import shared_task
from django.utils import timezone

from sessions_app.bridge import finalising
from sessions_app.models import Call, Recording, Summary
from sessions_app.services import calls, work
from sessions_app.services.queueing import FINALISE, queue

logger = logging.getLogger(__name__)


@shared_task
def finalise_call(call_pk: int) -> None:
    """Makes the recording and the summary of an ended call."""
    call = Call.objects.filter(pk=call_pk).select_related("agent", "owner").first()
    if call is not None and not call.is_live:
        finalising.record(call)
        finalising.summarise(call)


@shared_task
def summarise_call(call_pk: int) -> None:
    """Makes the summary of an ended call."""
    call = Call.objects.filter(pk=call_pk).select_related("agent", "owner").first()
    if call is not None and not call.is_live:
        finalising.summarise(call)


@shared_task
def reap_stale_calls() -> None:
    """Ends calls whose process died."""
    reaped = calls.reap(timezone.now())
    if reaped:
        logger.warning("%d calls ended with their process", len(reaped))


@shared_task
def requeue_owed_work() -> None:
    """Queues work whose hint was lost or whose worker died."""
    now = timezone.now()
    for call_pk in sorted({*work.owed(Recording, now), *work.owed(Summary, now)}):
        queue(FINALISE, call_pk)
