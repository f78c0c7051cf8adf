"""Starts calls, and moves live ones to another connection.

Offers and sockets take the same steps: admission, the call's parts, a connection, the database
row, the live session. If a step fails, everything before it is undone.
"""

import logging
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from functools import partial

from sessions_app.engine.core.commands import Offer, StartStream
from sessions_app.engine.core.reservations import Reservation
from sessions_app.engine.core.states import EndReason
from sessions_app.engine.core.traced_calls import current_call
from sessions_app.engine.rtc.transport import WebRTCTransport
from sessions_app.engine.session.call_session import CallSession
from sessions_app.engine.session.registry import Registry
from sessions_app.engine.session.supervisor import Limits
from sessions_app.engine.websocket.transport import WebSocketTransport, check_output
from sessions_app.runtime import connection_checks, endings
from sessions_app.runtime.answered_offers import AnsweredCall
from sessions_app.runtime.call_admission import CallAdmission
from sessions_app.runtime.call_factory import CallFactory, CallRequest
from sessions_app.runtime.changed_offers import ChangedOffers, follows
from sessions_app.runtime.doors import limited, plan_of
from sessions_app.runtime.endings import Registration
from sessions_app.runtime.health_checks import Faults
from sessions_app.runtime.settings import VoiceConfig
from sessions_app.runtime.store import Store
from sessions_app.runtime.transports import Connection, T, Transports
from sessions_app.services import calls
from sessions_app.services.authentication import Principal

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class StreamedCall:
    """A call whose audio comes in a socket's messages, and the transport that takes them."""

    session: CallSession
    transport: WebSocketTransport
    resumed: bool = False


@dataclass(frozen=True, slots=True)
class Placement:
    """Starts and moves the calls of this process; one per process, used on its event loop.

    `ready` returns once the process can carry calls.
    """

    config: VoiceConfig
    registry: Registry
    admission: CallAdmission
    faults: Faults
    factory: CallFactory
    transports: Transports
    changed_offers: ChangedOffers
    store: Store
    ready: Callable[[], Awaitable[None]]
    registrations: dict[str, Registration] = field(default_factory=dict)
    """By call id: what ends the call once the principal of its connection is no longer valid."""

    async def answer(self, by: Principal, offer: Offer, key: str) -> AnsweredCall:
        """Answers an offer of a peer connection; `key` identifies it. Raises as `Engine.place`."""
        async with self._admitted(by, offer) as reservation:
            if offer.call_id:
                return await self._answer_for_live_call(by, offer)
            return await self._answer_for_new_call(by, offer, key, reservation)

    async def _answer_for_new_call(
        self, by: Principal, offer: Offer, key: str, reservation: Reservation
    ) -> AnsweredCall:
        await self.ready()
        plan = plan_of(offer.door, self.config.results_input_s)
        async with (
            self.factory.prepared(offer, reservation) as prepared,
            self.transports.webrtc(prepared, offer.sdp, plan.channel, offer_key=key) as connection,
        ):
            limits = plan.limits(self._limits(offer))
            session = await self.factory.create(by, prepared, offer, connection, limits)
        dialect = plan.dialect(offer, session)
        session.on_message = limited(dialect, session)
        session.add_sink(dialect)
        _listen(session, connection)
        self._begin(session, by, reservation)
        return AnsweredCall(session.call_id, connection.answer)

    async def _answer_for_live_call(self, by: Principal, offer: Offer) -> AnsweredCall:
        session = self.registry.get(offer.call_id, by.party)
        if follows(session, offer.sdp):
            answer = await self.changed_offers.answer(session, offer.sdp)
            self._hold(session, by)
            return AnsweredCall(session.call_id, answer)
        channel = plan_of(offer.door, self.config.results_input_s).channel
        async with self.transports.webrtc(session, offer.sdp, channel) as connection:
            _listen(session, connection)
            self._move(session, connection, by)
        return AnsweredCall(session.call_id, connection.answer)

    async def stream(self, by: Principal, request: StartStream) -> StreamedCall:
        """Starts a call over a socket, or moves a live one there. Raises as `Engine.stream`."""
        check_output(request.output)
        async with self._admitted(by, request) as reservation:
            if request.call_id:
                return await self._stream_live_call(by, request)
            return await self._stream_new_call(by, request, reservation)

    async def _stream_new_call(
        self, by: Principal, request: StartStream, reservation: Reservation
    ) -> StreamedCall:
        await self.ready()
        async with (
            self.factory.prepared(request, reservation) as prepared,
            self.transports.websocket(prepared, request) as connection,
        ):
            limits = self._limits(request)
            session = await self.factory.create(by, prepared, request, connection, limits)
        self._begin(session, by, reservation)
        return StreamedCall(session, connection.transport)

    async def _stream_live_call(self, by: Principal, request: StartStream) -> StreamedCall:
        session = self.registry.get(request.call_id, by.party)
        present = session.transport
        if request.continues and isinstance(present, WebSocketTransport):
            self._hold(session, by)
            return StreamedCall(session, present, resumed=True)
        async with self.transports.websocket(session, request) as connection:
            self._move(session, connection, by)
        return StreamedCall(session, connection.transport, resumed=True)

    def forget(self, call_id: str) -> None:
        """Forgets the registration of a call that has ended."""
        endings.current().release(self.registrations.pop(call_id, None))

    def _admitted(
        self, by: Principal, request: CallRequest
    ) -> AbstractAsyncContextManager[Reservation]:
        """Raises BusyError (retryable) if the process, the party or the address is at a limit."""
        if not request.call_id:
            self.faults.refuse()
        return self.admission.admitted(by.party.key, by.address, moves=bool(request.call_id))

    def _limits(self, request: CallRequest) -> Limits:
        usual = self.config.limits
        return connection_checks.limits(usual) if request.check else usual

    def _begin(self, session: CallSession, by: Principal, reservation: Reservation) -> None:
        self.registry.add(session, reservation)
        current_call.set(session.call_id)  # of the call's tasks, which begin below
        self._hold(session, by)
        session.storage_is_behind = partial(self.store.is_behind, session.call_id)
        session.desk.storage_is_behind = session.storage_is_behind
        session.start()
        logger.info("call %s placed", session.call_id)

    def _move(self, session: CallSession, connection: Connection[T], by: Principal) -> None:
        session.move_to(connection.transport)
        self._hold(session, by)
        call_id, name = session.call_id, connection.name
        self.store.post_newest(call_id, "transport", calls.note_transport, call_id, name)
        logger.info("call %s goes on over %s", call_id, name)

    def _hold(self, session: CallSession, by: Principal) -> None:
        """Ends the call once the principal of its present connection is no longer valid."""
        endings.current().release(self.registrations.get(session.call_id))
        self.registrations[session.call_id] = endings.current().register(
            by, lambda: session.end_soon(EndReason.SIGNED_OUT)
        )


def _listen(session: CallSession, connection: Connection[WebRTCTransport]) -> None:
    """Passes the connection's data channel messages and DTMF keys to the call."""
    connection.transport.on_message = session.hear_message
    connection.transport.on_key = session.hear_key
