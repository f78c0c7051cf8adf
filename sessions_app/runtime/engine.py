"""The engine of a process: places calls, finds them again, and ends them all."""

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
from sessions_app.runtime import broadcast, ended_by_staff, endings
from sessions_app.runtime.answered_offers import AnsweredCall, AnsweredOffers
from sessions_app.runtime.call_admission import CallAdmission
from sessions_app.runtime.call_factory import CallFactory, Wish
from sessions_app.runtime.changed_offers import ChangedOffers
from sessions_app.runtime.health_checks import Faults
from sessions_app.runtime.media_processes import NAME
from sessions_app.runtime.metrics import LoopLag
from sessions_app.runtime.peers import Peers
from sessions_app.runtime.placement import Placement, StreamedCall
from sessions_app.runtime.settings import VoiceConfig, voice_config
from sessions_app.runtime.store import Store
from sessions_app.runtime.transports import Transports
from sessions_app.services import calls
from sessions_app.services.authentication import Principal

logger = logging.getLogger(__name__)

LAST_WORDS_S = 0.4
"""For what is not stored yet while the process stops; it is written every 250 ms."""

BEAT_S = 5.0
"""How often live calls are said to live. The reaper ends those that were silent for longer."""


class Engine:
    """One a process, on its event loop. Everything a door may ask of the live calls."""

    def __init__(self, config: VoiceConfig) -> None:
        self._config = config
        self.worker = f"{socket.gethostname()}:{os.getpid()}:{NAME}"
        self.store = Store()
        self.faults = Faults(config, self.store.late)
        media = MediaLoop()
        self.lag = LoopLag(media.grid, config.max_lag_ms)
        self._registry = Registry(config.max_calls, media.grid, self._call_over, late=self.lag.late)
        self._admission = CallAdmission(config, self._registry)
        self._factory = CallFactory(config, self.store, self.worker)
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
            self._placement.answer, self._changed_offers.change, self._goes_on
        )
        self.peers = Peers(self._changed_offers.renegotiate)
        self._working: list[asyncio.Task[None]] = []
        self._starting: asyncio.Task[None] | None = None

    # -- the process ------------------------------------------------------------------

    async def start(self) -> None:
        """Makes recognisers and VAD ready; may be called twice, and by several at once."""
        if self._starting is None:
            self._starting = asyncio.create_task(self._start())
        await asyncio.shield(self._starting)

    async def _start(self) -> None:
        self._transports.start()
        self.store.start()
        self.faults.start()
        self._admission.start()
        await self._factory.start()
        works = (self._beat(), ended_by_staff.end_flagged_calls(self.store, self._registry))
        self._working = [asyncio.create_task(work) for work in works]
        self.lag.start()  # what loading cost is nobody's choppy audio

    async def ready(self, part: str) -> bool:
        """Returns whether the default RECOGNISER or VOICE would serve a call now."""
        return await self._factory.ready(part)

    def load(self) -> dict[str, Any]:
        """Returns how many calls there are, were, and may yet be, and what is out of order."""
        calls, faults = self._registry, self.faults.now()
        room = 0 if any(fault.refuses for fault in faults) else calls.free_slots
        counts = {"calls": len(calls), "begun": calls.total_started, "room": room, "full": not room}
        return counts | {"faults": [fault.part for fault in faults]}

    async def drain(self) -> None:
        """Ends every call with its last words stored, and frees all; in seconds.

        Where it is cancelled before all calls have ended, what they said until then is stored.
        """
        try:
            await self._registry.drain()
            await broadcast.drain()
        finally:
            await self.store.drain(LAST_WORDS_S)
        working = [*self._working, *([self._starting] if self._starting else [])]
        for task in working:  # a start that still goes on would make anew what is freed next
            task.cancel()
        await asyncio.gather(*working, return_exceptions=True)
        await self._admission.aclose()
        await self._factory.aclose()
        await self.lag.aclose()
        await self.store.aclose()
        await self.faults.aclose()

    # -- calls --------------------------------------------------------------------------

    async def place(self, by: Principal, offer: Offer) -> AnsweredCall:
        """Answers an offer; the same offer again gets the same call and answer.

        A changed one of a connection that is known changes it. Raises BusyError (retryable),
        BadOfferError, UnknownAgentError, AgentNotReadyError.
        """
        return await self._answered_offers.answer(by, offer)

    def call_of(self, party: Party, offer: Offer) -> str:
        """Returns the live call that this offer started or goes on with, or an empty text."""
        return self._answered_offers.call_of(party, offer)

    async def add_candidate(self, call_id: str, party: Party, candidate: Candidate) -> None:
        """Hands a candidate on; raises UnknownCallError, BadCandidateError, BusyError."""
        session = self._registry.get(call_id, party)
        self._admission.candidate(party.key, session.ownership.address)
        await session.transport.add_candidate(candidate)

    def find(self, call_id: str, party: Party) -> CallSession:
        """Returns a live call of that party; raises UnknownCallError."""
        return self._registry.get(call_id, party)

    def lives(self, call_id: str) -> bool:
        """Returns whether this process carries the call now."""
        return self._registry.has(call_id)

    def engaged(self, call_id: str, party: Party, offer: Offer) -> bool:
        """Returns whether a call goes on that is not the one `offer` started or goes on with.

        Raises BadOfferError for what could not be answered, whichever call it were for.
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
        """Tells `sink` of a live call: its state, the finals after `after_seq`, all to come.

        With `returns` its client can come back to the call. Raises UnknownCallError.
        """
        session = self._registry.get(call_id, party)
        for final in session.finals_after(after_seq):
            sink.emit(final)
        for event in session.catch_up():
            sink.emit(event)
        session.add_sink(sink)
        session.client_joined(returns=returns)

    def leave(self, call_id: str, party: Party, sink: EventSink, *, for_good: bool = False) -> None:
        """Tells `sink` nothing more; the call goes on while its media flows.

        `for_good` when the client closed its socket itself, and no network broke it.
        """
        try:
            session = self._registry.get(call_id, party)
        except UnknownCallError:
            return  # the call was over first
        session.remove_sink(sink)
        if for_good:
            session.client_left()

    def hang_up(self, call_id: str, party: Party, reason: EndReason) -> None:
        """Starts to end a call; raises UnknownCallError. `bye` follows its last words."""
        self._registry.get(call_id, party).end_soon(reason)

    def execute(self, call_id: str, party: Party, command: ToCall) -> None:
        """Does what a client asks of its call; raises UnknownCallError, NoAgentError."""
        self._registry.get(call_id, party).execute(command)

    def _goes_on(self, call_id: str) -> bool:
        return any(session.call_id == call_id and session.live for session in self._registry)

    def _call_over(self, session: CallSession) -> None:
        self._placement.forget(session.call_id)
        self._answered_offers.forget(session.call_id)
        self._changed_offers.forget(session.call_id)

    def count_offer(self, by: Principal) -> None:
        """Counts what announces an offer as one; raises BusyError (retryable) for one too many."""
        self._admission.offer(by.party.key, by.address)

    def check_faults(self) -> None:
        """Raises BusyError (retryable) while a new call might lose something, and says why."""
        self.faults.refuse()

    async def check_wish(self, wish: Wish) -> None:
        """Raises what a call that is wished for would be refused with before its offer is read."""
        await self.start()
        await self._factory.check(wish)

    async def renegotiate(self, call_id: str, party: Party, sdp: str) -> str:
        """Returns the answer to a later offer of the connection that a call has.

        Raises UnknownCallError, BadOfferError, BusyError (retryable).
        """
        return await self._changed_offers.renegotiate(call_id, party, sdp)

    # -- calls over a socket ----------------------------------------------------------------

    async def stream(self, by: Principal, wish: StartStream) -> StreamedCall:
        """Returns a new call, or a live one that goes on here; its transport wants a socket.

        Raises BusyError (retryable), UnknownCallError, UnknownAgentError, AgentNotReadyError,
        MediaError, LanguageNotSupportedError, SynthesiserError.
        """
        return await self._placement.stream(by, wish)

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(BEAT_S)
            ids = [session.call_id for session in self._registry]
            if ids:
                self.store.note("beat", calls.beat, ids, timezone.now())


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
    """Ends this process's calls and frees what they used; does nothing without an engine.

    Until that is done it stays the process's: it refuses what clients still ask for, where
    another one would begin calls anew.
    """
    global _engine  # noqa: PLW0603 - as above
    if _engine is not None:
        await _engine.drain()
        _engine = None
    await endings.drain()
