"""Opens calls, talks into each, takes what comes back, prints one line of JSON.

    python -m bench.load.generator --url OFFER --stats STATS --pid PID --calls N …

aiortc makes each connection; from then on packets are made and encrypted here at one pacer's
beat, and what comes is counted by its RTP header without decrypting it: a call costs so much
less here than in the server that is measured.
"""

import argparse
import asyncio
import json
import random
import re
import statistics
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aioice.ice
import numpy as np
from aiortc import MediaStreamTrack, RTCConfiguration, RTCPeerConnection, RTCSessionDescription

from bench.load import sound
from sessions_app.engine.audio.opus import OpusDecoder
from sessions_app.engine.rtc.rtp.packet import RtpPacket, is_media, is_rtcp, pack, parse

LATE_S = 0.020
CONNECT_S = 20.0
SETTLE_S = 3.0
BEAT_S = 0.005
PARTS = 4
"""Calls are spread over this many beats of 5 ms."""

LOUD = 3000
ECHO_APART_S = 0.5
YARDSTICKS = 5
_CLOCK = 48_000


class Parked(MediaStreamTrack):
    """Negotiates audio; its packets are sent by hand."""

    kind = "audio"

    async def recv(self) -> Any:
        await asyncio.Event().wait()


class Call:
    """One client."""

    def __init__(self, clips: dict[int, list[bytes]], *, probes: bool) -> None:
        self._clips = clips
        self._clip = clips[sound.CLIENT_RATE]
        self._at = 0 if probes else random.randrange(len(self._clip))
        self._decoder = OpusDecoder(_CLOCK) if probes else None
        self._best_s = float("inf")
        self._origin: int | None = None
        self._rtp: Any = None
        self.pc: Any = None
        self.sent = self.received = self.late = 0
        self.due_s: list[float] = []
        """Of each packet that came: when, less its own time, so that all would be the same."""

        self.answered_s = self.connected_s = 0.0
        self.first_s: float | None = None
        self.marks: list[float] = []
        self.echoes: list[float] = []

    async def open(self, url: str, token: str, agent: str) -> None:
        """Returns once it is connected."""
        self.pc = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self.pc.addTrack(Parked())
        self.pc.createDataChannel("control")
        connected = asyncio.Event()
        self.pc.on(
            "connectionstatechange",
            lambda: connected.set() if self.pc.connectionState == "connected" else None,
        )
        await self.pc.setLocalDescription(await self.pc.createOffer())
        body = {
            "sdp": self.pc.localDescription.sdp,
            "type": "offer",
            "agentId": agent,
            "webrtc_id": str(id(self)),
        }
        self._asked_s = time.perf_counter()
        answer = await asyncio.to_thread(fetch, url, body, token)
        self.answered_s = time.perf_counter() - self._asked_s
        await self.pc.setRemoteDescription(RTCSessionDescription(answer["sdp"], "answer"))
        async with asyncio.timeout(CONNECT_S):
            await connected.wait()
        self.connected_s = time.perf_counter() - self._asked_s
        self._take_over(answer["sdp"])

    @property
    def ready(self) -> bool:
        return self._rtp is not None

    def _take_over(self, sdp: str) -> None:
        sender = self.pc.getSenders()[0]
        self._ssrc = sender._ssrc
        found = re.search(r"a=rtpmap:(\d+) opus/48000", sdp)
        assert found is not None
        self._type = int(found[1])
        self._clip = self._clips[sound.fitting(sdp)]
        dtls = sender.transport
        pair = dtls.transport._connection._nominated[1]
        self._protect, self._unprotect = dtls._tx_srtp.protect, dtls._rx_srtp.unprotect
        self._others = pair.protocol.datagram_received
        pair.protocol.datagram_received = self._datagram
        self._rtp = pair

    def talk(self) -> None:
        """Sends the next 20 ms."""
        self._send(self._clip[self._at])
        if self._decoder is not None and self._at == len(self._clip) // 2:
            self.marks.append(time.perf_counter())
        self._at = (self._at + 1) % len(self._clip)

    def _send(self, payload: bytes) -> None:
        stamp = self.sent * 960
        packet = RtpPacket(self._type, self.sent & 0xFFFF, stamp & 0xFFFFFFFF, self._ssrc, payload)
        self._rtp.protocol.transport.sendto(self._protect(pack(packet)), self._rtp.remote_addr)
        self.sent += 1

    def _datagram(self, data: bytes, address: Any) -> None:
        if not is_media(data):
            self._others(data, address)
            return
        if is_rtcp(data):
            return
        now = time.perf_counter()
        if self.first_s is None:
            self.first_s = now - self._asked_s
        self.received += 1
        stamp = int.from_bytes(data[4:8], "big")
        if self._origin is None:
            self._origin = stamp
        due_s = now - ((stamp - self._origin) & 0xFFFFFFFF) / _CLOCK
        self.due_s.append(due_s)
        if due_s < self._best_s:
            self._best_s = due_s
        elif due_s - self._best_s > LATE_S:
            self.late += 1
        if self._decoder is not None:
            self._listen(now, parse(self._unprotect(data)).payload)

    def _listen(self, now: float, payload: bytes) -> None:
        assert self._decoder is not None
        loud = np.flatnonzero(np.abs(self._decoder.decode(payload).astype(int)) > LOUD)
        if len(loud):
            heard_s = now + float(loud[0]) / _CLOCK
            if not self.echoes or heard_s - self.echoes[-1] > ECHO_APART_S:
                self.echoes.append(heard_s)

    def delays(self) -> list[float]:
        """Returns how long each burst took to come back, in seconds."""
        found = []
        for mark in self.marks:
            back = next((at for at in self.echoes if at > mark), None)
            if back is not None and back - mark < 1 - 0.05:
                found.append(back - mark)
        return found


