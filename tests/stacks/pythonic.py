"""Stacks with aiortc's API: aiortc itself, and PyPI's wrtc, which is today's libwebrtc.

Obeys the test as `driver.mjs` does. Called with the name of the stack's module and the speech.
"""

import asyncio
import base64
import contextlib
import importlib
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

from sessions_app.engine.rtc.aiortc_compat.connectivity import offer_loopback
from tests.fixtures.talker import LiveMicrophone
from tests.stacks.obeying import obey

LOUD = 400


def track_of(api: Any, microphone: LiveMicrophone) -> Any:
    """Returns the stack's own track of silence, and of what is said."""

    async def recv(_: Any) -> Any:
        return await microphone.recv()

    return type("Microphone", (api.MediaStreamTrack,), {"kind": "audio", "recv": recv})()


class Caller:
    """One call; the methods are what the test may ask."""

    def __init__(self, api: Any, given: Path) -> None:
        pcm = base64.b64decode(json.loads(given.read_text())["pcm"])
        self._speech = np.frombuffer(pcm, np.int16)[::3]
        self._api, self._microphone = api, LiveMicrophone()
        self._track = track_of(api, self._microphone)
        self._pc = api.RTCPeerConnection(api.RTCConfiguration(iceServers=[]))
        self._line = self._pc.addTransceiver(self._track, "sendrecv")
        self._pc.createDataChannel("control")
        self._heard = 0
        self._tasks: list[asyncio.Task[None]] = []
        self._pc.on("track", self._given)

    def _given(self, track: Any) -> None:
        self._tasks.append(asyncio.ensure_future(self._hear(track)))

    async def _hear(self, track: Any) -> None:
        with contextlib.suppress(self._api.MediaStreamError):
            while True:
                frame = await track.recv()
                self._heard += int(np.abs(frame.to_ndarray()).max() > LOUD)

    async def offer(self, direction: str) -> dict[str, Any]:
        self._line.direction = direction
        await self._pc.setLocalDescription(await self._pc.createOffer())
        offer = self._pc.localDescription
        return {"sdp": offer.sdp if offer is not None else ""}

    async def answer(self, sdp: str) -> dict[str, Any]:
        await self._pc.setRemoteDescription(self._api.RTCSessionDescription(sdp, "answer"))
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
        self._line.sender.replaceTrack(None if on else self._track)
        if not on:
            self._microphone.go_on()
        return {"muted": on}

    async def close(self) -> dict[str, Any]:
        await self._pc.close()
        return {"closed": True}


async def main() -> None:
    offer_loopback()
    await obey(Caller(importlib.import_module(sys.argv[1]), Path(sys.argv[2])))


if __name__ == "__main__":
    asyncio.run(main())
