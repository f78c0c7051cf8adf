"""Answers later offers of the connections that live calls have."""

import asyncio

from sessions_app.engine.core.errors import BadOfferError
from sessions_app.engine.core.party import Party
from sessions_app.engine.rtc.transport import WebRTCTransport
from sessions_app.engine.session.call_session import CallSession
from sessions_app.engine.session.registry import Registry
from sessions_app.runtime.call_admission import CallAdmission
from sessions_app.runtime.transports import Transports


class ChangedOffers:
    """One a process, on its event loop. Offers of one call are answered one after another."""

    def __init__(
        self, registry: Registry, admission: CallAdmission, transports: Transports
    ) -> None:
        self._registry = registry
        self._admission = admission
        self._transports = transports
        self._locks: dict[str, asyncio.Lock] = {}

    def forget(self, call_id: str) -> None:
        """Forgets a call that is over."""
        self._locks.pop(call_id, None)

    async def renegotiate(self, call_id: str, party: Party, sdp: str) -> str:
        """Returns the answer to a later offer of the connection that a call has.

        Raises UnknownCallError, BadOfferError, BusyError (retryable).
        """
        session = self._registry.get(call_id, party)
        self._admission.offer(party.key, session.ownership.address)
        return await self.answer(session, sdp)

    async def answer(self, session: CallSession, sdp: str) -> str:
        """Does the same for an offer that was counted; raises BadOfferError, UnknownCallError."""
        async with self._locks.setdefault(session.call_id, asyncio.Lock()):
            connection = _connection_of(session)
            if connection.moves(sdp):
                return await self._follow(session, connection, sdp)
            return await connection.answer(sdp)

    async def change(self, call_id: str, party: Party, sdp: str) -> str:
        """Renegotiates the connection that `sdp` is of, while the call has it; raises as above."""
        connection = _connection_of(self._registry.get(call_id, party))
        if not connection.is_of(sdp):
            raise BadOfferError("This call goes on over another connection. Offer a new one.")
        return await self.renegotiate(call_id, party, sdp)

    async def _follow(self, session: CallSession, earlier: WebRTCTransport, sdp: str) -> str:
        """Returns the answer of the connection that takes over, as its client moves to it."""
        async with self._transports.webrtc_after(session, sdp, earlier) as connection:
            transport = connection.transport
            transport.on_message, transport.on_key = session.hear_message, session.hear_key
            transport.take_over(earlier)
            session.move_to(transport)
        return connection.answer


def follows(session: CallSession, sdp: str) -> bool:
    """Returns whether by this offer the client of a call's own connection goes on elsewhere."""
    own = session.transport
    return isinstance(own, WebRTCTransport) and own.is_of(sdp) and own.moves(sdp)


def _connection_of(session: CallSession) -> WebRTCTransport:
    """Returns the peer connection that carries a call; raises BadOfferError where none does."""
    if not isinstance(session.transport, WebRTCTransport):
        raise BadOfferError("This call no longer has a peer connection. Offer a new one.")
    return session.transport
