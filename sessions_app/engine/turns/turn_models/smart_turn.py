"""Smart-turn v3 by Daily: whether a turn has ended, by intonation and pace, in 23 languages.

https://github.com/pipecat-ai/smart-turn (BSD-2). `manage.py fetch_model smart-turn` downloads it.
"""

import asyncio
import logging
from pathlib import Path

from sessions_app.engine.core.errors import TurnModelError
from sessions_app.engine.core.frames import SPEECH_RATE, Samples
from sessions_app.engine.turns.turn_models.base import TurnModel
from sessions_app.engine.turns.turn_models.worker import JUDGE
from sessions_app.engine.workers.fork_server import ForkServer
from sessions_app.engine.workers.framing import WorkerGoneError
from sessions_app.engine.workers.pool import WorkerPool

logger = logging.getLogger(__name__)

WORKER = "sessions_app.engine.turns.turn_models.worker"
FILE = "smart-turn-v3.2-cpu.onnx"
LATEST_S = 0.4
"""How long the model is awaited. More makes the agent answer later where the model is slow."""


class SmartTurn(TurnModel):
    """`model` is the model's file or its folder; each of `workers` judges one pause at a time.

    A pause takes 20 to 60 ms of CPU. A turn that is not judged within LATEST_S (all workers are
    busy, or one died) is judged by its words alone.
    """

    def __init__(self, model: str, workers: int = 1) -> None:
        path = Path(model)
        self._path = path / FILE if path.is_dir() else path
        self._server = ForkServer(WORKER, arguments=[str(self._path)])
        self._pool = WorkerPool(self._server, workers)
        self._able = True

    @property
    def pid(self) -> int | None:
        """The fork server's process; None before the first worker."""
        return self._server.pid

    async def start(self) -> None:
        """Raises TurnModelError where the model is missing or cannot be loaded.

        `finished` then returns None.
        """
        self._able = False
        if not self._path.is_file():
            raise TurnModelError(
                f"There is no turn model at {self._path}: manage.py fetch_model smart-turn "
                "brings it, and SMART_TURN_MODEL names its folder."
            )
        if not await self._pool.ping():
            raise TurnModelError(f"The turn model at {self._path} cannot be loaded.")
        self._able = True

    async def finished(self, samples: Samples) -> float | None:
        if not self._able:
            return None
        try:
            async with asyncio.timeout(LATEST_S):
                return await self._asked(samples[-round(self.window_ms * SPEECH_RATE / 1000) :])
        except TimeoutError:
            return None
        except WorkerGoneError:
            logger.warning("a turn model's process died; another takes its place")
            return None

    async def _asked(self, samples: Samples) -> float:
        async with self._pool.leased() as link:
            await link.send(JUDGE, samples.tobytes())
            answer = await link.receive()
        return float(answer.json()["finished"])

    async def aclose(self) -> None:
        self._pool.close()
        self._server.close()
