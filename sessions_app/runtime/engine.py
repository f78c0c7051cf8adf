"""The engine of a process: starts calls, finds them for the doors, and ends them all."""

import asyncio
import logging
import os
import socket
import time
from typing import Any

from django.utils import timezone

from sessions_app.engine.core.commands import Candidate, Offer, StartStream, ToCall
from sessions_app.engine.core.errors import UnknownCallError
from sessions_app.engine.core.party import Party
from sessions_app.engine.core.ports import EventSink
from sessions_app.engine.core.states import EndReason
from sessions_app.engine.rtc.loop.media_loop import MediaLoop
from sessions_app.engine.rtc.sdp.offers import read_offer
from sessions_app.engine.session.call_session import CallSession
from sessions_app.engine.session.registry import Registry
from sessions_app.runtime import broadcast, ended_by_staff, endings, stored_settings
from sessions_app.runtime.answered_offers import AnsweredCall, AnsweredOffers
from sessions_app.runtime.call_admission import CallAdmission
from sessions_app.runtime.call_factory import CallFactory, CallRequest
from sessions_app.runtime.changed_offers import ChangedOffers
from sessions_app.runtime.health_checks import Faults
from sessions_app.runtime.media_processes import NAME
from sessions_app.runtime.metrics import LoopLag
from sessions_app.runtime.monitoring.call_figures import CallFigures
from sessions_app.runtime.peers import Peers
from sessions_app.runtime.placement import Placement, StreamedCall
from sessions_app.runtime.recognisers import Recognisers
from sessions_app.runtime.settings import VoiceConfig, voice_config
from sessions_app.runtime.store import Store
from sessions_app.runtime.transports import Transports
from sessions_app.services import calls
from sessions_app.services.authentication import Principal

logger = logging.getLogger(__name__)

LAST_WORDS_S = 0.4
"""How long the last writes may take while the process stops; a batch waits 250 ms.

Lower loses last words; higher leaves less of the shutdown's time for freeing resources.
"""

BEAT_S = 5.0
"""Between two heartbeats of the live calls. The reaper ends calls without one for longer.

Lower costs queries; higher ends the calls of dead processes later.
"""

RENEW_S = 0.5
"""Between two looks for settings that have changed. It costs nothing; higher makes them later."""


