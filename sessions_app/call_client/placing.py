"""Places a call over `WS /signaling` with a sound file as the microphone."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from aiortc import (
    RTCConfiguration,
    RTCIceCandidate,
    RTCPeerConnection,
    RTCSessionDescription,
)
from aiortc.sdp import candidate_from_sdp
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from sessions_app.call_client.agent_side import AgentSide
from sessions_app.call_client.microphone import FileMicrophone, read_sound
from sessions_app.call_client.report import CallReport, Stopwatch
from sessions_app.call_client.rest import RestClient
from sessions_app.engine.rtc.aiortc_compat.connectivity import offer_loopback

FEATURES = ["details", "interims", "status", "agent"]
NOTICE = "place_call"
TAIL_S = 1.0
"""Silence after the file, so that the last utterance ends before the hang-up.

Shorter may lose the last words; longer only makes the call longer.
"""

ANSWER_S = 25.0
"""Longest time for the agent's answers after the end of the file.

Shorter cuts slow models off; longer waits for an agent that never answers.
"""

SILENT_S = 1.5
"""After listening this long the agent counts as finished.

Shorter hangs up within a pause of its answer; longer only makes the call longer.
"""

CONNECT_S = 15.0
BYE_S = 15.0
AFTER_S = 60.0
"""How long to wait for the answer, for the server's `bye`, and for what is made after the call.

Shorter fails on slow machines; longer makes a failed run take longer.
"""

POLL_S = 0.2
"""How often a condition is checked while waiting; longer notices it later."""

Shown = Callable[[dict[str, Any]], None]


class CallError(Exception):
    """The call could not be placed; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class CallOptions:
    """What to play to which agent. `await_results` also waits for recording and summary.

    The agent's audio is written to the file `heard`, if given.
    """

    sound: Path
    url: str
    token: str
    agent: str = ""
    records: bool = True
    tail_s: float = TAIL_S
    await_results: bool = True
    heard: Path | None = None


async def place_call(options: CallOptions, shown: Shown = lambda _: None) -> CallReport:
    """Places a call and returns its report; `shown` is called with every message of the server.

    Raises CallError, FileError or RestError, whose message says what to do.
    """
    report = CallReport()
    microphone = FileMicrophone(read_sound(options.sound))
    if urlsplit(options.url).hostname in ("127.0.0.1", "localhost", "::1"):
        offer_loopback()
    caller = _Caller(options, report, microphone, shown)
    await caller.run()
    if options.await_results and report.call:
        await _await_results(RestClient(options.url, options.token), report)
    return report


