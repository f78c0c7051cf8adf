"""aiortc and nothing else: what every frame costs in its stock form.

    python bare.py PORT talk|listen

`talk` sends what is heard back; `listen` has a track that waits.
"""

import argparse
import asyncio
import fractions
import json
import time
from typing import Any

import aioice.ice
import av
import common
from aiohttp import web
from aiortc import MediaStreamTrack, RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError

FRAME = 320
BASE = fractions.Fraction(1, common.RATE)
kept: set[Any] = set()


class Agent(MediaStreamTrack):
    """Says what it is given, a frame each 20 ms, and silence where there is nothing."""

    kind = "audio"

    def __init__(self, *, talks: bool) -> None:
        super().__init__()
        self.said = bytearray()
        self._talks = talks
        self._began_s: float | None = None
        self._count = 0

    async def recv(self) -> av.AudioFrame:
        if not self._talks:
            await asyncio.Event().wait()
        if self.readyState != "live":
            raise MediaStreamError
        now = time.perf_counter()
        self._began_s = self._began_s or now
        await asyncio.sleep(max(0.0, self._began_s + self._count * 0.02 - now))
        frame = av.AudioFrame(format="s16", layout="mono", samples=FRAME)
        frame.planes[0].update(bytes(self.said[: 2 * FRAME]).ljust(2 * FRAME, b"\0"))
        del self.said[: 2 * FRAME]
        frame.sample_rate, frame.time_base = common.RATE, BASE
        frame.pts = self._count * FRAME
        self._count += 1
        return frame


async def listen(track: MediaStreamTrack, agent: Agent, *, talks: bool) -> None:
    sink = common.Sink()
    to_speech = av.AudioResampler("s16", "mono", common.RATE)
    try:
        while True:
            for frame in to_speech.resample(await track.recv()):
                pcm = bytes(frame.planes[0])[: 2 * frame.samples]
                sink.feed(len(pcm) // 2)
                if talks:
                    agent.said += pcm
    except MediaStreamError:
        pass


async def offer(request: web.Request) -> web.Response:
    talks = request.app["talks"]
    body = await request.json()
    pc = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    kept.add(pc)
    agent = Agent(talks=talks)

    @pc.on("connectionstatechange")
    async def changed() -> None:
        if pc.connectionState in ("failed", "closed"):
            await pc.close()
            kept.discard(pc)

    @pc.on("track")
    def on_track(track: MediaStreamTrack) -> None:
        task = asyncio.ensure_future(listen(track, agent, talks=talks))
        kept.add(task)
        task.add_done_callback(kept.discard)
        pc.addTrack(agent)

    await pc.setRemoteDescription(RTCSessionDescription(body["sdp"], body["type"]))
    await pc.setLocalDescription(await pc.createAnswer())
    return web.json_response({"sdp": pc.localDescription.sdp, "type": pc.localDescription.type})


async def told(_request: web.Request) -> web.Response:
    return web.Response(text=json.dumps(common.stats()), content_type="application/json")


async def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("port", type=int)
    parser.add_argument("work", choices=["talk", "listen"])
    asked = parser.parse_args()
    aioice.ice.get_host_addresses = lambda **_: ["127.0.0.1"]
    app = web.Application()
    app["talks"] = asked.work == "talk"
    app.router.add_post("/offer", offer)
    app.router.add_get("/stats", told)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", asked.port).start()
    await common.watch_loop()


if __name__ == "__main__":
    asyncio.run(main())
