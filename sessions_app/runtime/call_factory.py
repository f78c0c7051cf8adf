"""Builds calls: the parts that one runs with, its database row, and the live session."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from django.conf import settings
from django.utils import timezone

from sessions_app.engine.audio.demux import Demuxers
from sessions_app.engine.audio.playout import Playout
from sessions_app.engine.audio.vad.base import Vad
from sessions_app.engine.core.agent_config import AgentConfig
from sessions_app.engine.core.clock import CallClock
from sessions_app.engine.core.commands import Offer, StartStream
from sessions_app.engine.core.errors import BadOfferError, LanguageNotSupportedError
from sessions_app.engine.core.events import CallEvent, Speaker
from sessions_app.engine.core.placeholders import personalised
from sessions_app.engine.core.reservations import Reservation
from sessions_app.engine.core.states import CallState, EndReason
from sessions_app.engine.core.transport import Transport
from sessions_app.engine.core.usage import CallUsage
from sessions_app.engine.recording.append_files import FileWriter
from sessions_app.engine.recording.lanes import LaneRecorder
from sessions_app.engine.rtc.video import VideoLine
from sessions_app.engine.session.agent_parts import AgentParts, CallControls
from sessions_app.engine.session.agent_session import AgentSession
from sessions_app.engine.session.call_parts import CallSides, Ownership
from sessions_app.engine.session.call_session import CallSession
from sessions_app.engine.session.inbound_audio import InboundAudio
from sessions_app.engine.session.supervisor import Limits
from sessions_app.engine.session.transcriber import SegmentNumbers, Transcriber
from sessions_app.engine.stt.base import Recogniser, RecogniserStream
from sessions_app.engine.text.languages import same_language
from sessions_app.engine.websocket.sources import opener
from sessions_app.models import Agent, Call
from sessions_app.models.call import RECORDING_OFF, new_public_id
from sessions_app.runtime import broadcast, connection_checks, redaction
from sessions_app.runtime.agents import AgentBackends, agent_not_ready, earlier_calls
from sessions_app.runtime.connection_checks import CheckTone
from sessions_app.runtime.monitoring.call_figures import CallFigures, CallFigureSink
from sessions_app.runtime.recognisers import Recognisers
from sessions_app.runtime.settings import VoiceConfig, load_backend
from sessions_app.runtime.store import Store, StoreSink
from sessions_app.runtime.transports import Connection
from sessions_app.runtime.usage import UsageSink, name_of
from sessions_app.services import agents, calls, tickets
from sessions_app.services.authentication import Principal

logger = logging.getLogger(__name__)

RECOGNISER, VOICE = "recogniser", "voice"
READY_S = 2.5
"""An engine that takes longer to report whether it is ready counts as not ready.