class Engine:
    """Everything that a door may do with the live calls. One per process, on its event loop."""

    def __init__(self, config: VoiceConfig) -> None:
        self._config = config
        self.worker = f"{socket.gethostname()}:{os.getpid()}:{NAME}"
        self.store = Store()
        self.faults = Faults(config, self.store.late)
        self.figures = CallFigures()
        self.media = media = MediaLoop()
        self.lag = LoopLag(media.ticks, config.max_lag_ms)
        self._registry = Registry(
            config.max_calls, media.ticks, self._call_over, late=self.lag.late
        )
        self._admission = CallAdmission(config, self._registry)
        self._factory = CallFactory(config, self.store, self.worker, self.figures)
        self._transports = Transports(config, self._factory.open_source, media)
        self._changed_offers = ChangedOffers(self._registry, self._admission, self._transports)
        self._placement = Placement(
            config,
            self._registry,
            self._admission,
            self.faults,
            self._factory,
            self._transports,
            self._changed_offers,
            self.store,
            self.start,
        )
        self._answered_offers = AnsweredOffers(
            self._placement.answer, self._changed_offers.change, self._is_live
        )
        self.peers = Peers(self._changed_offers.renegotiate)
        self._working: list[asyncio.Task[None]] = []
        self._starting: asyncio.Task[None] | None = None

    # -- the process ------------------------------------------------------------------

    async def start(self) -> None:
        """Loads recognisers, voices and VAD; may be called twice, and concurrently."""
        if self._starting is None:
            self._starting = asyncio.create_task(self._start())
        await asyncio.shield(self._starting)

    async def _start(self) -> None:
        self._transports.start()
        self.store.start()
        self.faults.start()
        self._admission.start()
        await self._factory.start()
        works = (
            self._beat(),
            self._renew(),
            ended_by_staff.end_flagged_calls(self.store, self._registry),
        )
        self._working = [asyncio.create_task(work) for work in works]
        self.lag.start()  # after loading, which delays the loop but no call's audio

    async def ready(self, part: str) -> bool:
        """Returns whether the default RECOGNISER or VOICE would serve a call now."""
        return await self._factory.ready(part)

    def load(self) -> dict[str, Any]:
        """Returns the counts of calls, the free slots and the faulty parts, for health checks."""
        calls, faults = self._registry, self.faults.now()
        room = 0 if any(fault.refuses for fault in faults) else calls.free_slots
        counts = {"calls": len(calls), "begun": calls.total_started, "room": room, "full": not room}
        parts = [fault.part for fault in faults]
        return counts | {"faults": parts, "stand_ins": self.fallbacks_in_use()}

    def fallbacks_in_use(self) -> dict[str, str]:
        """Returns the recognisers that are out, each with the one that writes in its place."""
        return self._factory.fallbacks_in_use()

    @property
    def recognisers(self) -> Recognisers:
        """The recognisers of this process."""
        return self._factory.recognisers

    async def wind_down(self) -> None:
        """Refuses new calls; returns when those that are there have ended by themselves."""
        self.faults.stopping = True
        await self._registry.emptied()

    async def drain(self) -> None:
        """Ends every call, stores the last words, and frees everything; takes some seconds.

        If it is cancelled before all calls have ended, everything said so far is stored.
        """
        try:
            await self._registry.drain()
            await broadcast.drain()
        finally:
            await self.store.drain(LAST_WORDS_S)
        working = [*self._working, *([self._starting] if self._starting else [])]
        for task in working:  # a start in progress would create again what is freed next
            task.cancel()
        await asyncio.gather(*working, return_exceptions=True)
        await self._admission.aclose()
        await self._factory.aclose()
        await self.lag.aclose()
        await self.store.aclose()
        await self.faults.aclose()

    # -- calls --------------------------------------------------------------------------

    async def place(self, by: Principal, offer: Offer) -> AnsweredCall:
        """Answers an offer, which starts a call; a repeated offer gets the same call and answer.

        A changed offer of a known connection renegotiates it. Raises BusyError (retryable),
        BadOfferError, UnknownAgentError, AgentNotReadyError (not retryable).
        """
        with self.figures.counted_errors():
            return await self._answered_offers.answer(by, offer)

    def call_of(self, party: Party, offer: Offer) -> str:
        """Returns the id of the live call that this offer started or moved; empty for none."""
        return self._answered_offers.call_of(party, offer)

    async def add_candidate(self, call_id: str, party: Party, candidate: Candidate) -> None:
        """Adds an ICE candidate to a call's connection.

        Raises UnknownCallError, BadCandidateError (not retryable), BusyError (retryable).
        """
        session = self._registry.get(call_id, party)
        self._admission.candidate(party.key, session.ownership.address)
        await session.transport.add_candidate(candidate)

    def find(self, call_id: str, party: Party) -> CallSession:
        """Returns the party's live call; raises UnknownCallError (not retryable)."""
        return self._registry.get(call_id, party)

    def lives(self, call_id: str) -> bool:
        """Returns whether the call is in this process."""
        return self._registry.has(call_id)

    def engaged(self, call_id: str, party: Party, offer: Offer) -> bool:
        """Returns whether the call is live and is not the one that `offer` started or moved.

        Raises BadOfferError for an offer that no call could answer.
        """
        try:
            session = self._registry.get(call_id, party)
        except UnknownCallError:
            return False
        if not session.live or self._answered_offers.call_of(party, offer) == call_id:
            return False
        read_offer(offer.sdp, first=False)
        return True

    def join(
        self,
        call_id: str,
        party: Party,
        sink: EventSink,
        after_seq: int = 0,
        *,
        returns: bool = False,
    ) -> None:
        """Emits a call's state, the finals after `after_seq` and all further events to `sink`.

        `returns` says that its client reconnects by itself. Raises UnknownCallError.
        """
        session = self._registry.get(call_id, party)
        for final in session.finals_after(after_seq):
            sink.emit(final)
        for event in session.catch_up():
            sink.emit(event)
        session.add_sink(sink)
        session.client_joined(returns=returns)

    def leave(self, call_id: str, party: Party, sink: EventSink, *, for_good: bool = False) -> None:
        """Emits nothing more to `sink`; the call continues while its media flows.

        `for_good` says that the client closed its socket itself, and no network failure did.
        """
        try:
            session = self._registry.get(call_id, party)
        except UnknownCallError:
            return  # the call has ended already
        session.remove_sink(sink)
        if for_good:
            session.client_left()

    def hang_up(self, call_id: str, party: Party, reason: EndReason) -> None:
        """Starts to end a call, which emits its last words first; raises UnknownCallError."""
        self._registry.get(call_id, party).end_soon(reason)

    def execute(self, call_id: str, party: Party, command: ToCall) -> None:
        """Executes a client's command; raises UnknownCallError and what `CallSession` does."""
        self._registry.get(call_id, party).execute(command)

    def _is_live(self, call_id: str) -> bool:
        return any(session.call_id == call_id and session.live for session in self._registry)

    def _call_over(self, session: CallSession) -> None:
        self.figures.over(session.call_id, EndReason.INTERNAL_ERROR)  # if its end failed
        self._placement.forget(session.call_id)
        self._answered_offers.forget(session.call_id)
        self._changed_offers.forget(session.call_id)

    def count_offer(self, by: Principal) -> None:
        """Counts the announcement of an offer as an offer; raises BusyError (retryable)."""
        self._admission.offer(by.party.key, by.address)

    def check_faults(self) -> None:
        """Raises BusyError (retryable), with the reason, while a new call might lose data."""
        self.faults.refuse()

    async def check_request(self, request: CallRequest) -> None:
        """Raises what would refuse a call, before there is an offer for it."""
        await self.start()
        await self._factory.check(request)

    async def renegotiate(self, call_id: str, party: Party, sdp: str) -> str:
        """Returns the answer to a later offer of the connection that a call has.

        Raises UnknownCallError, BadOfferError, BusyError (retryable).
        """
        return await self._changed_offers.renegotiate(call_id, party, sdp)

    # -- calls over a socket ----------------------------------------------------------------

    async def stream(self, by: Principal, request: StartStream) -> StreamedCall:
        """Starts a call whose audio comes over a socket, or moves a live one there.

        Pass the socket's messages to its transport. Raises BusyError (retryable), and, not
        retryable, UnknownCallError, UnknownAgentError, AgentNotReadyError, MediaError,
        LanguageNotSupportedError, SynthesiserError.
        """
        with self.figures.counted_errors():
            return await self._placement.stream(by, request)

    async def _renew(self) -> None:
        """Gives new calls the backends that operators have set in the admin."""
        known = -1
        while True:
            if (found := stored_settings.generation()) != known:
                known = found
                await self._factory.agents.renew()
            await asyncio.sleep(RENEW_S)

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(BEAT_S)
            ids = [session.call_id for session in self._registry]
            if ids:
                self.store.note("beat", calls.beat, ids, timezone.now())


