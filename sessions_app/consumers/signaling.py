"""`WS /signaling`: parses, asks the engine, relays. The engine owns the call."""

from typing import Any

from sessions_app.consumers.sockets import CallSocket
from sessions_app.engine.core.commands import Candidate, Offer, Ping, Resume, ToCall
from sessions_app.engine.core.rates import MessageKind
from sessions_app.engine.protocols import control
from sessions_app.engine.protocols.reading import ProtocolError
from sessions_app.runtime import engine


class SignalingConsumer(CallSocket):
    """The voice-agent client's socket."""

    async def take(self, message: str | bytes) -> None:
        if self.principal is None:
            return
        if isinstance(message, bytes):
            raise ProtocolError("Send text frames with JSON.", code="bad_json")
        await self.execute(control.parse(message))

    async def execute(self, command: Any) -> None:
        if isinstance(command, Offer):
            await self.place(command)
        elif isinstance(command, Resume):
            self.resume(command)
        elif isinstance(command, Candidate):
            call_id = command.call_id or self.a_call()
            self.check_access(call_id)
            await engine.current().add_candidate(call_id, self.party, command)
        elif isinstance(command, Ping):
            self.push(control.pong())
        elif isinstance(command, ToCall):
            engine.current().execute(self.a_call(), self.party, command)

    async def place(self, offer: Offer) -> None:
        placed = await engine.current().place(self.by, self.taken(offer))
        answer = control.answer(placed.sdp, placed.call_id, offer.features)
        self.push(answer | self.bound(placed.call_id))
        if self.outlet is None or placed.call_id != self.call_id:
            self.join_as(placed.call_id, offer.features)

    def taken(self, offer: Offer) -> Offer:
        """Returns the offer as far as it may be answered on this socket."""
        other = not offer.call_id or offer.call_id != self.call_id
        if not self.in_call() or not other:
            return self.allowed(offer)
        if engine.current().call_of(self.party, offer) == self.call_id:
            return offer  # of the call's own connection: nothing more is wished for
        if engine.current().engaged(self.call_id, self.party, offer):
            raise ProtocolError(
                "This socket has a call. Send `bye` before you start another one, or name this "
                "call's id in `callId` to go on with it over another connection.",
                code="already_in_call",
            )
        return self.allowed(offer)

    def resume(self, wish: Resume) -> None:
        self.check_access(wish.call_id)
        session = engine.current().find(wish.call_id, self.party)
        session.count(MessageKind.RESUMES)
        self.push(control.resumed(wish.call_id, session.state))
        self.join_as(wish.call_id, wish.features, wish.last_seq)

    def join_as(self, call_id: str, features: frozenset[str], last_seq: int = 0) -> None:
        # only `details` tells a client its call's id, without which there is no way back
        returns = control.DETAILS in features
        outlet = control.SocketOutlet(call_id, features, self.push)
        self.join(call_id, outlet, last_seq, returns=returns)

    def a_call(self) -> str:
        if not self.call_id:
            raise ProtocolError("Send an offer or resume a call first.", code="no_call")
        return self.call_id
