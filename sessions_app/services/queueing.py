"""Tells Celery that there is work; the jobs are rows, so a lost message only costs time."""

import logging
import threading
import time

from celery import current_app
from django.db import transaction

logger = logging.getLogger(__name__)

FINALISE = "sessions_app.tasks.finalise_call"
SUMMARISE = "sessions_app.tasks.summarise_call"
RETRANSCRIBE = "sessions_app.tasks.retranscribe_call"
REDACT_SOUND = "sessions_app.tasks.redact_sound"
ERASE = "sessions_app.tasks.erase"
DELIVER = "sessions_app.tasks.deliver_webhook"
MAKE_ARCHIVE = "sessions_app.tasks.make_archive"
COPY_AUDIO = "sessions_app.tasks.copy_audio"
SEND_PASSWORD_LINK = "sessions_app.tasks.send_password_link"  # nosec B105 # noqa: S105 - a name

CONNECT_S = 1.0
"""The longest wait for the broker: the caller may be the thread that stores live words."""

REST_S = 10.0
"""How long a broker that failed is not tried again; beat queues pending jobs more slowly."""

EXPIRES_S = 3600
"""A message that no worker took by then is dropped: the row was queued again."""

_OPTIONS = {
    "max_retries": 0,
    "socket_connect_timeout": CONNECT_S,
    "socket_timeout": CONNECT_S,
}


class _Pause:
    """Remembers that the broker failed, so that a hundred calls do not wait for it in turn."""

    def __init__(self) -> None:
        self._until = 0.0
        self._lock = threading.Lock()

    def begin(self) -> None:
        with self._lock:
            self._until = time.monotonic() + REST_S

    def end(self) -> None:
        with self._lock:
            self._until = 0.0

    @property
    def on(self) -> bool:
        with self._lock:
            return time.monotonic() < self._until


pause = _Pause()


def queue(task: str, key: int) -> None:
    """Sends `task` for a row, mostly a call, once the transaction is committed; never raises.

    A broker that is down or silent costs the caller at most about CONNECT_S, and only once in
    REST_S: it is logged, and beat queues pending jobs again.
    """
    transaction.on_commit(lambda: _send(task, key))


def _send(task: str, key: int) -> None:
    if pause.on:
        logger.info("%s for row %d waits for the broker to come back", task, key)
        return
    try:
        # a connection of its own: the pool's would never stop trying to connect
        with current_app.connection_for_write(
            connect_timeout=CONNECT_S, transport_options=_OPTIONS
        ) as connection:
            current_app.send_task(
                task, args=[key], connection=connection, retry=False, expires=EXPIRES_S
            )
    except Exception as error:  # noqa: BLE001 - a broker fails in as many ways as there are brokers
        pause.begin()
        logger.warning(
            "%s for row %d is not queued (%s); it will be done later",
            task,
            key,
            type(error).__name__,
        )
    else:
        pause.end()
