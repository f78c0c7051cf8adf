"""Celery tasks: each does a job that is a row of the database. All are safe to run twice.

Tasks that work with audio or language import what they need when they run: beat loads this module
only to send their names, and would otherwise take twice as long to start.
"""

import logging
import time
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from celery import shared_task
from celery.signals import (
    beat_init,
    before_task_publish,
    task_prerun,
    worker_init,
    worker_process_init,
    worker_ready,
    worker_shutdown,
    worker_shutting_down,
)
from django.conf import settings
from django.db import close_old_connections
from django.utils import timezone

from sessions_app.engine.core.traced_calls import current_call
from sessions_app.models import (
    Call,
    Extraction,
    Recording,
    Summary,
    Version,
)
from sessions_app.models.work import LeasedJob
from sessions_app.runtime import stored_settings
from sessions_app.services import (
    archives,
    calls,
    changes,
    connection_checks,
    erasure_work,
    heartbeats,
    job_tasks,
    password_links,
    password_mail,
    recordings,
    retention,
    service_manager,
    sign_in_list,
    sign_ins,
    stopping,
    tickets,
    versions,
    webhook_sending,
    webhooks,
    work,
)
from sessions_app.services.queueing import (
    FINALISE,
    RETRANSCRIBE,
    SUMMARISE,
    queue,
)

logger = logging.getLogger(__name__)

SECOND_LOOK_S = 6.0
"""A little longer than the engine's beat, and than its pause before it asks the database again."""


@shared_task
def finalise_call(call_pk: int) -> None:
    """Makes the recording of an ended call, then queues what is made of it."""
    from sessions_app.runtime import finalising  # noqa: PLC0415 - see above

    call = _ended(call_pk)
    if call is not None:
        finalising.record(call)
        for version_pk in versions.pending_lost_words(call):
            queue(RETRANSCRIBE, version_pk)
        queue(SUMMARISE, call.pk)


@shared_task
def summarise_call(call_pk: int) -> None:
    """Takes what an ended call's agent asks for, and makes the summary."""
    from sessions_app.runtime import finalising  # noqa: PLC0415 - see above

    call = _ended(call_pk)
    if call is not None:
        finalising.take_values(call)
        finalising.summarise(call)


@shared_task
def retranscribe_call(version_pk: int) -> None:
    """Recognises a call's recording again, as a version next to its transcript."""
    from sessions_app.runtime import second_pass  # noqa: PLC0415 - see above

    for ready_pk in versions.startable([version_pk]):
        second_pass.retranscribe(ready_pk)


@shared_task
def redact_sound(call_pk: int) -> None:
    """Takes the sound of what is hidden out of a call's recording."""
    from sessions_app.runtime import sound_redaction  # noqa: PLC0415 - see above

    call = _ended(call_pk)
    if call is not None:
        sound_redaction.redact(call)


@shared_task
def erase(receipt_pk: int) -> None:
    """Erases what a receipt says; it was out of everybody's sight before."""
    erasure_work.carry_out(receipt_pk)


@shared_task
def deliver_webhook(delivery_pk: int) -> None:
    """Tells an endpoint of an event."""
    webhook_sending.send(delivery_pk)


@shared_task
def send_password_link(link_pk: int) -> None:
    """Mails somebody the link by which they choose a password."""
    password_mail.send(link_pk)


@shared_task
def copy_audio(copy_pk: int) -> None:
    """Makes a call's recording in another format."""
    from sessions_app.runtime import audio_copies  # noqa: PLC0415 - see above

    audio_copies.make(copy_pk)


@shared_task
def make_archive(archive_pk: int) -> None:
    """Makes the next part of a zip file that somebody asked for."""
    from sessions_app.services import archive_writing  # noqa: PLC0415 - see above

    archive_writing.make(archive_pk)


@shared_task
def reap_stale_calls() -> None:
    """Ends calls whose process died. That it runs is the worker's sign of life."""
    service_manager.alive()
    heartbeats.give(heartbeats.WORKER)
    if not calls.silent(timezone.now()).exists():
        return
    # after a database outage, or a suspended machine, every call looks dead until its next beat
    time.sleep(SECOND_LOOK_S)
    reaped = calls.reap(timezone.now())
    if reaped:
        logger.warning("%d calls ended with their process", len(reaped))


