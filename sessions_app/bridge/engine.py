"""The engine of a process: places calls, finds them again, and ends them all."""

import asyncio
import hashlib
import logging
import os
import secrets
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass

from django.utils import timezone

from sessions_app.bridge import broadcast
from sessions_app.bridge.agents import AgentParts, earlier_calls
from sessions_app.bridge.conf import VoiceConfig, backend_names, load_backend, voice_config
from sessions_app.bridge.doors import DoorPlan, plan_of
from sessions_app.bridge.metrics import LoopLag
from sessions_app.bridge.store import Store, StoreSink
from sessions_app.calls.conversing import Conversing, Line
from sessions_app.calls.listening import Listening
from sessions_app.calls.registry import Registry
from sessions_app.calls.session import CallSession, Ownership, Sides
from sessions_app.calls.transcribing import SegmentNumbers, Transcribing
from sessions_app.core.clock import CallClock
from sessions_app.core.commands import Candidate, Interrupt, Offer, PauseAgent, Say
from sessions_app.core.errors import BadOfferError, RecogniserError, UnknownCallError
from sessions_app.core.events import CallEvent, Speaker
from sessions_app.core.persona import Persona
from sessions_app.core.ports import EventSink
from sessions_app.core.states import EndReason
from sessions_app.media.files import FileWriter
from sessions_app.media.playout import Playout
from sessions_app.media.recording import LaneRecorder
from sessions_app.models import Agent, Call
from sessions_app.services import agents, calls
from sessions_app.speech.recognisers.base import Recogniser
from sessions_app.speech.vad.base import Vad
from sessions_app.transports import ice
from sessions_app.transports.webrtc import WebRTCTransport

logger = logging.getLogger(__name__)

BEAT_S = 5.0
READY_S = 3.0
CALLER_LANE, AGENT_LANE = "caller.ogg", "agent.ogg"


@dataclass(frozen=True, slots=True)
class Placed:
    """A call that was answered: its id and the answer's SDP."""

    call_id: str
    sdp: str


@dataclass(frozen=True, slots=True)
class _Media:
    """What carries one call's audio; a playout for an agent that answers."""

    transport: WebRTCTransport
    clock: CallClock
    playout: Playout | None


def offer_key(sdp: str) -> str:
    """Returns what makes a retried offer the same call: digest of fingerprint and ufrag."""
    identity = ice.identity(sdp)
    return hashlib.sha256(identity.encode()).hexdigest() if identity else ""


