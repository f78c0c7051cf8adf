"""Sends webhooks beside a Celery worker's other work, so that slow receivers delay nothing else.

A worker process calls `start` once. Each endpoint has one thread, which others may share: messages
of an endpoint are sent in their order, and one that takes ten seconds to fail holds up few others.
"""

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import BoundedSemaphore

from django.db import close_old_connections, connection

from sessions_app.engine.core.errors import traced
from sessions_app.models import WebhookDelivery
from sessions_app.services import webhooks

logger = logging.getLogger(__name__)

THREADS = 8
"""Fewer let a slow receiver hold up more endpoints; each has a connection to the database."""

MOST_WAITING = 1000
"""Further messages are left to the next look for jobs that are due."""


class Senders:
    """The threads of one process."""

    def __init__(self, deliver: Callable[[int], None] = webhooks.deliver) -> None:
        self._deliver = deliver
        self._threads = [ThreadPoolExecutor(1, "webhooks") for _ in range(THREADS)]
        self._room = BoundedSemaphore(MOST_WAITING)

    def send(self, delivery_pk: int) -> None:
        """Returns at once; the message is sent after earlier ones to its endpoint."""
        found = WebhookDelivery.objects.filter(pk=delivery_pk).values_list("endpoint_id", flat=True)
        endpoint_pk = found.first()
        if endpoint_pk is not None and self._room.acquire(blocking=False):
            self._threads[endpoint_pk % THREADS].submit(self._send, delivery_pk)

    def _send(self, delivery_pk: int) -> None:
        try:
            close_old_connections()
            self._deliver(delivery_pk)
        except Exception as error:  # noqa: BLE001 - such as a database that is away: it is due again later
            logger.warning("webhook delivery %d was not tried: %s", delivery_pk, traced(error))
        finally:
            connection.close()
            self._room.release()

    def close(self) -> None:
        """Waits for what is being sent, ten seconds at most; the rest is due later."""
        for thread in self._threads:
            thread.shutdown(cancel_futures=True)


_senders: list[Senders] = []
"""None before `start`: a message is then sent by whoever has it."""


def start() -> None:
    """Has this process send messages in threads from now on."""
    if not _senders:
        _senders.append(Senders())


def stop() -> None:
    """Ends this process's threads, which would otherwise first send all that waits."""
    while _senders:
        _senders.pop().close()


def send(delivery_pk: int) -> None:
    """Sends a message, or has it sent; safe to call twice for the same one."""
    if _senders:
        _senders[0].send(delivery_pk)
    else:
        webhooks.deliver(delivery_pk)