async def talk(calls: list[Call]) -> None:
    """Sends every call's packets in time, for ever."""
    began, beats = time.perf_counter(), 0
    while True:
        await asyncio.sleep(max(0.0, began + beats * BEAT_S - time.perf_counter()))
        for call in calls[beats % PARTS :: PARTS]:
            if call.ready:
                call.talk()
        beats += 1


def fetch(url: str, body: Any = None, token: str = "") -> Any:
    """Returns the JSON that answers."""
    headers = {"Content-Type": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, headers)
    with urllib.request.urlopen(request, timeout=CONNECT_S) as answer:
        return json.loads(answer.read())


def cpu_s(pid: int) -> float:
    """Returns the seconds of CPU that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / 100


def yardstick_us() -> float:
    """Returns how long the machine takes now to decode a packet: others slow it down unseen."""
    clip = sound.packets(sound.speech())
    decoder = OpusDecoder(_CLOCK)
    times = []
    for _ in range(YARDSTICKS):
        began = time.perf_counter()
        for packet in clip:
            decoder.decode(packet)
        times.append(time.perf_counter() - began)
    return 1e6 * min(times) / len(clip)


@dataclass(frozen=True, slots=True)
class Machine:
    """What /proc/stat tells of all cores so far, in its own units (proc(5))."""

    stolen: int
    all_of_it: int

    @classmethod
    def now(cls) -> "Machine":
        """Returns the present counts."""
        fields = Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]
        spent = [int(field) for field in fields]
        return cls(spent[7], sum(spent))

    def stolen_pct(self, later: "Machine") -> float:
        """Returns how much of the cores the host gave to others since."""
        return 100 * (later.stolen - self.stolen) / max(1, later.all_of_it - self.all_of_it)


def memory_mib(pid: int) -> float:
    """Returns a process's resident memory."""
    found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    assert found is not None
    return int(found[1]) / 1024


