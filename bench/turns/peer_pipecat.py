"""Pipecat's pipeline on the same stages; runs in an environment of its own that has Pipecat.

Prints one JSON line: milliseconds from the end of the turn to the first audio frame, a run each.
What its transport adds to that (chunking, pacing) is not counted.
"""

import asyncio
import json
import sys
import time
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))

from loguru import logger
from pipecat.frames.frames import (
    EndFrame,
    Frame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    LLMTextFrame,
    TTSAudioRawFrame,
)
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineWorker
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.services.settings import TTSSettings
from pipecat.services.tts_service import TTSService
from pipecat.workers.runner import WorkerRunner
from stages import (
    CHUNK_MS,
    FIRST_TOKEN_S,
    MS_PER_CHARACTER,
    PACE,
    RATE,
    TOKENS_PER_S,
    tokens,
)

RUNS = 5


class Voice(TTSService):
    """Makes silence at the set pace, as long as the text."""

    def __init__(self) -> None:
        settings = TTSSettings(model=None, voice=None, language=None)
        super().__init__(sample_rate=RATE, push_stop_frames=True, settings=settings)

    def can_generate_metrics(self) -> bool:
        return False

    async def run_tts(self, text: str, context_id: str) -> AsyncGenerator[Frame, None]:
        left_ms = len(text) * MS_PER_CHARACTER
        while left_ms > 0:
            length = min(CHUNK_MS, left_ms)
            await asyncio.sleep(PACE * length / 1000)
            audio = bytes(2 * round(RATE * length / 1000))
            yield TTSAudioRawFrame(audio, RATE, 1, context_id=context_id)
            left_ms -= length


class Ear(FrameProcessor):
    """Notes when the first sound comes, and when the voice is done."""

    def __init__(self) -> None:
        super().__init__()
        self.first: asyncio.Future[float] = asyncio.get_running_loop().create_future()

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        if isinstance(frame, TTSAudioRawFrame) and not self.first.done():
            self.first.set_result(time.monotonic())
        await self.push_frame(frame, direction)


async def once() -> float:
    """Returns milliseconds from the turn's end to the first sound."""
    ear = Ear()
    worker: Any = PipelineWorker(Pipeline([Voice(), ear]), cancel_on_idle_timeout=False)
    started = asyncio.Event()

    @worker.event_handler("on_pipeline_started")
    async def _started(_worker: Any, _frame: Any) -> None:
        started.set()

    async def speak() -> float:
        await asyncio.wait_for(started.wait(), 10)
        begin = time.monotonic()
        await asyncio.sleep(FIRST_TOKEN_S)
        await worker.queue_frame(LLMFullResponseStartFrame())
        for token in tokens():
            await worker.queue_frame(LLMTextFrame(token))
            if ear.first.done():
                break
            await asyncio.sleep(1 / TOKENS_PER_S)
        await worker.queue_frame(LLMFullResponseEndFrame())
        heard = await asyncio.wait_for(ear.first, 20)
        await worker.queue_frame(EndFrame())
        return 1000 * (heard - begin)

    runner: Any = WorkerRunner(handle_sigint=False)
    await runner.add_workers(worker)
    result, _ = await asyncio.gather(speak(), runner.run())
    return result


async def main() -> None:
    print(json.dumps([await once() for _ in range(RUNS)]))


if __name__ == "__main__":
    logger.remove()
    asyncio.run(main())
