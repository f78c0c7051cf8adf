"""One process of callers; prints a line of JSON with all that they saw.

    python -m bench.mix.caller --url URL --token TOKEN --first N --calls N --at S --until S

Clips are coded before the first call; what is sent then is a packet that lies ready, encrypted,
at its beat. What comes is counted by its RTP header, and decoded only from the end of an
utterance to the first sound of its answer. Times are of the machine's monotonic clock, in s.
"""

import argparse
import asyncio
import gc
import json
import resource
import statistics
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import aioice.ice
import numpy as np
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from websockets.asyncio.client import ClientConnection, connect

from bench.load.generator import BEAT_S, CONNECT_S, LATE_S, PARTS, Call, Parked
from bench.load.sound import fitting
from bench.mix.clips import AUDIBLE, Clip, clips, silence
from bench.mix.rhythm import Rhythm
from sessions_app.engine.audio.opus import OpusDecoder
from sessions_app.engine.rtc.rtp.packet import is_media, is_rtcp, parse

AGENT = "scribe"
APART_S = 0.5
"""Calls begin so far from each other."""

SPEAKS_S = 0.1
"""Who sent two packets within it is speaking."""

BYE_S = 20.0
LATE_BEAT_S = 0.010
_FEATURES = ["details", "interims", "status", "agent"]


@dataclass
class Utterance:
    """What was said: `began` and `ended` are when the first and last audible packet went out.

    `answered` is when the first sound of the answer came; None where the caller spoke again
    first. `over` tells that the agent was speaking when the utterance ended.
    """

    text: str
    began: float = 0.0
    ended: float = 0.0
    answered: float | None = None
    over: bool = False


@dataclass
class Seen:
    """What one caller saw. `words` are transcripts as they came, each with `came` (s)."""

    call: str = ""
    failed: str = ""
    codes: list[str] = field(default_factory=list)
    origin: float = 0.0
    said: list[Utterance] = field(default_factory=list)
    words: list[dict[str, Any]] = field(default_factory=list)
    received: int = 0
    late: int = 0
    behind: int = 0
    """Packets that came LATE_S after the call's usual time."""

    sent: int = 0
    duration_ms: int = 0
    reason: str = ""


class Caller(Call):
    """Speaks clips into a call of its own, and hears the agent."""

    def __init__(self, said: list[Clip], quiet: dict[int, list[bytes]], number: int) -> None:
        super().__init__(quiet, probes=False)
        self.seen = Seen()
        self.over = asyncio.Event()
        self._rhythm = Rhythm(said, number)
        self._quiet = quiet
        self._pause, self._next = self._rhythm.next()
        self._rate = 0
        self._place = -1
        self._recent: list[float] = []
        self._ears: OpusDecoder | None = None

    async def live(self, url: str, token: str, delay_s: float, until: float) -> None:
        """Calls after `delay_s` and hangs up at `until`; what goes wrong is told by `seen`."""
        await asyncio.sleep(delay_s)
        address = url.replace("http", "ws", 1) + "/signaling"
        headers = {"Authorization": f"Bearer {token}"}
        try:
            async with connect(address, additional_headers=headers) as socket:
                hearing = asyncio.create_task(self._hear(socket))
                await self._offer(socket)
                await asyncio.sleep(max(0.0, until - time.monotonic()))
                await socket.send(json.dumps({"type": "bye"}))
                async with asyncio.timeout(BYE_S):
                    await self.over.wait()
                await hearing
        except Exception as error:  # noqa: BLE001 - whatever goes wrong is a figure
            self.seen.failed = self.seen.failed or type(error).__name__
        finally:
            self._rtp = None
            if self.pc is not None:
                await self.pc.close()

    async def _offer(self, socket: ClientConnection) -> None:
        self.pc = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self.pc.addTrack(Parked())
        self.pc.createDataChannel("control")
        self._answer: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        connected = asyncio.Event()
        self.pc.on(
            "connectionstatechange",
            lambda: connected.set() if self.pc.connectionState == "connected" else None,
        )
        await self.pc.setLocalDescription(await self.pc.createOffer())
        offer = {
            "type": "offer",
            "sdp": self.pc.localDescription.sdp,
            "agentId": AGENT,
            "features": _FEATURES,
            "consent": {"recording": True, "notice": "bench"},
        }
        self._asked_s = time.perf_counter()
        await socket.send(json.dumps(offer))
        async with asyncio.timeout(CONNECT_S):
            sdp = await self._answer
            await self.pc.setRemoteDescription(RTCSessionDescription(sdp, "answer"))
            await connected.wait()
        self._rate = fitting(sdp)
        self._take_over(sdp)
        self.seen.origin = time.monotonic()

    async def _hear(self, socket: ClientConnection) -> None:
        async for text in socket:
            message = json.loads(text)
            kind = message["type"]
            if kind == "transcript" and message["role"] == "user":
                kept = {k: message.get(k) for k in ("text", "final", "seq", "startMs", "endMs")}
                self.seen.words.append({**kept, "came": time.monotonic()})
            elif kind == "answer":
                self.seen.call = message["callId"]
                self._answer.set_result(message["sdp"])
            elif kind == "error":
                self._wrong(message)
            elif kind == "bye":
                self.seen.duration_ms, self.seen.reason = message["durationMs"], message["reason"]
                self.over.set()
                return

    def _wrong(self, message: dict[str, Any]) -> None:
        self.seen.codes.append(message["code"])
        if not self._answer.done():
            self.seen.failed = message["code"]
            self._answer.set_exception(ConnectionError(message["code"]))

    def talk(self) -> None:
        """Sends the next 20 ms: a packet of the clip, or of silence."""
        if self._pause > 0:
            self._pause -= 1
            quiet = self._quiet[self._rate]
            self._send(quiet[self.sent % len(quiet)])
            return
        self._place += 1
        self._send(self._next.packets[self._rate][self._place])
        if self._place == self._next.first:
            self._ears = None
            self.seen.said.append(Utterance(self._next.text, time.monotonic()))
        if self._place == self._next.last:
            self._ended()
        if self._place == len(self._next.packets[self._rate]) - 1:
            self._place = -1
            self._pause, self._next = self._rhythm.next()

    def _ended(self) -> None:
        said = self.seen.said[-1]
        said.ended = time.monotonic()
        said.over = len(self._recent) > 1 and said.ended - self._recent[0] < SPEAKS_S
        self._ears = None if said.over else OpusDecoder(16_000)

    def _datagram(self, data: bytes, address: Any) -> None:
        super()._datagram(data, address)
        if not is_media(data) or is_rtcp(data):
            return
        now = time.monotonic()
        self._recent = [*self._recent[-1:], now]
        if self._ears is not None:
            samples = self._ears.decode(parse(self._unprotect(data)).payload)
            if np.abs(samples.astype(np.int32)).max() > AUDIBLE:
                self.seen.said[-1].answered = now
                self._ears = None


