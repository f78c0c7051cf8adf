"""What the streams of several engines share: a queue of results, and a task that fills it."""

import asyncio
import logging
from abc import abstractmethod
from collections.abc import AsyncIterator

from sessions_app.engine.core.errors import RecogniserError, RecogniserUnavailableError
from sessions_app.engine.core.events import Hypothesis
from sessions_app.engine.stt.base import RecogniserStream

logger = logging.getLogger(__name__)


class QueuedStream(RecogniserStream):
    """Yields from `results` what is put into `_queue`; an error is raised, None ends it."""

    def __init__(self) -> None:
        self._queue: asyncio.Queue[Hypothesis | RecogniserError | None] = asyncio.Queue()

    async def results(self) -> AsyncIterator[Hypothesis]:
        while (result := await self._queue.get()) is not None:
            if isinstance(result, RecogniserError):
                raise result
            yield result

    async def aclose(self) -> None:
        self._queue.put_nowait(None)


class WorkingStream(QueuedStream):
    """A stream whose task runs `_work` from when it is opened until it is closed."""

    def __init__(self) -> None:
        super().__init__()
        self._task = asyncio.create_task(self._run())

    @abstractmethod
    async def _work(self) -> None:
        """Does all of it; returns when `finish` was called and everything is said.

        A RecogniserError that it raises comes out of `results`.
        """

    async def aclose(self) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        await super().aclose()

    async def _run(self) -> None:
        try:
            await self._work()
        except RecogniserError as error:
            self._queue.put_nowait(error)
        except Exception:
            # a reader of the results must not wait without end
            logger.exception("a recogniser's stream broke")
            self._queue.put_nowait(RecogniserUnavailableError("The recogniser broke."))
        else:
            self._queue.put_nowait(None)
