"""What every socket that carries a call does: who is there, what waits to be sent, when to end."""

import asyncio
import json
import logging
from dataclasses import replace
from typing import Any

from sessions_app.bridge import engine
from sessions_app.bridge.conf import message_limits
from sessions_app.consumers.admitted import AdmittedSocket
from sessions_app.core.errors import VoiceError
from sessions_app.core.ports import EventSink
from sessions_app.dialects import control
from sessions_app.dialects.limits import TOO_MANY_MESSAGES, FloodError, SocketGate
from sessions_app.services import database, tickets
from sessions_app.services.authentication import Way
from sessions_app.services.tickets import W

logger = logging.getLogger(__name__)

BACKLOG = 500
TOO_SLOW = 4408
CLOSED_BY_CLIENT = (1000, 1001, 1005)
"""Close codes of a client that is done, a page that was left among them (RFC 6455, 7.4.1)."""

LAST_WORDS_S = 2.0

Outgoing = dict[str, Any] | bytes


class CallSocket(AdmittedSocket):
    """One socket, one call at a time; the socket may drop while the call goes on."""

    call_id = ""
    outlet: EventSink | None = None
    cut_off = False

    async def connect(self) -> None:
        self.outbox: asyncio.Queue[Outgoing] = asyncio.Queue(BACKLOG)
        self.gate = SocketGate(message_limits(), lambda many: self.push(control.error(many)))
        await self.enter()
        self.tasks += [asyncio.create_task(self.pump()), asyncio.create_task(self.watch_idle())]

    def in_call(self) -> bool:
        return bool(self.call_id) and engine.current().lives(self.call_id)

    async def disconnect(self, code: int) -> None:
        """Leaves the call running: the media tells whether the caller is gone."""
        self.leave(for_good=code in CLOSED_BY_CLIENT)
        await super().disconnect(code)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        message = text_data if text_data is not None else bytes_data or b""
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
        """Does what a message asks; raises VoiceError, which the client is told.

        Raises TooManyError before it does anything, and is asked again later.
        """
        raise NotImplementedError

    def join(self, call_id: str, outlet: EventSink, last_seq: int = 0) -> None:
        """Tells this socket of a call, from the segment after `last_seq` on."""
        self.leave()
        self.call_id, self.outlet = call_id, outlet
        engine.current().join(call_id, self.party, outlet, last_seq)

    def leave(self, *, for_good: bool = False) -> None:
        """Tells this socket nothing more; `for_good` when the client closed it itself."""
        if self.outlet is not None:
            engine.current().leave(self.call_id, self.party, self.outlet, for_good=for_good)
            self.outlet = None

    def allowed(self, wish: W) -> W:
        """Returns the wish as far as whoever is here may have it; raises NotAllowedError."""
        return tickets.narrowed(self.by, wish)

    def reach(self, call_id: str) -> None:
        """Raises UnknownCallError for a call that whoever is here may not touch."""
        tickets.reach(self.by, call_id)

    def bound(self, call_id: str) -> dict[str, Any]:
        """Notes the one call of a ticket; returns what lets its client come back to it."""
        if not self.by.for_one_call:
            return {}
        self.principal = replace(self.by, call_id=call_id)
        if self.by.way is not Way.TICKET:
            return {}
        return {"resumeToken": tickets.resume_token(self.by, call_id)}

    def push(self, message: Outgoing) -> None:
        """Queues a message; a reader that is far too slow is cut off, and may resume."""
        if not self.outbox.full():
            self.outbox.put_nowait(message)
        elif not self.cut_off:
            self.cut_off = True
            self.close_soon(TOO_SLOW, "Too slow. Resume.")

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