async def pace(callers: list[Caller], late: list[float]) -> None:
    """Sends every call's packets in time, for ever; `late` gets each beat's delay in s."""
    began, beats = time.perf_counter(), 0
    while True:
        due = began + beats * BEAT_S
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        late.append(time.perf_counter() - due)
        for caller in callers[beats % PARTS :: PARTS]:
            if caller.ready:
                caller.talk()
        beats += 1


async def main() -> None:
    """Speaks until the time is up, and tells what was seen."""
    asked = arguments()
    aioice.ice.get_host_addresses = lambda **_: ["127.0.0.1"]
    said, quiet = clips(), silence()
    callers = [Caller(said, quiet, asked.first + n) for n in range(asked.calls)]
    print("ready", flush=True)
    begin = float(await asyncio.to_thread(input))
    gc.freeze()
    late: list[float] = []
    pacing = asyncio.create_task(pace(callers, late))
    measuring = asyncio.create_task(window(callers, late, begin + asked.at, begin + asked.until))
    calls = [
        caller.live(
            asked.url,
            asked.token,
            begin + APART_S * (asked.first + n) - time.monotonic(),
            begin + asked.until + 1.0,
        )
        for n, caller in enumerate(callers)
    ]
    await asyncio.gather(*calls)
    own = await measuring
    pacing.cancel()
    print(json.dumps({"own": own, "calls": [asdict(caller.seen) for caller in callers]}))


async def window(
    callers: list[Caller], late: list[float], at: float, until: float
) -> dict[str, float]:
    """Returns what this process itself did from `at` to `until`; counts packets of then alone."""
    await asyncio.sleep(at - time.monotonic())
    began = _cpu_s()
    late.clear()
    before = [(caller.sent, caller.received, caller.late) for caller in callers]
    heard = [len(caller.due_s) for caller in callers]
    await asyncio.sleep(until - time.monotonic())
    for caller, (sent, received, slow) in zip(callers, before, strict=True):
        caller.seen.sent = caller.sent - sent
        caller.seen.received = caller.received - received
        caller.seen.late = caller.late - slow
    for caller, since in zip(callers, heard, strict=True):
        caller.seen.behind = behind(caller.due_s[since:])
    beats = sorted(late)
    return {
        "cpu_s": _cpu_s() - began,
        "late_share": sum(one > LATE_BEAT_S for one in beats) / len(beats),
        "late_max_ms": 1000 * beats[-1],
    }


def behind(due_s: Sequence[float]) -> int:
    """Returns how many packets came LATE_S after the median of their call.

    A call's very first packet may come half a beat early, and then all others would be late.
    """
    usual_s = statistics.median(due_s) if due_s else 0.0
    return sum(one - usual_s > LATE_S for one in due_s)


def _cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def arguments() -> argparse.Namespace:
    """Returns what was asked for."""
    parser = argparse.ArgumentParser(description="Callers who speak.")
    parser.add_argument("--url", required=True)
    parser.add_argument("--token", required=True)
    parser.add_argument("--first", type=int, required=True, help="the number of the first caller")
    parser.add_argument("--calls", type=int, required=True)
    parser.add_argument("--at", type=float, required=True, help="s from the start: measured since")
    parser.add_argument("--until", type=float, required=True)
    return parser.parse_args()


if __name__ == "__main__":
    asyncio.run(main())
