"""PyPI's wrtc: today's libwebrtc. Obeys the test as `driver.mjs` does."""

import asyncio
import base64
import contextlib
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
from webrtc.aiortc import (
    MediaStreamError,
    MediaStreamTrack,
    RTCConfiguration,
    RTCPeerConnection,
    RTCSessionDescription,
)

from tests.fixtures.talker import LiveMicrophone
from tests.stacks.obeying import obey

LOUD = 400


class Microphone(MediaStreamTrack):
    """Silence, and what is said."""

    kind = "audio"

    def __init__(self) -> None:
        super().__init__()
        self._inner = LiveMicrophone()
        self.speak = self._inner.speak

    async def recv(self) -> Any:
        return await self._inner.recv()


class Caller:
    """One call; the methods are what the test may ask."""

    def __init__(self, given: Path) -> None:
        pcm = base64.b64decode(json.loads(given.read_text())["pcm"])
        self._speech = np.frombuffer(pcm, np.int16)[::3]
        self._microphone = Microphone()
        self._pc = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self._line = self._pc.addTransceiver(self._microphone, "sendrecv")
        self._pc.createDataChannel("control")
        self._heard = 0
        self._tasks: list[asyncio.Task[None]] = []
        self._pc.on("track", self._track)

    def _track(self, track: Any) -> None:
        self._tasks.append(asyncio.ensure_future(self._hear(track)))

    async def _hear(self, track: Any) -> None:
        with contextlib.suppress(MediaStreamError):
            while True:
                frame = await track.recv()
                self._heard += int(np.abs(frame.to_ndarray()).max() > LOUD)

    async def offer(self, direction: str) -> dict[str, Any]:
        self._line.direction = direction
        await self._pc.setLocalDescription(await self._pc.createOffer())
        offer = self._pc.localDescription
        return {"sdp": offer.sdp if offer is not None else ""}

    async def answer(self, sdp: str) -> dict[str, Any]:
        await self._pc.setRemoteDescription(RTCSessionDescription(sdp, "answer"))
        async with asyncio.timeout(15):
            while self._pc.connectionState != "connected":  # noqa: ASYNC110 - another stack's
                await asyncio.sleep(0.02)
        return {"connected": True}

    async def speak(self) -> dict[str, Any]:
        await self._microphone.speak(self._speech)
        return {"spoken": True}

    async def heard(self) -> dict[str, Any]:
        return {"heard": self._heard}

    async def mute(self, on: bool) -> dict[str, Any]:
        self._line.sender.replaceTrack(None if on else self._microphone)
        return {"muted": on}

    async def close(self) -> dict[str, Any]:
        await self._pc.close()
        return {"closed": True}


async def main() -> None:
    await obey(Caller(Path(sys.argv[1])))


if __name__ == "__main__":
    asyncio.run(main())
