"""What every socket with a call does: joins and leaves it, takes messages, closes with it."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sessions_app.consumers.admitted import SIGNED_OUT
from sessions_app.consumers.outgoing import SendingSocket
from sessions_app.engine.core.errors import VoiceError
from sessions_app.engine.core.events import CallEvent, StateChanged
from sessions_app.engine.core.ports import EventSink
from sessions_app.engine.core.states import TERMINAL
from sessions_app.engine.protocols import control
from sessions_app.engine.protocols.limits import TOO_MANY_MESSAGES, FloodError, SocketGate
from sessions_app.runtime import engine
from sessions_app.runtime.settings import message_limits
from sessions_app.services import database, tickets
from sessions_app.services.authentication import Way
from sessions_app.services.tickets import W

logger = logging.getLogger(__name__)

CLOSED_BY_CLIENT = (1000, 1001, 1005)
"""Close codes of a client that is done, a page that was left among them (RFC 6455, 7.4.1)."""

ENDING_S = 3.0
"""How long the socket of a signed-out user stays open, so that it can report the end of its call.

Longer keeps a signed-out client connected; shorter may close before the call has ended.
"""


class CallSocket(SendingSocket):
    """One socket with one call at a time; the call continues if the socket is lost."""

    call_id = ""
    outlet: EventSink | None = None
    closes_with_call = False
    farewell: tuple[int, str] = (1000, "")
    """What the socket is closed with once its call is over."""

    async def connect(self) -> None:
        self.call_over = asyncio.Event()
        self.call_over.set()
        self.open_outbox()
        self.gate = SocketGate(message_limits(), lambda many: self.push(control.error(many)))
        await self.enter()
        self.tasks += [asyncio.create_task(self.pump()), asyncio.create_task(self.watch_idle())]

    def in_call(self) -> bool:
        return bool(self.call_id) and engine.current().lives(self.call_id)

    async def disconnect(self, code: int) -> None:
        """Leaves the call running: its media shows whether the caller is gone."""
        self.leave(for_good=code in CLOSED_BY_CLIENT)
        await super().disconnect(code)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        message = text_data if text_data is not None else bytes_data or b""
        if self.farewell[0] == SIGNED_OUT:
            return
        try:
            await self.gate.passes(message, self.take)
        except FloodError as flood:
            await self.close(TOO_MANY_MESSAGES, str(flood))
        except database.AWAY:
            self.push(control.error(database.busy()))
        except VoiceError as problem:
            self.push(control.error(problem))
        except Exception:
            logger.exception("a message for call %s failed", self.call_id or "(none)")
            fault = VoiceError("Something went wrong on the server.", code="internal_error")
            self.push(control.error(fault))

    async def take(self, message: str | bytes) -> None:
        """Executes a message; raises VoiceError, which is sent to the client.

        Raises TooManyError before anything is done; the same message is then passed again later.
        """
        raise NotImplementedError

    def join(
        self, call_id: str, outlet: EventSink, last_seq: int = 0, *, returns: bool = False
    ) -> None:
        """Tells this socket of a call, from the segment after `last_seq` on.

        With `returns` its client knows how to come back to the call.
        """
        self.leave()
        self.call_id, self.outlet = call_id, _UntilOver(outlet, self._ended)
        self.call_over.clear()
        engine.current().join(call_id, self.party, self.outlet, last_seq, returns=returns)

    def leave(self, *, for_good: bool = False) -> None:
        """Tells this socket nothing more; `for_good` when the client closed it itself."""
        if self.outlet is not None:
            engine.current().leave(self.call_id, self.party, self.outlet, for_good=for_good)
            self.outlet = None
            self.call_over.set()

    def signed_out(self) -> None:
        """Accepts no more messages, and closes once the end of its call was sent to the client."""
        self.farewell = (SIGNED_OUT, "You were signed out.")
        self.tasks.append(asyncio.create_task(self._leave_signed_out()))

    async def _leave_signed_out(self) -> None:
        try:
            async with asyncio.timeout(ENDING_S):
                await self.call_over.wait()
        except TimeoutError:
            pass  # a call that ends slowly keeps nobody signed in
        else:
            if self.call_id and self.closes_with_call:
                return
        await self.close_when_sent()

    def _ended(self) -> None:
        self.call_over.set()
        if self.closes_with_call:
            self.tasks.append(asyncio.create_task(self.close_when_sent()))

    async def close_when_sent(self) -> None:
        """Closes the socket when the client has read what was sent."""
        await self.outbox_sent()
        await self.close(*self.farewell)

    def allowed(self, wish: W) -> W:
        """Returns the wish as far as this client may have it; raises NotAllowedError."""
        return tickets.authorised(self.by, wish)

    def check_access(self, call_id: str) -> None:
        """Raises UnknownCallError for a call that this client may not touch."""
        tickets.check_access(self.by, call_id)

    def bound(self, call_id: str) -> dict[str, Any]:
        """Notes the one call of a ticket; returns what lets its client come back to it."""
        if not self.by.for_one_call:
            return {}
        self.principal = replace(self.by, call_id=call_id)
        if self.by.way is not Way.TICKET:
            return {}
        return {"resumeToken": tickets.resume_token(self.by, call_id)}


class _UntilOver:
    """An outlet that tells when a call has ended, after its last message."""

    def __init__(self, inner: EventSink, over: Callable[[], None]) -> None:
        self._inner = inner
        self._over = over

    def emit(self, event: CallEvent) -> None:
        self._inner.emit(event)
        if isinstance(event, StateChanged) and event.state in TERMINAL:
            self._over()