# -- the process's engine ------------------------------------------------------------------

_engine: Engine | None = None


def current() -> Engine:
    """Returns this process's engine; creates it at the first call."""
    global _engine  # noqa: PLW0603 - one engine a process is the point
    if _engine is None:
        _engine = Engine(voice_config())
    return _engine


def session_of(call_id: str, party: Party) -> CallSession:
    """Returns a live call of this process; raises UnknownCallError, also without an engine."""
    if _engine is None:
        raise UnknownCallError("There is no live call with this id here.")
    return _engine.find(call_id, party)


def fallbacks_in_use() -> dict[str, str]:
    """Returns what `Engine.fallbacks_in_use` does; nothing where no engine was needed yet."""
    return _engine.fallbacks_in_use() if _engine is not None else {}


async def start() -> None:
    """Makes this process ready for calls."""
    started = time.monotonic()
    await current().start()
    logger.info("the voice engine is ready after %.1f s", time.monotonic() - started)


async def wind_down() -> None:
    """Refuses new calls in this process; returns when those that are there have ended."""
    await current().wind_down()


async def drain() -> None:
    """Ends this process's calls and frees what they used; does nothing without an engine.

    Meanwhile `current` still returns the old engine, which refuses new calls; another one would
    accept them.
    """
    global _engine  # noqa: PLW0603 - as above
    if _engine is not None:
        await _engine.drain()
        _engine = None
    await endings.drain()
