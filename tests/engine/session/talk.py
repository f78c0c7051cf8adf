"""A call with an agent in which speech is told instead of heard; time and sound are real."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from typing import Any, TypeVar

from sessions_app.engine.agent.responders.base import Conversation, EarlierCall, Responder
from sessions_app.engine.agent.voice import AgentVoice
from sessions_app.engine.audio.playout import Playout
from sessions_app.engine.audio.speech_encoder import ClipCache
from sessions_app.engine.core.agent_config import AgentConfig
from sessions_app.engine.core.events import (
    CallEvent,
    InterimChanged,
    SegmentFinal,
    Speaker,
    SpeechEnded,
    SpeechStarted,
    StateChanged,
)
from sessions_app.engine.core.states import CallState, EndReason
from sessions_app.engine.session.agent_parts import CallLine, Parts
from sessions_app.engine.session.agent_session import AgentSession
from sessions_app.engine.session.transcribing import SegmentNumbers
from sessions_app.engine.tts.base import Synthesiser
from sessions_app.engine.tts.engines.scripted import ScriptedSynthesiser
from sessions_app.engine.turns.endpointing.fixed import FixedEndpointer
from sessions_app.engine.turns.interruption.confirmed import ConfirmedBargeIn
from sessions_app.engine.turns.manager import TurnManager

E = TypeVar("E")

TICK_S = 0.02
VAD_MS = 100.0
LIMIT_S = 8.0


class Answers(Responder):
    """Says what it is told, one list of tokens a turn; notes what it was asked."""

    def __init__(self, *answers: Sequence[str] | Exception, pause_s: float = 0.0) -> None:
        self._answers = list(answers)
        self._pause_s = pause_s
        self.asked: list[Conversation] = []
        self.closed = 0
        self.ends_call = False

    async def stream(self, conversation: Conversation) -> AsyncGenerator[str, None]:
        self.asked.append(conversation)
        answer = self._answers.pop(0) if self._answers else ()
        if isinstance(answer, Exception):
            raise answer
        finished = False
        try:
            for token in answer:
                await asyncio.sleep(self._pause_s)
                yield token
            if self.ends_call:
                conversation.host.end_call()
            finished = True
        finally:
            self.closed += not finished


class Talk:
    """One call: tell it what is said, read what it told."""

    def __init__(
        self, responder: Responder, persona: AgentConfig, synthesiser: Synthesiser | None = None
    ) -> None:
        self._started_s = time.monotonic()
        self.events: list[CallEvent] = []
        self.sent: list[bytes] = []
        self.hung_up: list[EndReason] = []
        self.numbers = SegmentNumbers()
        self.playout = Playout(self.now_ms)
        self._synthesiser = synthesiser or ScriptedSynthesiser(pace=0.05, ms_per_character=30)
        voice = AgentVoice(self._synthesiser, ClipCache(), "scripted", "", 1.0)
        taker = TurnManager(persona.turns, FixedEndpointer(), ConfirmedBargeIn())
        self.hears, self.reads = True, False
        """Whether the client takes sound."""

        line = CallLine(
            self.emit,
            self.now_ms,
            self.hung_up.append,
            lambda _: None,
            lambda: None,
            lambda: self.hears,
            lambda: self.reads,
        )
        parts = Parts(
            persona, responder, voice, taker, self.playout, self.numbers, _no_calls, "call"
        )
        self.agent = AgentSession(parts, line)
        self._pump: asyncio.Task[None] | None = None

    async def __aenter__(self) -> "Talk":
        self._pump = asyncio.create_task(self._carry())
        self.emit(StateChanged(CallState.ACTIVE))
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.agent.finish()
        assert self._pump is not None
        self._pump.cancel()
        await asyncio.gather(self._pump, return_exceptions=True)
        await self._synthesiser.aclose()
        left = asyncio.all_tasks() - {asyncio.current_task()}
        assert not left, left

    def now_ms(self) -> float:
        return 1000 * (time.monotonic() - self._started_s)

    def emit(self, event: CallEvent) -> None:
        self.events.append(event)
        self.agent.emit(event)

    async def _carry(self) -> None:
        """Sends a packet each 20 ms, as a track would."""
        due = time.monotonic()
        while True:
            packet = self.playout.next_packet() if self.hears else None
            if packet is not None:
                self.sent.append(packet)
            self.agent.tick(self.now_ms())
            due += TICK_S
            await asyncio.sleep(max(0.0, due - time.monotonic()))

    # -- the caller -----------------------------------------------------------------------

    async def starts_speaking(self) -> None:
        at = self.now_ms()
        await asyncio.sleep(VAD_MS / 1000)
        self.emit(SpeechStarted(Speaker.CALLER, at))

    def recognised(self, text: str) -> None:
        now = self.now_ms()
        self.emit(InterimChanged(self.numbers.upcoming, Speaker.CALLER, text, now - 300, now))

    async def stops_speaking(self, text: str) -> None:
        at = self.now_ms()
        await asyncio.sleep(VAD_MS / 1000)
        self.emit(SpeechEnded(Speaker.CALLER, at))
        self.emit(SegmentFinal(self.numbers.take(), Speaker.CALLER, text, at - 300, at))

    async def says(self, text: str, length_s: float = 0.2) -> None:
        await self.starts_speaking()
        await asyncio.sleep(length_s)
        await self.stops_speaking(text)

    # -- what was told --------------------------------------------------------------------

    def of(self, kind: type[E]) -> list[E]:
        return [event for event in self.events if isinstance(event, kind)]

    def said(self, speaker: Speaker = Speaker.AGENT) -> list[SegmentFinal]:
        return [e for e in self.of(SegmentFinal) if e.speaker is speaker]

    async def until(self, true: Callable[[], Any], what: str = "it") -> None:
        deadline = time.monotonic() + LIMIT_S
        while not true():
            assert time.monotonic() < deadline, f"{what} did not happen: {self.events[-5:]}"
            await asyncio.sleep(0.005)


async def _no_calls(_query: str, _limit: int) -> list[EarlierCall]:
    return []