async def opened(calls: list[Call], asked: argparse.Namespace) -> list[str]:
    """Opens all, a few at a time; returns what went wrong."""
    gate, failed = asyncio.Semaphore(asked.ramp), []

    async def one(call: Call) -> None:
        async with gate:
            try:
                await call.open(asked.url, asked.token, asked.agent)
            except Exception as error:  # noqa: BLE001 - whatever a server does is a figure
                failed.append(repr(error)[:200])

    await asyncio.gather(*map(one, calls))
    return failed


async def main() -> None:
    """Runs one measurement."""
    asked = arguments()
    aioice.ice.get_host_addresses = lambda **_: ["127.0.0.1"]
    clips = sound.clips(sound.bursts() if asked.probe else sound.part_time(asked.share))
    calls = [Call(clips, probes=asked.probe) for _ in range(asked.calls)]
    before_us = yardstick_us()  # it would hold up whoever is talking
    talking = asyncio.create_task(talk(calls))
    memory = memory_mib(asked.pid)
    failed = await opened(calls, asked)
    await asyncio.sleep(SETTLE_S)
    result = await measured([call for call in calls if call.ready], asked)
    used = memory_mib(asked.pid) - memory
    talking.cancel()
    result["yardstick_us"] = max(before_us, yardstick_us())
    closing = [call.pc.close() for call in calls if call.pc is not None]
    await asyncio.gather(*closing, return_exceptions=True)
    told = {"failed": len(failed), "errors": sorted(set(failed))[:3], **result}
    print(json.dumps({**told, "memory_per_call_mib": used / max(1, len(calls))}))


async def measured(live: list[Call], asked: argparse.Namespace) -> dict[str, float | None]:
    """Returns what the steady time of `asked.seconds` shows."""
    first, machine = await asyncio.to_thread(fetch, asked.stats), Machine.now()
    for call in live:
        call.late = 0
    sent, received = sum(c.sent for c in live), sum(c.received for c in live)
    began, used, own = time.perf_counter(), cpu_s(asked.pid), time.process_time()
    await asyncio.sleep(asked.seconds)
    took = time.perf_counter() - began
    used, own = cpu_s(asked.pid) - used, time.process_time() - own
    last = await asyncio.to_thread(fetch, asked.stats)
    sent, received = sum(c.sent for c in live) - sent, sum(c.received for c in live) - received
    span = took * max(1, len(live))
    delays = [delay for call in live for delay in call.delays()]
    heard = (last["samples"] - first["samples"]) / 320
    late = (last["late"] - first["late"]) / max(1, last["chunks"] - first["chunks"])
    firsts = [c.first_s for c in live if c.first_s is not None]
    return {
        "cpu_ms": 1000 * used / span,
        "core_pct": 100 * used / took,
        "heard_pct": 100 * heard / max(1, sent),
        "in_on_time_pct": 100 * (1 - late),
        "out_on_time_pct": 100 * (1 - sum(c.late for c in live) / max(1, received)),
        "returned_pct": 100 * received / max(1, sent),
        "lag_p99_ms": last["lag_p99_ms"],
        "lag_max_ms": last["lag_max_ms"],
        "connected_ms": 1000 * statistics.median(c.connected_s for c in live) if live else None,
        "first_sound_ms": 1000 * statistics.median(firsts) if firsts else None,
        "echo_ms": 1000 * statistics.median(delays) if delays else None,
        "generator_core_pct": 100 * own / took,
        "stolen_pct": machine.stolen_pct(Machine.now()),
    }


def arguments() -> argparse.Namespace:
    """Returns what was asked for."""
    parser = argparse.ArgumentParser(description="Load for one server.")
    parser.add_argument("--url", required=True)
    parser.add_argument("--stats", required=True)
    parser.add_argument("--token", default="")
    parser.add_argument("--agent", default="")
    parser.add_argument("--pid", type=int, required=True)
    parser.add_argument("--calls", type=int, required=True)
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--share", type=float, default=1.0, help="of the time callers speak")
    parser.add_argument("--ramp", type=int, default=2, help="calls opened at a time")
    parser.add_argument("--probe", action="store_true", help="measure the echo")
    return parser.parse_args()


if __name__ == "__main__":
    asyncio.run(main())
