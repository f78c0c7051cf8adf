"""`WS /signaling`: parses, asks the engine, relays. The engine owns the call."""

import asyncio
import json
import logging
from typing import Any

from channels.generic.websocket import AsyncWebsocketConsumer

from sessions_app.bridge import engine
from sessions_app.consumers.auth import RefusedError, Visitor, visitor_of
from sessions_app.core.commands import (
    Candidate,
    HangUp,
    Interrupt,
    Offer,
    PauseAgent,
    Resume,
    Say,
)
from sessions_app.core.errors import BusyError, VoiceError
from sessions_app.core.states import EndReason
from sessions_app.dialects import control
from sessions_app.dialects.control import ProtocolError

logger = logging.getLogger(__name__)

BACKLOG = 500
TOO_SLOW = 4408
SIGNED_OUT = 4401
RECHECK_S = 5.0
RETRY_AFTER_S = 30


class SignalingConsumer(AsyncWebsocketConsumer):  # type: ignore[misc]
    """One socket, one call at a time; the socket may drop while the call goes on."""

    visitor: Visitor | None = None
    call_id = ""
    outlet: control.SocketOutlet | None = None

    async def connect(self) -> None:
        """Accepts first: a browser cannot read the code of a refused handshake."""
        await self.accept()
        self.outbox: asyncio.Queue[control.Message] = asyncio.Queue(BACKLOG)
        self.tasks: list[asyncio.Task[None]] = []
        try:
            self.visitor = await visitor_of(self.scope)
        except RefusedError as refused:
            await self.close(refused.code, refused.reason)
            return
        self.tasks = [asyncio.create_task(self.pump()), asyncio.create_task(self.recheck())]

    async def disconnect(self, code: int) -> None:
        """Leaves the call running: the media tells whether the caller is gone."""
        self.leave()
        for task in self.tasks:
            task.cancel()

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        if self.visitor is None:
            return
        try:
            if text_data is None:
                raise ProtocolError("Send text frames with JSON.", code="bad_json")
            await self.obey(control.parse(text_data))
        except BusyError as busy:
            self.push(control.error(busy, RETRY_AFTER_S))
        except VoiceError as problem:
            self.push(control.error(problem))
        except Exception:
            logger.exception("a message for call %s failed", self.call_id or "(none)")
            fault = VoiceError("Something went wrong on the server.", code="internal_error")
            self.push(control.error(fault))

    async def obey(self, command: Any) -> None:
        if isinstance(command, Offer):
            await self.place(command)
        elif isinstance(command, Resume):
            self.resume(command)
        elif isinstance(command, Candidate):
            call_id = command.call_id or self.a_call()
            await engine.current().add_candidate(call_id, self.owner_id, command)
        elif isinstance(command, HangUp):
            engine.current().hang_up(self.a_call(), self.owner_id, EndReason.CALLER_HUNG_UP)
        elif isinstance(command, Say | Interrupt | PauseAgent):
            engine.current().tell_agent(self.a_call(), self.owner_id, command)

    async def place(self, offer: Offer) -> None:
        if self.call_id and engine.current().engaged(self.call_id, self.owner_id, offer):
            raise ProtocolError("Say `bye` before you start another call.", code="already_in_call")
        placed = await engine.current().place(self.owner_id, offer)
        self.push(control.answer(placed.sdp, placed.call_id, offer.features))
        if self.outlet is None or placed.call_id != self.call_id:
            self.join(placed.call_id, offer.features)

    def resume(self, wish: Resume) -> None:
        session = engine.current().find(wish.call_id, self.owner_id)
        self.push(control.resumed(wish.call_id, session.state))
        self.join(wish.call_id, wish.features, wish.last_seq)

    def join(self, call_id: str, features: frozenset[str], last_seq: int = 0) -> None:
        self.leave()
        self.outlet = control.SocketOutlet(call_id, features, self.push)
        self.call_id = call_id
        engine.current().join(call_id, self.owner_id, self.outlet, last_seq)

    def leave(self) -> None:
        if self.outlet is not None:
            engine.current().leave(self.call_id, self.owner_id, self.outlet)
            self.outlet = None

    def a_call(self) -> str:
        if not self.call_id:
            raise ProtocolError("Send an offer or resume a call first.", code="no_call")
        return self.call_id

    @property
    def owner_id(self) -> int:
        assert self.visitor is not None  # noqa: S101 - nothing is obeyed without a visitor
        return int(self.visitor.user.pk)

    def push(self, message: control.Message) -> None:
        """Queues a message; a reader that is far too slow is cut off, and may resume."""
        if self.outbox.full():
            self.tasks.append(asyncio.create_task(self.close(TOO_SLOW, "Too slow. Resume.")))
        else:
            self.outbox.put_nowait(message)

    async def pump(self) -> None:
        while True:
            await self.send(text_data=json.dumps(await self.outbox.get()))

    async def recheck(self) -> None:
        """Ends socket and call of a user who signed out or was shut out."""
        assert self.visitor is not None  # noqa: S101 - started with a visitor
        while await self.visitor.still_allowed():  # noqa: ASYNC110 - only the database knows
            await asyncio.sleep(RECHECK_S)
        if self.outlet is not None:
            engine.current().hang_up(self.call_id, self.owner_id, EndReason.SIGNED_OUT)
        await self.close(SIGNED_OUT, "You were signed out.")