class Engine:
    """One a process, on its event loop. Everything a door may ask of the live calls."""

    def __init__(self, config: VoiceConfig) -> None:
        self._config = config
        self.worker = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
        self.store = Store()
        self.lag = LoopLag()
        self._registry = Registry(config.max_calls, self._call_over)
        self._files = FileWriter()
        self._recognisers: dict[str, Recogniser] = {}
        self.agents = AgentParts()
        self._vad: Vad | None = None
        self._answers: dict[str, asyncio.Task[Placed]] = {}
        self._beating: asyncio.Task[None] | None = None
        self._starting: asyncio.Task[None] | None = None

    # -- the process ------------------------------------------------------------------

    async def start(self) -> None:
        """Makes recognisers and VAD ready; may be called twice, and by several at once."""
        if self._starting is None:
            self._starting = asyncio.create_task(self._start())
        await asyncio.shield(self._starting)

    async def _start(self) -> None:
        if self._config.offer_loopback:
            ice.offer_loopback()
        self.store.start()
        vad: Vad = load_backend("VADS", "default")
        await vad.start()
        self._vad = vad
        for name in backend_names("RECOGNISERS"):
            recogniser: Recogniser = load_backend("RECOGNISERS", name)
            try:
                await recogniser.start()
            except RecogniserError as error:
                logger.exception("recogniser %r cannot run: %s", name, error.message)
            self._recognisers[name] = recogniser
        await self.agents.start()
        self._beating = asyncio.create_task(self._beat())
        self.lag.start()  # what loading cost is nobody's choppy audio

    async def recogniser_ready(self) -> bool:
        """Returns whether the default recogniser would serve a call now."""
        recogniser = self._recognisers.get("default")
        if recogniser is None:
            return False
        try:
            return await asyncio.wait_for(recogniser.ready(), READY_S)
        except TimeoutError:
            return False

    @property
    def live_calls(self) -> int:
        """How many calls this process carries."""
        return len(self._registry)

    async def drain(self) -> None:
        """Ends every call with its last words stored, and frees all; in seconds."""
        await self._registry.drain()
        await broadcast.drain()
        if self._beating is not None:
            self._beating.cancel()
            await asyncio.gather(self._beating, return_exceptions=True)
        for recogniser in self._recognisers.values():
            await recogniser.aclose()
        await self.agents.aclose()
        if self._vad is not None:
            await self._vad.aclose()
        await self._files.aclose()
        await self.lag.aclose()
        await self.store.aclose()

    # -- calls --------------------------------------------------------------------------

    async def place(self, owner_id: int, offer: Offer) -> Placed:
        """Answers an offer; the same offer again gets the same call and answer.

        Raises BusyError (retryable), BadOfferError, UnknownAgentError.
        """
        key = offer_key(offer.sdp)
        task_key = f"{owner_id}:{key}"
        task = self._answers.get(task_key) if key else None
        if task is None:
            task = asyncio.create_task(self._place(owner_id, offer, key))
            self._answers[task_key] = task
            task.add_done_callback(lambda done: self._answered(task_key, done))
        return await asyncio.shield(task)

    async def add_candidate(self, call_id: str, owner_id: int, candidate: Candidate) -> None:
        """Hands a candidate on; raises UnknownCallError, BadCandidateError."""
        await self._registry.get(call_id, owner_id).transport.add_candidate(candidate)

    def find(self, call_id: str, owner_id: int) -> CallSession:
        """Returns a live call of that owner; raises UnknownCallError."""
        return self._registry.get(call_id, owner_id)

    def engaged(self, call_id: str, owner_id: int, offer: Offer) -> bool:
        """Returns whether a call goes on that is not the one `offer` started."""
        try:
            session = self._registry.get(call_id, owner_id)
        except UnknownCallError:
            return False
        return session.live and session.ownership.offer_key != offer_key(offer.sdp)

    def join(self, call_id: str, owner_id: int, sink: EventSink, after_seq: int = 0) -> None:
        """Tells `sink` of a live call: its state, the finals after `after_seq`, all to come.

        Raises UnknownCallError.
        """
        session = self._registry.get(call_id, owner_id)
        for final in session.finals_after(after_seq):
            sink.emit(final)
        for event in session.standing():
            sink.emit(event)
        session.add_sink(sink)
        session.client_joined()

    def leave(self, call_id: str, owner_id: int, sink: EventSink) -> None:
        """Tells `sink` nothing more; the call goes on."""
        try:
            session = self._registry.get(call_id, owner_id)
        except UnknownCallError:
            return  # the call was over first
        session.remove_sink(sink)
        session.client_left()

    def hang_up(self, call_id: str, owner_id: int, reason: EndReason) -> None:
        """Starts to end a call; raises UnknownCallError. `bye` follows its last words."""
        self._registry.get(call_id, owner_id).end_soon(reason)

    def tell_agent(
        self, call_id: str, owner_id: int, command: Say | Interrupt | PauseAgent
    ) -> None:
        """Hands a wish to the call's agent; raises UnknownCallError, NoAgentError."""
        agent = self._registry.get(call_id, owner_id).agent
        if isinstance(command, Say):
            agent.say(command.text)
        elif isinstance(command, Interrupt):
            agent.interrupt()
        else:
            agent.pause(command.paused)

    def _answered(self, task_key: str, task: "asyncio.Task[Placed]") -> None:
        """Forgets an answer that failed; one that stands is kept while its call lives."""
        if task.cancelled() or task.exception() is not None:
            self._answers.pop(task_key, None)

    def _call_over(self, session: CallSession) -> None:
        owned = session.ownership
        self._answers.pop(f"{owned.owner_id}:{owned.offer_key}", None)

    async def _place(self, owner_id: int, offer: Offer, key: str) -> Placed:
        self._registry.admit()
        await self.start()
        agent = await self.store.run(calls.agent_for, offer.agent)
        persona = agents.persona_of(agent)
        self.agents.prepare(persona)
        plan = plan_of(offer.door, self._config.results_input_s)
        media = self._media(persona, plan)
        try:
            answer = await media.transport.answer(offer.sdp)
            recogniser = self._recogniser(agent)
            call = await self._create(owner_id, agent, persona, offer, key)
            session = self._session(call, persona, media, recogniser, plan)
        except BaseException:
            await media.transport.aclose()
            raise
        session.add_sink(plan.outlet(offer, media.transport))
        self._registry.add(session)
        session.start()
        logger.info("call %s placed", call.public_id)
        return Placed(call.public_id, answer)

    def _media(self, persona: Persona, plan: DoorPlan) -> _Media:
        clock = CallClock()
        playout = Playout(lambda: clock.now_ms(time.monotonic())) if persona.answers else None
        configuration = ice.configuration(self._config.ice_servers)
        transport = WebRTCTransport(configuration, clock, playout=playout, channel=plan.channel)
        return _Media(transport, clock, playout)

    def _recogniser(self, agent: Agent) -> Recogniser:
        recogniser = self._recognisers.get(agent.recogniser)
        if recogniser is None:
            raise RecogniserError(
                f"The agent's recogniser {agent.recogniser!r} is not among VOICE['RECOGNISERS']."
            )
        return recogniser

    async def _create(
        self, owner_id: int, agent: Agent, persona: Persona, offer: Offer, key: str
    ) -> Call:
        call, created = await self.store.run(
            calls.create,
            owner_id,
            agent,
            door=offer.door,
            transport="webrtc",
            recogniser=agent.recogniser,
            worker=self.worker,
            offer_key=key,
            consented_at=timezone.now() if offer.records else None,
            consent_notice=offer.notice if offer.records else "",
            persona=persona.as_json(),
        )
        if not created:
            raise BadOfferError("This offer was used for a call before. Make a new offer.")
        return call

    def _session(
        self,
        call: Call,
        persona: Persona,
        media: _Media,
        recogniser: Recogniser,
        plan: DoorPlan,
    ) -> CallSession:
        vad = self._vad
        assert vad is not None  # noqa: S101 - `start` was awaited
        numbers = SegmentNumbers()
        caller_lane = self._lane(call, CALLER_LANE)
        agent_lane = None
        if media.playout is not None:
            media.playout.lane = agent_lane = self._lane(call, AGENT_LANE)

        def listening(emit: Callable[[CallEvent], None]) -> Listening:
            transcribing = Transcribing(recogniser, persona.language, Speaker.CALLER, numbers, emit)
            return Listening(vad, transcribing, caller_lane, emit)

        def conversing(line: Line) -> Conversing:
            assert media.playout is not None  # noqa: S101 - made for agents that answer
            find = earlier_calls(self.store, call.owner_id, call.pk)
            return Conversing(
                self.agents.parts(persona, media.playout, numbers, find, call.public_id), line
            )

        session = CallSession(
            Ownership(call.public_id, call.owner_id, call.offer_key),
            media.transport,
            Sides(listening, conversing if media.playout is not None else None, agent_lane),
            media.clock,
            plan.limits(self._config.limits),
        )
        session.add_sink(StoreSink(self.store, call.pk, call.public_id))
        session.add_sink(broadcast.BroadcastSink(call.public_id))
        return session

    def _lane(self, call: Call, name: str) -> LaneRecorder | None:
        if call.consented_at is None:
            return None
        return LaneRecorder(self._files.open(self._config.lanes_dir / call.public_id / name))

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(BEAT_S)
            ids = [session.call_id for session in self._registry]
            if ids:
                self.store.post(calls.beat, ids, timezone.now())


# -- the process's engine ------------------------------------------------------------------

_engine: Engine | None = None


def current() -> Engine:
    """Returns this process's engine; makes it at the first call."""
    global _engine  # noqa: PLW0603 - one engine a process is the point
    if _engine is None:
        _engine = Engine(voice_config())
    return _engine


async def start() -> None:
    """Makes this process ready for calls."""
    started = time.monotonic()
    await current().start()
    logger.info("the voice engine is ready after %.1f s", time.monotonic() - started)


async def drain() -> None:
    """Ends this process's calls and frees what they used; does nothing without an engine."""
    global _engine
    if _engine is not None:
        engine, _engine = _engine, None
        await engine.drain()
