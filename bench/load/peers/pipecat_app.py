"""Pipecat: its WebRTC transport around a null recogniser that says back what it hears.

python pipecat_app.py PORT talk|listen
"""

import argparse
import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aioice.ice
import common
import uvicorn
from fastapi import FastAPI, Request
from loguru import logger
from pipecat.frames.frames import Frame, InputAudioRawFrame, OutputAudioRawFrame
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineParams, PipelineWorker
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.transports.base_transport import TransportParams
from pipecat.transports.smallwebrtc.connection import SmallWebRTCConnection
from pipecat.transports.smallwebrtc.transport import SmallWebRTCTransport
from pipecat.workers.runner import WorkerRunner

work = "talk"
kept: set[Any] = set()


def keep(coroutine: Any) -> None:
    task = asyncio.ensure_future(coroutine)
    kept.add(task)
    task.add_done_callback(kept.discard)


@asynccontextmanager
async def watched(_app: FastAPI) -> AsyncIterator[None]:
    keep(common.watch_loop())
    yield


app = FastAPI(lifespan=watched)


class Recogniser(FrameProcessor):  # type: ignore[misc]
    def __init__(self) -> None:
        super().__init__()
        self._sink = common.Sink()

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        if not isinstance(frame, InputAudioRawFrame):
            await self.push_frame(frame, direction)
            return
        self._sink.feed(len(frame.audio) // 2)
        if work == "talk":
            await self.push_frame(OutputAudioRawFrame(frame.audio, common.RATE, 1))


async def talk(connection: SmallWebRTCConnection) -> None:
    audio = TransportParams(
        audio_in_enabled=True,
        audio_out_enabled=True,
        audio_in_sample_rate=common.RATE,
        audio_out_sample_rate=common.RATE,
    )
    transport = SmallWebRTCTransport(connection, audio)
    rates = PipelineParams(audio_in_sample_rate=common.RATE, audio_out_sample_rate=common.RATE)
    line = Pipeline([transport.input(), Recogniser(), transport.output()])
    runner = WorkerRunner(handle_sigint=False)
    await runner.add_workers(PipelineWorker(line, params=rates))

    @transport.event_handler("on_client_disconnected")
    async def gone(_transport: Any, _client: Any) -> None:
        await runner.cancel()

    await runner.run()


@app.post("/offer")
async def offer(request: Request) -> Any:
    body = await request.json()
    connection = SmallWebRTCConnection(ice_servers=[])
    await connection.initialize(sdp=body["sdp"], type=body["type"])
    keep(talk(connection))
    return connection.get_answer()


@app.get("/stats")
async def told() -> dict[str, Any]:
    return common.stats()


def main() -> None:
    global work  # noqa: PLW0603 - one server a process
    parser = argparse.ArgumentParser()
    parser.add_argument("port", type=int)
    parser.add_argument("work", choices=["talk", "listen"])
    asked = parser.parse_args()
    work = asked.work
    logger.remove()
    logger.add(sys.stderr, level="ERROR")
    aioice.ice.get_host_addresses = lambda **_: ["127.0.0.1"]
    uvicorn.run(app, host="127.0.0.1", port=asked.port, log_level="error", loop="asyncio")


if __name__ == "__main__":
    main()
