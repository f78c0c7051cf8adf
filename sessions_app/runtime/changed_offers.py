"""Answers later offers of live calls' connections (renegotiation)."""

import asyncio

from sessions_app.engine.core.errors import BadOfferError
from sessions_app.engine.core.party import Party
from sessions_app.engine.rtc.transport import WebRTCTransport
from sessions_app.engine.session.call_session import CallSession
from sessions_app.engine.session.registry import Registry
from sessions_app.runtime.call_admission import CallAdmission
from sessions_app.runtime.transports import Transports


class ChangedOffers:
    """Renegotiates the calls of this process, each call's offers one after another.

    One per process, used on its event loop.
    """

    def __init__(
        self, registry: Registry, admission: CallAdmission, transports: Transports
    ) -> None:
        self._registry = registry
        self._admission = admission
        self._transports = transports
        self._locks: dict[str, asyncio.Lock] = {}

    def forget(self, call_id: str) -> None:
        """Forgets a call that has ended."""
        self._locks.pop(call_id, None)

    async def renegotiate(self, call_id: str, party: Party, sdp: str) -> str:
        """Counts a later offer of a call's connection, and returns its SDP answer.

        Raises UnknownCallError, BadOfferError (not retryable), BusyError (retryable).
        """
        session = self._registry.get(call_id, party)
        self._admission.offer(party.key, session.ownership.address)
        return await self.answer(session, sdp)

    async def answer(self, session: CallSession, sdp: str) -> str:
        """Returns the SDP answer to an offer that was counted already; raises as above."""
        async with self._locks.setdefault(session.call_id, asyncio.Lock()):
            connection = _connection_of(session)
            if connection.moves(sdp):
                return await self._follow(session, connection, sdp)
            return await connection.answer(sdp)

    async def change(self, call_id: str, party: Party, sdp: str) -> str:
        """Renegotiates a call's connection if `sdp` is of that connection; raises as above."""
        connection = _connection_of(self._registry.get(call_id, party))
        if not connection.is_of(sdp):
            raise BadOfferError("This call goes on over another connection. Offer a new one.")
        return await self.renegotiate(call_id, party, sdp)

    async def _follow(self, session: CallSession, earlier: WebRTCTransport, sdp: str) -> str:
        """Opens the connection that the client moves to, and returns its SDP answer."""
        async with self._transports.webrtc_after(session, sdp, earlier) as connection:
            transport = connection.transport
            transport.on_message, transport.on_key = session.hear_message, session.hear_key
            transport.take_over(earlier)
            session.move_to(transport)
        return connection.answer


def follows(session: CallSession, sdp: str) -> bool:
    """Returns whether the call's client moves to another transport with this offer."""
    own = session.transport
    return isinstance(own, WebRTCTransport) and own.is_of(sdp) and own.moves(sdp)


def _connection_of(session: CallSession) -> WebRTCTransport:
    """Returns the call's peer connection; raises BadOfferError if it has none now."""
    if not isinstance(session.transport, WebRTCTransport):
        raise BadOfferError("This call no longer has a peer connection. Offer a new one.")
    return session.transport