@shared_task(name="sessions_app.tasks.requeue_owed_work")  # an older beat sends this name
def requeue_due_work() -> None:
    """Queues jobs whose message was lost or whose worker died."""
    now = timezone.now()
    of_calls = {model: work.due(model, now) for model in (Recording, Summary, Extraction)}
    for call_pk in sorted({pk for pks in of_calls.values() for pk in pks}):
        queue(FINALISE, call_pk)
    for model, pks in of_calls.items():
        work.mark_queued(model, pks, now)
    _requeue(Version, RETRANSCRIBE, versions.startable(work.due(Version, now)), now)
    for kind, task in job_tasks.independent():
        _requeue(kind, task, work.due(kind, now), now)


def _requeue(kind: type[LeasedJob], task: str, keys: Iterable[int], now: datetime) -> None:
    keys = list(keys)
    for key in keys:
        queue(task, key)
    work.mark_queued(kind, keys, now)


@shared_task
def delete_expired_audio() -> None:
    """Deletes recordings that were kept for as long as the settings say."""
    retention.restamp()
    deleted = recordings.delete_expired(timezone.now())
    tickets.forget_old(timezone.now())
    sign_ins.forget_old(timezone.now())
    sign_in_list.forget_old(timezone.now())
    password_links.forget_old(timezone.now())
    webhooks.forget_old(timezone.now())
    if deleted:
        logger.info("%d recordings were deleted: their time is over", deleted)


@shared_task
def expire() -> None:
    """Erases words, and whole calls, that were kept for as long as the settings say.

    Numbers changes, too, which nobody may be reading: of each call only the newest is kept then.
    """
    archives.expire(timezone.now())
    connection_checks.forget_expired(timezone.now())
    changes.number_new()
    lanes = erasure_work.delete_expired_lanes(timezone.now())
    if erased := lanes + retention.expire(timezone.now()):
        logger.info("something of %d calls was erased: its time is over", erased)


@worker_init.connect
def _import_before_forking(sender: Any, **_: Any) -> None:
    """Children share the memory of what their parent imported before it made them."""
    if sender.pool_cls.__module__.endswith("prefork"):
        from sessions_app.runtime import audio_copies, finalising, second_pass  # noqa: F401, PLC0415 - see above


@worker_ready.connect
def _worker_starts(**_: Any) -> None:
    webhook_sending.start()
    _alive(heartbeats.WORKER)
    _answer_metrics()
    if settings.TRACING:
        from sessions_app.runtime.tracing import exporting  # noqa: PLC0415 - see above

        exporting.start()
    service_manager.ready()


@worker_process_init.connect
def _pool_process_starts(**_: Any) -> None:
    """Where the worker has a pool of processes, each counts for itself."""
    _answer_metrics()


def _answer_metrics() -> None:
    """Answers the web process's question for metrics, where they are on (docs/metrics.md)."""
    if settings.METRICS_TOKEN:
        from sessions_app.runtime.monitoring import worker_socket  # noqa: PLC0415 - see above

        worker_socket.start()


@task_prerun.connect
def _task_begins(**_: Any) -> None:
    """A job has the settings of the admin as they are now."""
    current_call.set("")
    stored_settings.refresh()


@worker_shutting_down.connect
def _worker_stops(**_: Any) -> None:
    """Celery itself would wait for the task, however long it takes, until it is killed."""
    service_manager.stopping(stopping.MOST_S)
    stopping.stop_after()


@worker_shutdown.connect
def _worker_ends(**_: Any) -> None:
    webhook_sending.stop()
    if settings.TRACING:
        from sessions_app.runtime.tracing import exporting  # noqa: PLC0415 - see above

        exporting.stop()


@beat_init.connect
def _beat_starts(**_: Any) -> None:
    _alive(heartbeats.BEAT)
    service_manager.ready()


@before_task_publish.connect(sender="sessions_app.tasks.reap_stale_calls")
def _beat_works(**_: Any) -> None:
    """Nobody else queues this task: that it is queued is beat's sign of life."""
    service_manager.alive()
    _alive(heartbeats.BEAT)


def _alive(name: str) -> None:
    """Gives a sign outside of any task: Celery closes connections only after tasks."""
    close_old_connections()
    heartbeats.give(name)
    close_old_connections()


def _ended(call_pk: int) -> Call | None:
    """Returns the call, or None where it was deleted or is still live."""
    call = Call.objects.filter(pk=call_pk).select_related("agent", "owner").first()
    current_call.set(call.public_id if call is not None else "")
    return None if call is None or call.is_live else call
