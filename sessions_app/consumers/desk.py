"""`WS /ws/calls/<id>/desk`: staff watch a live call, served by the process that runs the call."""

import asyncio

from channels.db import database_sync_to_async

from sessions_app.consumers.admitted import BUSY, LONGEST_REASON
from sessions_app.consumers.live import NO_SUCH_CALL
from sessions_app.consumers.outgoing import SendingSocket
from sessions_app.engine.core.desk import DeskState, Listen, StaffMember
from sessions_app.engine.core.errors import NotAllowedError, UnknownCallError, VoiceError
from sessions_app.engine.core.events import StaffActed
from sessions_app.engine.protocols import control, desk
from sessions_app.engine.protocols.limits import TOO_MANY_MESSAGES, FloodError, SocketGate
from sessions_app.engine.session.call_session import CallSession
from sessions_app.engine.session.listening import ListeningMix
from sessions_app.models import TokenScope
from sessions_app.runtime import engine
from sessions_app.runtime.settings import message_limits
from sessions_app.services import database, live_desk

CHUNK_S = 0.04
"""How much audio is sent at once. Lower costs more messages; higher lets listeners hear later."""

CHECK_S = 5.0
"""How often a listener's permission is checked.

Lower costs queries; higher lets a person whose permission was withdrawn listen for longer.
"""


class DeskConsumer(SendingSocket):
    """One member of staff who watches a live call, until it ends or they may no longer.

    Implements `staff_desk.DeskClient`.
    """

    token_scope = TokenScope.WRITE
    session: CallSession | None = None
    member: StaffMember
    mix: ListeningMix | None = None
    shut = False

    async def connect(self) -> None:
        self.open_outbox()
        self.gate = SocketGate(message_limits(), lambda many: self.push(control.error(many)))
        self.watches = self.scope["url_route"]["kwargs"]["call_id"]
        await self.enter()
        if self.principal is None:
            return
        try:
            watched = database_sync_to_async(live_desk.watched_by)
            call, self.member = await watched(self.principal, self.watches)
            session = engine.session_of(call.public_id, call.party)
        except UnknownCallError as unknown:
            await self.close(NO_SUCH_CALL, unknown.message)
        except database.AWAY:
            await self.close(BUSY, database.busy().message[:LONGEST_REASON])
        else:
            self.tasks.append(asyncio.create_task(self.pump()))
            self.session = session
            session.desk.join(self)

    # -- from the call ------------------------------------------------------------------

    def show(self, state: DeskState) -> None:
        """Sends the call's state to the client."""
        if not self.shut:
            self.push(desk.state(state, self.member.key))
        if state.over:
            self.tasks.append(asyncio.create_task(self._over()))

    def note(self, acted: StaffActed) -> None:
        """Sends what a member of staff did to the client."""
        if not self.shut:
            self.push(desk.acted(acted))

    async def _over(self) -> None:
        await self.outbox_sent()
        await self.close()

    async def _send_sound(self, mix: ListeningMix) -> None:
        """Sends audio while the client listens; one that reads slowly misses some of it."""
        checked_s = asyncio.get_running_loop().time()
        while self.mix is mix:
            if sound := mix.take():
                await self.send(bytes_data=sound)
            await asyncio.sleep(CHUNK_S)
            now_s = asyncio.get_running_loop().time()
            if now_s - checked_s >= CHECK_S:
                checked_s = now_s
                await self._check_listening()

    async def _check_listening(self) -> None:
        try:
            await self._check(live_desk.LISTEN)
        except NotAllowedError as problem:
            self.push(control.error(problem))
            if self.session is not None:
                self.session.desk.execute(self, Listen(False))
        except database.AWAY:
            return  # asked again

    # -- from the client ----------------------------------------------------------------

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
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

    async def take(self, message: str | bytes) -> None:
        """Executes a message's command; raises VoiceError, which is sent to the client."""
        command = desk.parse(message)
        await self._check(live_desk.NEEDED[type(command)])
        if self.session is None or self.shut or self.has_left:
            return
        listened = self.mix
        self.session.desk.execute(self, command)
        if self.mix is not None and self.mix is not listened:
            self.tasks.append(asyncio.create_task(self._send_sound(self.mix)))

    async def _check(self, permission: str) -> None:
        await database_sync_to_async(live_desk.check)(self.by.user_id, permission)

    # -- the end ------------------------------------------------------------------------

    def signed_out(self) -> None:
        self.shut = True
        if self.session is not None:
            self.session.desk.leave(self)
        super().signed_out()

    async def disconnect(self, code: int) -> None:
        if self.session is not None:
            self.session.desk.leave(self)
        await super().disconnect(code)
