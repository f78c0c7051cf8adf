"""FastRTC: a stream handler that hears 16 kHz mono and says it back.

python fastrtc_app.py PORT talk|listen
"""

import argparse
import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

os.environ.update(GRADIO_ANALYTICS_ENABLED="False", HF_HUB_OFFLINE="1")

import aioice.ice
import common
import uvicorn
from fastapi import FastAPI
from fastrtc import AsyncStreamHandler, Stream

kept: set[Any] = set()


@asynccontextmanager
async def watched(_app: FastAPI) -> AsyncIterator[None]:
    kept.add(asyncio.ensure_future(common.watch_loop()))
    yield


class Echo(AsyncStreamHandler):  # type: ignore[misc]
    def __init__(self, *, talks: bool) -> None:
        super().__init__(input_sample_rate=common.RATE, output_sample_rate=common.RATE)
        self._heard: asyncio.Queue[Any] = asyncio.Queue()
        self._sink: common.Sink | None = None
        self._talks = talks

    def copy(self) -> "Echo":
        return Echo(talks=self._talks)

    async def start_up(self) -> None:
        pass

    async def receive(self, frame: Any) -> None:
        self._sink = self._sink or common.Sink()
        self._sink.feed(frame[1].size)
        if self._talks:
            self._heard.put_nowait(frame)

    async def emit(self) -> Any:
        return await self._heard.get()

    async def shutdown(self) -> None:
        pass


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("port", type=int)
    parser.add_argument("work", choices=["talk", "listen"])
    asked = parser.parse_args()
    aioice.ice.get_host_addresses = lambda **_: ["127.0.0.1"]
    app = FastAPI(lifespan=watched)
    app.add_api_route("/stats", common.stats)
    stream = Stream(
        Echo(talks=asked.work == "talk"),
        modality="audio",
        mode="send-receive",
        concurrency_limit=1000,
        server_rtc_configuration={"iceServers": []},
        verbose=False,
    )
    stream.mount(app)
    uvicorn.run(app, host="127.0.0.1", port=asked.port, log_level="error", loop="asyncio")


if __name__ == "__main__":
    main()