class _Caller:
    """One call, from dialling to `bye`."""

    def __init__(
        self, options: CallOptions, report: CallReport, microphone: FileMicrophone, shown: Shown
    ) -> None:
        self._options = options
        self._report = report
        self._microphone = microphone
        self._shown = shown
        self._watch = Stopwatch(report.timings)
        self._pc = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self._over = asyncio.Event()
        self._answered = asyncio.Event()
        self._agent = AgentSide()
        self._pc.on("track", self._agent.listen)

    async def run(self) -> None:
        headers = {"Authorization": f"Bearer {self._options.token}"}
        address = self._options.url.rstrip("/").replace("http", "ws", 1) + "/signaling"
        try:
            async with connect(address, additional_headers=headers, open_timeout=10) as socket:
                await self._converse(socket)
        except (OSError, InvalidHandshake, TimeoutError) as error:
            raise CallError(
                f"No voicesite answers at {self._options.url}. Start it with: make run"
            ) from error
        finally:
            self._microphone.stop()
            await self._pc.close()
            await self._agent.finish(self._report, self._options.heard)

    async def _converse(self, socket: ClientConnection) -> None:
        hearing = asyncio.create_task(self._hear(socket))
        try:
            await self._offer(socket)
            await self._first(hearing, self._answered.wait(), CONNECT_S, "No answer came.")
            await self._first(hearing, self._microphone.spoken.wait(), None, "")
            await asyncio.sleep(self._options.tail_s)
            await self._agent.wait_until_silent(self._over, SILENT_S, ANSWER_S)
            self._watch.first("hang_up_ms")
            if self._over.is_set():
                return
            await socket.send(json.dumps({"type": "bye"}))
            await self._first(hearing, self._over.wait(), BYE_S, "The server did not say bye.")
        except ConnectionClosed as closed:
            raise CallError(_why_closed(closed)) from closed
        finally:
            hearing.cancel()
            await asyncio.gather(hearing, return_exceptions=True)

    async def _first(
        self, hearing: "asyncio.Task[None]", wanted: Any, limit_s: float | None, late: str
    ) -> None:
        """Waits for `wanted`, unless the socket or the call ends first."""
        waiting = asyncio.ensure_future(wanted)
        over = asyncio.ensure_future(self._over.wait())
        done, _ = await asyncio.wait(
            {waiting, over, hearing}, timeout=limit_s, return_when=asyncio.FIRST_COMPLETED
        )
        for task in (waiting, over):
            task.cancel()
        await asyncio.gather(waiting, over, return_exceptions=True)
        if not done:
            raise CallError(late)
        if hearing in done:
            hearing.result()
        if self._report.reason == "agent_hung_up":
            return
        if self._over.is_set() and waiting not in done:
            raise CallError(f"The server ended the call: {self._report.reason or 'no reason'}.")

    async def _offer(self, socket: ClientConnection) -> None:
        self._pc.addTrack(self._microphone)
        self._pc.createDataChannel("control")
        await self._pc.setLocalDescription(await self._pc.createOffer())
        message: dict[str, Any] = {
            "type": "offer",
            "sdp": self._pc.localDescription.sdp,
            "features": FEATURES,
        }
        if self._options.agent:
            message["agentId"] = self._options.agent
        if self._options.records:
            message["consent"] = {"recording": True, "notice": NOTICE}
        await socket.send(json.dumps(message))

    async def _hear(self, socket: ClientConnection) -> None:
        async for text in socket:
            message = json.loads(text)
            await self._take(message)
            self._shown(message)

    async def _take(self, message: dict[str, Any]) -> None:
        kind = message["type"]
        if kind == "answer":
            self._report.call = message["callId"]
            self._watch.first("answer_ms")
            await self._pc.setRemoteDescription(RTCSessionDescription(message["sdp"], "answer"))
            self._answered.set()
        elif kind == "ice-candidate":
            await self._pc.addIceCandidate(_candidate(message["candidate"]))
        elif kind == "transcript":
            self._transcript(message)
        elif kind == "status" and message.get("state") == "active":
            self._watch.first("connect_ms")
        elif kind == "error":
            self._report.errors.append(message)
            if not self._answered.is_set():
                raise CallError(message["message"])
        elif kind == "bye":
            self._watch.first("bye_ms")
            self._report.reason = message["reason"]
            self._report.duration_ms = message["durationMs"]
            self._over.set()
        else:
            self._of_agent(kind, message)

    def _of_agent(self, kind: str, message: dict[str, Any]) -> None:
        if kind == "floor":
            self._agent.on_floor(message["floor"])
        elif kind == "notes":
            self._report.apply_notes(message)
        elif kind == "metrics":
            self._report.turns.append(message)

    def _transcript(self, message: dict[str, Any]) -> None:
        if message["final"]:
            self._watch.first("first_final_ms")
            self._report.segments.append(message)
        elif message["text"]:
            self._watch.first("first_interim_ms")


def _candidate(given: dict[str, Any]) -> RTCIceCandidate:
    candidate = candidate_from_sdp(given["candidate"].removeprefix("candidate:"))
    candidate.sdpMid = given["sdpMid"]
    candidate.sdpMLineIndex = given["sdpMLineIndex"]
    return candidate


def _why_closed(closed: ConnectionClosed) -> str:
    code = closed.rcvd.code if closed.rcvd else 1006
    reason = closed.rcvd.reason if closed.rcvd else ""
    if code == 4401:  # noqa: PLR2004 - docs/protocol.md
        return f"The server does not know this token. {reason}"
    return f"The server closed the connection ({code}). {reason}"


async def _await_results(rest: RestClient, report: CallReport) -> None:
    """Waits for recording and summary, and adds them to the report."""
    deadline = asyncio.get_running_loop().time() + AFTER_S
    path = f"/api/v1/calls/{report.call}/"
    while True:
        call = await rest.get(path)
        report.state = call["state"]
        report.recording = call["recording"] or {}
        states = [(call[name] or {}).get("state", "done") for name in ("recording", "summary")]
        waiting = call["ended_at"] is None or any(s in ("pending", "running") for s in states)
        if not waiting or asyncio.get_running_loop().time() > deadline:
            break
        await asyncio.sleep(POLL_S)
    report.summary = await rest.get(f"{path}summary")
