"""Gathers the metrics of all processes of a machine: this one's, and those that work for it.

Each process counts for itself, and every series has the label `process`, so that the counters of
one that restarts begin anew alone. Nothing is shared in files: who is asked reads the numbers then.
"""

import asyncio
import logging
from pathlib import Path

import httpx2
from django.conf import settings
from prometheus_client.core import Metric

from sessions_app.runtime import engine, media_processes
from sessions_app.runtime.monitoring import of_engine, worker_socket
from sessions_app.runtime.monitoring.exposition import (
    Exposition,
    distinct,
    labelled,
    merged,
    of_this_process,
    process_of,
    read,
    text_of,
)
from sessions_app.runtime.monitoring.names import MEDIA, WEB, process_name
from sessions_app.runtime.monitoring.of_database import DatabaseFigures

logger = logging.getLogger(__name__)

ANSWER_S = 3.0
"""How long a media process may take to answer. Longer delays the scrape; Prometheus gives 10 s."""


class Gathering:
    """Asks the processes of this machine; one per process that Prometheus asks."""

    def __init__(self) -> None:
        self._database = DatabaseFigures()
        self._names: dict[str, str] = {}
        """What the media process at each socket was called when it last answered."""

    async def text(self, authorisation: str, *, alone: bool = False) -> bytes:
        """Returns the metrics of this process and of those that work for it.

        `authorisation` is the header by which it was asked, which media processes want too. A
        process that only carries calls, and any that is asked `alone`, gives its own.
        """
        role, into = settings.VOICE["ROLE"], Exposition()
        into.put("process_up", 1, role)
        if role != WEB:
            of_engine.write(engine.current(), into)
        groups: list[list[Metric]] = []
        if role != MEDIA and not alone:
            await self._database.write(into)
            groups = await self._others(role, authorisation)
        own = of_this_process(process_name(role), into.families())
        return await asyncio.to_thread(lambda: text_of(merged(distinct([own, *groups]))))

    async def _others(self, role: str, authorisation: str) -> list[list[Metric]]:
        """Returns what the other processes of this machine count."""
        workers = [asyncio.to_thread(_of_worker, path) for path in worker_socket.paths()]
        media = self.of_media(authorisation) if role == WEB else _none()
        of_workers, of_media = await asyncio.gather(asyncio.gather(*workers), media)
        return [*of_workers, *of_media]

    async def of_media(self, authorisation: str) -> list[list[Metric]]:
        """Returns what each media process counts."""
        names = media_processes.current().names()
        return await asyncio.gather(*(self._of_media(name, authorisation) for name in names))

    async def _of_media(self, name: str, authorisation: str) -> list[Metric]:
        """Returns the metrics of a media process; of a silent one, that it is."""
        processes = media_processes.current()
        try:
            answer = await processes.client(name).get(
                "http://media/metrics", headers={"Authorization": authorisation}, timeout=ANSWER_S
            )
            answer.raise_for_status()
            found = await asyncio.to_thread(read, answer.text)
            self._names[name] = process_of(found)
            return found
        except httpx2.ConnectError:
            if await processes.gone(name):
                self._names.pop(name, None)
                return []
        except (httpx2.HTTPError, ValueError) as error:
            logger.warning("media process %s gives no metrics (%s)", name, type(error).__name__)
        silent = Exposition()
        silent.put("process_up", 0, MEDIA)
        return labelled(silent.families(), self._names.get(name, name))


async def _none() -> list[list[Metric]]:
    return []


def _of_worker(path: Path) -> list[Metric]:
    """Returns the metrics of a worker; nothing of one that is gone or silent. Blocks."""
    found = worker_socket.read(path)
    return read(found) if found else []
