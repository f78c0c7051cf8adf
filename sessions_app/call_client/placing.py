"""Places a call with a sound file as the microphone, and reports on it."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sessions_app.call_client.conversation import CallError, OpenCall, call
from sessions_app.call_client.microphone import FileMicrophone, read_sound
from sessions_app.call_client.report import CallReport, Stopwatch
from sessions_app.call_client.rest import RestClient

__all__ = ["CallError", "CallOptions", "place_call"]

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

AFTER_S = 60.0
"""How long to wait for what is made after the call.

Shorter fails on slow machines; longer makes a failed run take longer.
"""

POLL_S = 0.2
"""How often a condition is checked while waiting; longer notices it later."""

Shown = Callable[[dict[str, Any]], None]


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
    microphone = FileMicrophone(await asyncio.to_thread(read_sound, options.sound))
    notes = _Notes(report, shown)
    conversation: OpenCall | None = None
    try:
        async with call(
            options.url,
            token=options.token,
            agent=options.agent,
            microphone=microphone,
            consent=NOTICE if options.records else "",
            on_message=notes.take,
        ) as conversation:
            await _converse(conversation, microphone, options.tail_s)
            notes.watch.first("hang_up_ms")
    finally:
        if conversation is not None:
            await _note_agent(conversation, report, options.heard)
    if options.await_results and report.call:
        await _await_results(RestClient(options.url, options.token), report)
    return report


async def _converse(conversation: OpenCall, microphone: FileMicrophone, tail_s: float) -> None:
    """Plays the file, and waits for the agent's answers; raises CallError."""
    if await conversation.meanwhile(microphone.spoken.wait()):
        await conversation.meanwhile(asyncio.sleep(tail_s))
        await conversation.meanwhile(conversation.agent.wait_until_silent(SILENT_S, ANSWER_S))
    elif conversation.reason != "agent_hung_up":
        raise CallError(f"The server ended the call: {conversation.reason or 'no reason'}.")


async def _note_agent(conversation: OpenCall, report: CallReport, target: Path | None) -> None:
    """Adds the agent's speaking time to the report; writes its audio to `target`."""
    await conversation.agent.finish()
    report.heard_s, first_ms = conversation.agent.heard()
    if first_ms is not None:
        report.timings["first_heard_ms"] = first_ms
    if target is not None:
        await asyncio.to_thread(conversation.agent.save, target)


class _Notes:
    """Writes a report from the server's messages."""

    def __init__(self, report: CallReport, shown: Shown) -> None:
        self._report = report
        self._shown = shown
        self.watch = Stopwatch(report.timings)

    def take(self, message: dict[str, Any]) -> None:
        kind = message["type"]
        if kind == "answer":
            self._report.call = message["callId"]
            self.watch.first("answer_ms")
        elif kind == "transcript":
            self._transcript(message)
        elif kind == "status" and message.get("state") == "active":
            self.watch.first("connect_ms")
        elif kind == "error":
            self._report.errors.append(message)
        elif kind == "notes":
            self._report.apply_notes(message)
        elif kind == "metrics":
            self._report.turns.append(message)
        elif kind == "bye":
            self.watch.first("bye_ms")
            self._report.reason = message["reason"]
            self._report.duration_ms = message["durationMs"]
        self._shown(message)

    def _transcript(self, message: dict[str, Any]) -> None:
        if message["final"]:
            self.watch.first("first_final_ms")
            self._report.segments.append(message)
        elif message["text"]:
            self.watch.first("first_interim_ms")


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
