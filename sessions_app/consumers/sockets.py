"""What every socket that carries a call does: who is there, what waits to be sent, when to end."""

import asyncio
import json
import logging
from dataclasses import replace
from typing import Any

from channels.generic.websocket import AsyncWebsocketConsumer

from sessions_app.bridge import engine
from sessions_app.consumers.auth import RefusedError, Visitor, W, visitor_of
from sessions_app.core.errors import BusyError, UnknownCallError, VoiceError
from sessions_app.core.ports import EventSink
from sessions_app.core.states import EndReason
from sessions_app.dialects import control
from sessions_app.services import tickets

logger = logging.getLogger(__name__)

BACKLOG = 500
TOO_SLOW = 4408
SIGNED_OUT = 4401
BUSY = 4429
CLOSED_BY_CLIENT = (1000, 1001, 1005)
"""Close codes of a client that is done, a page that was left among them (RFC 6455, 7.4.1)."""

RECHECK_S = 5.0
LAST_WORDS_S = 2.0

Outgoing = dict[str, Any] | bytes


class CallSocket(AsyncWebsocketConsumer):  # type: ignore[misc]
    """One socket, one call at a time; the socket may drop while the call goes on."""

    visitor: Visitor | None = None
    call_id = ""
    outlet: EventSink | None = None
    cut_off = False

    async def connect(self) -> None:
        """Accepts first: a browser cannot read the code of a refused handshake."""
        await self.accept()
        self.outbox: asyncio.Queue[Outgoing] = asyncio.Queue(BACKLOG)
        self.tasks: list[asyncio.Task[None]] = [asyncio.create_task(self.pump())]
        try:
            self.admit(await visitor_of(self.scope))
        except RefusedError as refused:
            await self.refused(refused)

    async def refused(self, refused: RefusedError) -> None:
        """Nobody is known behind the socket."""
        await self.close(refused.code, refused.reason)

    def admit(self, visitor: Visitor) -> None:
        """Serves `visitor` from now on, until they are signed out."""
        self.visitor = visitor
        self.tasks.append(asyncio.create_task(self.recheck()))

    async def disconnect(self, code: int) -> None:
        """Leaves the call running: the media tells whether the caller is gone."""
        self.leave(for_good=code in CLOSED_BY_CLIENT)
        for task in self.tasks:
            task.cancel()

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        try:
            await self.take(text_data if text_data is not None else bytes_data or b"")
        except BusyError as busy:
            self.push(control.error(busy, busy.retry_after_s))
        except VoiceError as problem:
            self.push(control.error(problem))
        except Exception:
            logger.exception("a message for call %s failed", self.call_id or "(none)")
            fault = VoiceError("Something went wrong on the server.", code="internal_error")
            self.push(control.error(fault))

    async def take(self, message: str | bytes) -> None:
        """Does what a message asks; raises VoiceError, which the client is told."""
        raise NotImplementedError

    def join(self, call_id: str, outlet: EventSink, last_seq: int = 0) -> None:
        """Tells this socket of a call, from the segment after `last_seq` on."""
        self.leave()
        self.call_id, self.outlet = call_id, outlet
        engine.current().join(call_id, self.owner_id, outlet, last_seq)

    def leave(self, *, for_good: bool = False) -> None:
        """Tells this socket nothing more; `for_good` when the client closed it itself."""
        if self.outlet is not None:
            engine.current().leave(self.call_id, self.owner_id, self.outlet, for_good=for_good)
            self.outlet = None

    def allowed(self, wish: W) -> W:
        """Returns the wish as far as this visitor may have it; raises NotAllowedError."""
        assert self.visitor is not None  # noqa: S101 - nothing is obeyed without a visitor
        return self.visitor.allowed(wish)

    def allowed_call(self, call_id: str) -> None:
        """Raises UnknownCallError where a ticket is for another call."""
        ticket = self.visitor.ticket if self.visitor is not None else None
        if ticket is not None and call_id != (ticket.call_id or self.call_id):
            raise UnknownCallError("This ticket is for another call.")

    async def bound(self, call_id: str) -> dict[str, Any]:
        """Binds a ticket to its call; returns what lets its client come back."""
        visitor = self.visitor
        if visitor is None or visitor.ticket is None:
            return {}
        await visitor.bind(call_id)
        self.visitor = replace(visitor, ticket=replace(visitor.ticket, call_id=call_id))
        return {"resumeToken": tickets.resume_token(self.owner_id, call_id)}

    @property
    def owner_id(self) -> int:
        assert self.visitor is not None  # noqa: S101 - nothing is obeyed without a visitor
        return int(self.visitor.user.pk)

    def push(self, message: Outgoing) -> None:
        """Queues a message; a reader that is far too slow is cut off, and may resume."""
        if not self.outbox.full():
            self.outbox.put_nowait(message)
        elif not self.cut_off:
            self.cut_off = True
            self.tasks.append(asyncio.create_task(self.close(TOO_SLOW, "Too slow. Resume.")))

    async def pump(self) -> None:
        """Sends what was queued, as fast as the client reads."""
        while True:
            message = await self.outbox.get()
            if isinstance(message, bytes):
                await self.send(bytes_data=message)
            else:
                await self.send(text_data=json.dumps(message))
            self.outbox.task_done()

    async def outbox_sent(self) -> None:
        """Returns when all that was queued is sent, or the client reads too slowly."""
        try:
            async with asyncio.timeout(LAST_WORDS_S):
                await self.outbox.join()
        except TimeoutError:
            return

    async def recheck(self) -> None:
        """Ends socket and call of a user who signed out or was shut out."""
        assert self.visitor is not None  # noqa: S101 - started with a visitor
        while await self.visitor.still_allowed():  # noqa: ASYNC110 - only the database knows
            await asyncio.sleep(RECHECK_S)
        if self.outlet is not None:
            engine.current().hang_up(self.call_id, self.owner_id, EndReason.SIGNED_OUT)
        await self.close(SIGNED_OUT, "You were signed out.")
