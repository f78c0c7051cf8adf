"""Tells Celery that there is work; the database owes it, so a lost hint only costs time."""

import logging

from django.db import transaction

from voicesite.celery import app

logger = logging.getLogger(__name__)

FINALISE = "sessions_app.tasks.finalise_call"
SUMMARISE = "sessions_app.tasks.summarise_call"


def queue(task: str, call_pk: int) -> None:
    """Sends `task` for a call once the transaction is committed.

    A broker that is down is logged, never raised: beat queues owed work again.
    """
    transaction.on_commit(lambda: _send(task, call_pk))


def _send(task: str, call_pk: int) -> None:
    try:
        app.send_task(task, args=[call_pk], retry=False, expires=3600)
    except Exception as error:  # noqa: BLE001 - a broker fails in as many ways as there are brokers
        logger.warning("%s for call %d is not queued (%s)", task, call_pk, type(error).__name__)
