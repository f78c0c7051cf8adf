"""`WS /ws/calls/<id>/desk`: tells staff who talks in a live call, from the process that has it."""

import asyncio

from channels.db import database_sync_to_async

from sessions_app.consumers.admitted import BUSY, LONGEST_REASON
from sessions_app.consumers.live import NO_SUCH_CALL
from sessions_app.consumers.outgoing import SendingSocket
from sessions_app.engine.core.desk import DeskState
from sessions_app.engine.core.errors import UnknownCallError, VoiceError
from sessions_app.engine.protocols import control, desk
from sessions_app.engine.protocols.limits import TOO_MANY_MESSAGES, FloodError, SocketGate
from sessions_app.engine.session.call_session import CallSession
from sessions_app.runtime import engine
from sessions_app.runtime.settings import message_limits
from sessions_app.services import database, live_desk


class DeskConsumer(SendingSocket):
    """One member of staff who looks on at a live call, while they may and it lasts."""

    session: CallSession | None = None
    shut = False

    async def connect(self) -> None:
        self.open_outbox()
        self.gate = SocketGate(message_limits(), lambda many: self.push(control.error(many)))
        self.watches = self.scope["url_route"]["kwargs"]["call_id"]
        await self.enter()
        if self.principal is None:
            return
        try:
            call = await database_sync_to_async(live_desk.watched_by)(self.principal, self.watches)
            session = engine.session_of(call.public_id, call.party)
        except UnknownCallError as unknown:
            await self.close(NO_SUCH_CALL, unknown.message)
        except database.AWAY:
            await self.close(BUSY, database.busy().message[:LONGEST_REASON])
        else:
            self.tasks.append(asyncio.create_task(self.pump()))
            self.session = session
            session.desk.watch(self.show)

    def show(self, state: DeskState) -> None:
        """Tells the client how the call stands."""
        if not self.shut:
            self.push(desk.state(state))
        if state.over:
            self.tasks.append(asyncio.create_task(self._over()))

    async def _over(self) -> None:
        await self.outbox_sent()
        await self.close()

    def signed_out(self) -> None:
        self.shut = True
        super().signed_out()

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Takes a message; one that is no command is told to be a mistake."""
        if self.session is None or self.shut:
            return
        try:
            await self.gate.passes(text_data or bytes_data or "", self.take)
        except FloodError as flood:
            await self.close(TOO_MANY_MESSAGES, str(flood))
        except database.AWAY:
            self.push(control.error(database.busy()))
        except VoiceError as problem:
            self.push(control.error(problem))

    async def take(self, _message: str | bytes) -> None:
        """Does what a message asks; raises VoiceError, which the client is told."""
        raise VoiceError("This socket only sends; it takes no messages.")

    async def disconnect(self, code: int) -> None:
        if self.session is not None:
            self.session.desk.unwatch(self.show)
        await super().disconnect(code)