Lower reports busy engines as down; higher makes the health check slower than its callers allow.
"""

CALLER_LANE, AGENT_LANE = "caller.ogg", "agent.ogg"

CallRequest = Offer | StartStream
"""What a client sends to start a call, or to move one to another connection."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """The parts that a requested call will run with; nothing of it is stored yet.

    `stream` is the recogniser's. Without `parts` the agent only transcribes. `tone` is what a check
    sends.
    """

    agent: Agent
    agent_config: AgentConfig
    recogniser: Recogniser
    stream: RecogniserStream
    numbers: SegmentNumbers
    clock: CallClock
    parts: AgentParts | None = None
    video: VideoLine | None = None
    usage: CallUsage = field(default_factory=CallUsage)
    tone: CheckTone | None = None

    @property
    def playout(self) -> Playout | None:
        """The queue of the agent's voice, or of a check's tone; None if there is neither."""
        sends = self.parts or self.tone
        return sends.playout if sends is not None else None


class CallFactory:
    """Owns the recognisers, the VAD, the agents' backends and the lane files.

    One per process, used on its event loop.
    """

    def __init__(
        self,
        config: VoiceConfig,
        store: Store,
        worker: str,
        figures: CallFigures | None = None,
    ) -> None:
        self._config = config
        self._figures = figures or CallFigures()
        self._store = store
        self._worker = worker
        self._files = FileWriter()
        self.recognisers = Recognisers()
        self._vad: Vad | None = None
        self._demuxers = Demuxers()
        self.agents = AgentBackends()
        self.open_source = opener(self._demuxers)

    async def start(self) -> None:
        """Loads the backends in VOICE; one that cannot run is logged, and its calls are refused."""
        vad: Vad = load_backend("VADS", "default")
        await vad.start()
        self._vad = vad
        await self.recognisers.start()
        await self.agents.start()

    async def aclose(self) -> None:
        """Frees everything; may be called twice."""
        await self.recognisers.aclose()
        await self.agents.aclose()
        if self._vad is not None:
            await self._vad.aclose()
        self._demuxers.close()
        await self._files.aclose()

    def fallbacks_in_use(self) -> dict[str, str]:
        """Returns the recognisers that are out, each with the one that writes in its place."""
        return self.recognisers.fallbacks_in_use()

    async def ready(self, part: str) -> bool:
        """Returns whether the default RECOGNISER or VOICE would serve a call now."""
        engine = self.recognisers.default if part == RECOGNISER else self.agents.default_voice
        if engine is None:
            return False
        try:
            async with asyncio.timeout(READY_S):
                return await engine.ready()
        except TimeoutError:
            return False

    @asynccontextmanager
    async def prepared(
        self, request: CallRequest, reservation: Reservation
    ) -> AsyncIterator[Prepared]:
        """Yields the parts of a requested call; frees them on an exception.

        Everything that can refuse a call does so here, before it exists. The recogniser's capacity
        for the call is added to `reservation`, and the agent's fixed phrases start to be
        synthesised.

        Raises UnknownAgentError, AgentNotReadyError, LanguageNotSupportedError, SynthesiserError
        (not retryable); BusyError (retryable) if the recogniser takes no further call.
        """
        agent = await self._store.run(calls.agent_for, request.agent)
        with agent_not_ready(agent):
            recogniser = self.recognisers.get(agent.recogniser)
        reservation.include(recogniser.reserve())
        agent_config = await self._agent_config(agents.config_of(agent), request, recogniser)
        if request.check:
            agent_config = connection_checks.listening(agent_config)
        prepared = self._open_parts(agent, agent_config, recogniser)
        if request.check:
            prepared = replace(prepared, tone=CheckTone(prepared.clock))
        try:
            self.agents.prepare(agent_config)
            yield prepared
        except BaseException:
            await prepared.stream.aclose()
            raise

    async def check(self, request: CallRequest) -> None:
        """Raises what `prepared` would raise for a request, and frees everything again."""
        reservation = Reservation()
        try:
            async with self.prepared(request, reservation) as prepared:
                await prepared.stream.aclose()
        finally:
            reservation.release()

    def _open_parts(
        self, agent: Agent, agent_config: AgentConfig, recogniser: Recogniser
    ) -> Prepared:
        clock, numbers, usage = CallClock(), SegmentNumbers(), CallUsage()
        with agent_not_ready(agent):
            parts = None
            if agent_config.answers:
                playout = Playout(lambda: clock.now_ms(time.monotonic()))
                parts = self.agents.parts(agent_config, playout, numbers, usage)
            redaction.finder_of(agent_config)
            stream = recogniser.open(agent_config.language, agent_config.phrases)
        seen = self._config.video if agent_config.answers else None
        video = VideoLine(seen) if seen is not None else None
        sides = stream, numbers, clock, parts, video, usage
        return Prepared(agent, agent_config, recogniser, *sides)

    async def _agent_config(
        self, agent_config: AgentConfig, request: CallRequest, recogniser: Recogniser
    ) -> AgentConfig:
        """Returns the agent's configuration with the client's own language, voice and variables."""
        agent_config = personalised(agent_config, request.data.variables)
        if request.language and not same_language(request.language, agent_config.language):
            if not recogniser.knows(request.language):
                known = ", ".join(sorted(recogniser.capabilities.languages or ()))
                raise LanguageNotSupportedError(
                    f"This agent does not understand {request.language[:20]!r}; it knows: {known}. "
                    "Ask for one of these, or for none."
                )
            agent_config = replace(agent_config, language=request.language)
        if request.voice and agent_config.answers:
            await self.agents.check_voice(agent_config, request.voice)
            agent_config = replace(agent_config, voice=request.voice)
        return self.agents.with_hints(agent_config)

    async def create(
        self,
        by: Principal,
        prepared: Prepared,
        request: CallRequest,
        connection: Connection[Any],
        limits: Limits,
    ) -> CallSession:
        """Stores a call and returns its session, which is not started yet.

        Its ticket, if it came with one, is used up. A check is not stored. Raises BadOfferError
        (not retryable) for an offer that was used before.
        """
        if prepared.tone is not None:
            return self._check(by, prepared, connection, prepared.tone, limits)
        call = await self._store_row(
            by, prepared, request, transport=connection.name, key=connection.offer_key
        )
        try:
            return self._session(call, prepared, connection.transport, limits, by.address)
        except BaseException:
            # otherwise the call would later count as one whose process died
            failed = CallState.FAILED
            reason = EndReason.INTERNAL_ERROR
            await self._store.run(calls.move, call.public_id, failed, reason=reason)
            raise

    async def _store_row(
        self, by: Principal, prepared: Prepared, request: CallRequest, *, transport: str, key: str
    ) -> Call:
        call_id = new_public_id()
        records = request.records and settings.VOICE["RECORDING"]
        try:
            call, created = await self._store.run(
                tickets.create_call,
                by,
                prepared.agent,
                call_id=call_id,
                door=request.door,
                transport=transport,
                recogniser=prepared.agent.recogniser,
                worker=self._worker,
                offer_key=key,
                language=prepared.agent_config.language,
                consented_at=timezone.now() if records else None,
                consent_notice=request.notice if records else "",
                persona=_as_kept(prepared),
                data=request.data,
            )
        except BaseException:
            # cancelled or timed out: the thread may still be storing it
            self._store.note(f"undo {call_id}", tickets.undo_call, call_id)
            raise
        if not created:
            raise BadOfferError("This offer has already been used for a call. Make a new offer.")
        return call

    def _check(
        self,
        by: Principal,
        prepared: Prepared,
        connection: Connection[Any],
        tone: CheckTone,
        limits: Limits,
    ) -> CallSession:
        whose = connection_checks.new_id(), by.party, connection.offer_key, by.address
        sides = CallSides(
            self._inbound(prepared, None), playout=tone.playout, numbers=prepared.numbers
        )
        transport, messages = connection.transport, self._config.messages
        session = CallSession(
            Ownership(*whose), transport, sides, prepared.clock, limits, messages=messages
        )
        session.add_sink(tone)
        return session

    def _session(
        self, call: Call, prepared: Prepared, transport: Transport, limits: Limits, address: str
    ) -> CallSession:
        caller_lane = self._lane(call, CALLER_LANE)
        agent_lane = None
        if prepared.playout is not None:
            prepared.playout.lane = agent_lane = self._lane(call, AGENT_LANE)
        session = CallSession(
            Ownership(call.public_id, call.party, call.offer_key, address),
            transport,
            CallSides(
                self._inbound(prepared, caller_lane),
                self._agent(call, prepared, prepared.parts) if prepared.parts is not None else None,
                agent_lane,
                prepared.playout,
                prepared.video,
                prepared.numbers,
                self._config.keys,
            ),
            prepared.clock,
            limits,
            messages=self._config.messages,
        )
        session.desk.tells_caller = self._config.listening_notice
        redaction.begin(session, call, prepared.agent_config, self._store)
        counted = call.public_id, str(call.door), prepared.usage, session.now_ms
        session.add_sink(CallFigureSink(self._figures, *counted))
        session.add_sink(UsageSink(self._store, call.pk, call.public_id, prepared.usage))
        session.add_sink(StoreSink(self._store, call.pk, call.public_id))
        session.add_sink(broadcast.BroadcastSink(call.public_id))
        return session

    def _inbound(
        self, prepared: Prepared, lane: LaneRecorder | None
    ) -> Callable[[Callable[[CallEvent], None]], InboundAudio]:
        vad = self._vad
        assert vad is not None  # noqa: S101 - `start` was awaited

        def make(emit: Callable[[CallEvent], None]) -> InboundAudio:
            capabilities = prepared.recogniser.capabilities
            transcriber = Transcriber(
                prepared.stream,
                Speaker.CALLER,
                prepared.numbers,
                emit,
                language=prepared.agent_config.language,
                gated=not capabilities.continuous,
                figures=self._config.figures,
                marks=capabilities.marks,
                usage=prepared.usage,
                recogniser=name_of(prepared.agent.recogniser, prepared.recogniser),
            )
            if prepared.parts is None:  # without an agent no turn depends on pauses
                return InboundAudio(vad, transcriber, lane, emit)
            model = prepared.parts.turn_manager.endpointer.turn_model
            return InboundAudio(vad, transcriber, lane, emit, pauses=True, turn_model=model)

        return make

    def _agent(
        self, call: Call, prepared: Prepared, parts: AgentParts
    ) -> Callable[[CallControls], AgentSession]:
        agent_parts = replace(
            parts,
            find_earlier=earlier_calls(self._store, call.party, call.pk),
            call_id=call.public_id,
            video=prepared.video,
            notes=self._config.notes,
        )

        judge = agent_parts.turn_manager.judge
        judge.scores_declared = lambda: prepared.recogniser.serving.scores_pauses

        def make(call_controls: CallControls) -> AgentSession:
            return AgentSession(agent_parts, call_controls)

        return make

    def _lane(self, call: Call, name: str) -> LaneRecorder | None:
        if call.consented_at is None:
            return None
        return LaneRecorder(self._files.open(self._config.lanes_dir / call.public_id / name))


def _as_kept(prepared: Prepared) -> dict[str, Any]:
    """Returns the agent with its texts as they were written: the variables are kept separately."""
    written = {"prompt": prepared.agent.prompt, "greeting": prepared.agent.greeting}
    off = {} if settings.VOICE["RECORDING"] else {RECORDING_OFF: True}  # nobody was asked
    return prepared.agent_config.as_json() | written | off
