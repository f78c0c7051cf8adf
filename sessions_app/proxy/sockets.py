"""Relays one WebSocket to a media process, and to another when it names a call there."""

import asyncio
import contextlib
import logging
import time
from typing import Any

from asgiref.typing import ASGIReceiveCallable, ASGISendCallable, WebSocketScope
from websockets.asyncio.client import ClientConnection, unix_connect
from websockets.exceptions import ConnectionClosed, WebSocketException

from sessions_app.engine.core.errors import BusyError
from sessions_app.engine.core.rates import Allowance
from sessions_app.engine.protocols.reading import MAX_FRAME_BYTES
from sessions_app.engine.text.cleaning import read_json
from sessions_app.proxy.headers import passed_on
from sessions_app.proxy.requests import Route
from sessions_app.runtime.media_processes import socket_path

logger = logging.getLogger(__name__)

MAX_MESSAGE_BYTES = 1 << 20
"""The limit of one WebSocket message, as in `server.serving`: larger ones close the socket."""

OPEN_S = 10.0
"""How long a media process may take to accept a socket."""

LOOKUPS = 60
"""How many calls a client may name per minute; beyond that its socket is read more slowly.

Each costs a query. Everything else is counted by the media process.
"""

BUSY, SERVER_STOPPING = 4429, 4012
"""Close codes: docs/protocol.md."""

NORMAL, FIRST_OF_OURS, LAST_OF_OURS = 1000, 3000, 4999
"""What an application may close with (RFC 6455, 7.4.2)."""

NO_CODE = (1005, 1006)
"""What a close without a code, and a broken connection, are reported as (RFC 6455, 7.4.1)."""

GOING_AWAY = 1001
"""The close code for a media process whose client has left without one (RFC 6455, 7.4.1)."""

BEGINNING = ("/signaling", "/ws/voice")
STARTS = ("offer", "session_start")
ERROR = "error"
ANSWERS = ("answer", "session_started", ERROR)
"""The messages that start a call, and those that answer them: docs/protocol.md."""


async def refuse(receive: ASGIReceiveCallable, send: ASGISendCallable, busy: BusyError) -> None:
    """Closes a socket that nobody can serve now; accepts first, or a browser reads no code."""
    await receive()
    await send({"type": "websocket.accept", "subprotocol": None, "headers": []})
    await send({"type": "websocket.close", "code": BUSY, "reason": busy.message})


class SocketRelay:
    """Relays one WebSocket in both directions; accepts it at once, as the doors do."""

    def __init__(
        self,
        route: Route,
        scope: WebSocketScope,
        receive: ASGIReceiveCallable,
        send: ASGISendCallable,
    ) -> None:
        self._processes = route.processes
        self._owner = route.owner
        self._scope = scope
        self._receive = receive
        self._send = send
        self._name = ""
        self._known: tuple[str, str] = ("", "")
        self._lookups = Allowance(LOOKUPS)
        self._upstream: ClientConnection | None = None
        self._may_move = False
        self._start = ""
        """The message that starts a call, while it has no answer yet."""

        self._busy: set[str] = set()
        """The processes that were too busy for it."""

        self._answered = asyncio.Event()
        self._relaying_back: asyncio.Task[None] | None = None

    async def run(self, name: str = "", *, waits: bool = False) -> None:
        """Serves the socket until it is closed; `name` is its media process.

        One that `waits` has a ticket, which is used up at the first process that sees it: its
        first message decides which one that is.
        """
        # a ticket can be used at one process only, and other doors do not announce a start
        self._may_move = not waits and self._scope["path"].rstrip("/").endswith(BEGINNING)
        await self._receive()
        await self._send({"type": "websocket.accept", "subprotocol": None, "headers": []})
        try:
            if not waits:
                await self._go_to(name or await self._processes.choose())
            while (message := await self._received())["type"] == "websocket.receive":
                await self._pass_on(message)
            await self._left(int(message.get("code") or NO_CODE[0]))
        except BusyError as busy:
            await self._close(BUSY, busy.message)
        finally:
            self._abort()

    async def _received(self) -> dict[str, Any]:
        message: Any = await self._receive()
        return dict(message)

    async def _pass_on(self, message: dict[str, Any]) -> None:
        text = message.get("text")
        given = _fields(text) if text else {}
        name = await self._meant(given)
        if name and name != self._name:
            await self._go_to(name)
        elif self._upstream is None:
            await self._go_to(await self._processes.choose())
        if given.get("sdp"):
            self._processes.note_offer(str(given["sdp"]), self._name)
        if text and self._may_move and _starts(given):
            self._start, self._busy = text, set()
            self._answered.clear()
        await self._say(text if text is not None else message.get("bytes") or b"")
        if self._start:
            await self._answered.wait()  # what follows is for the process that takes the call

    async def _say(self, data: str | bytes) -> None:
        try:
            if self._upstream is not None:
                await self._upstream.send(data)
        except ConnectionClosed:
            self._is_answered()  # by nobody: the client is being told

    async def _meant(self, given: dict[str, Any]) -> str:
        """Returns the process of the call that a message is about; empty for any process."""
        call_id, sdp = given.get("callId"), given.get("sdp")
        if isinstance(call_id, str) and call_id:
            return await self._owner_of(call_id)
        return self._processes.asked_before(sdp) if isinstance(sdp, str) else ""

    async def _owner_of(self, call_id: str) -> str:
        """Returns a call's process; asks the database once per call, and at a limited rate."""
        if self._known[0] == call_id:
            return self._known[1]
        while wait_s := self._lookups.take(time.monotonic()):  # noqa: ASYNC110 - for time alone
            await asyncio.sleep(wait_s)
        name = await self._owner(call_id)
        if name:
            self._known = (call_id, name)
        return name

    async def _go_to(self, name: str) -> None:
        """Connects to that process, or to another if it has ended; raises BusyError (retryable)."""
        self._abort()
        while self._upstream is None:
            try:
                self._upstream = await self._opened(name)
            except (OSError, WebSocketException) as error:
                if not await self._processes.gone(name):
                    logger.warning("media process %s: %s", name, type(error).__name__)
                    raise BusyError("The call could not be started. Try again.") from error
                name = await self._processes.choose()
        self._name = name
        self._relaying_back = asyncio.create_task(self._relay_back(self._upstream))

    async def _opened(self, name: str) -> ClientConnection:
        scope = self._scope
        headers = [
            (key.decode("latin1"), value.decode("latin1")) for key, value in passed_on(scope)
        ]
        host = next((value for key, value in headers if key.lower() == "host"), "media")
        query = scope["query_string"].decode("latin1")
        target = scope.get("raw_path") or scope["path"].encode()
        path = target.decode("latin1").partition("?")[0]
        return await unix_connect(
            str(socket_path(name)),
            uri=f"ws://{host}{path}{'?' + query if query else ''}",
            additional_headers=[pair for pair in headers if pair[0].lower() != "host"],
            user_agent_header=None,
            compression=None,
            ping_interval=None,
            max_size=MAX_MESSAGE_BYTES,
            open_timeout=OPEN_S,
            proxy=None,
        )

    async def _relay_back(self, upstream: ClientConnection) -> None:
        """Relays what the process sends, and its close."""
        try:
            async for data in upstream:
                if self._start and isinstance(data, str) and await self._moves_to_another(data):
                    return
                text, data_bytes = (data, None) if isinstance(data, str) else (None, data)
                await self._send({"type": "websocket.send", "text": text, "bytes": data_bytes})
        except ConnectionClosed:
            logger.debug("media process %s broke a socket", self._name)
        self._is_answered()
        code = upstream.close_code
        if code == NORMAL or (code is not None and FIRST_OF_OURS <= code <= LAST_OF_OURS):
            await self._close(code, upstream.close_reason or "")
        else:
            await self._close(SERVER_STOPPING, "The media process ended. Reconnect.")

    async def _moves_to_another(self, said: str) -> bool:
        """Starts a call at another process if this one is too busy; returns whether it does."""
        kind, code = _kind_of(said)
        if kind == ERROR and code == BusyError.code:
            self._busy.add(self._name)
            name = await self._processes.another(self._busy)
            with contextlib.suppress(BusyError):
                if name:
                    await self._go_to(name)
                    self._processes.note_offer(str(_fields(self._start).get("sdp", "")), name)
                    await self._say(self._start)
                    return True
        if kind in ANSWERS:
            self._is_answered()
        return False

    def _is_answered(self) -> None:
        self._start = ""
        self._answered.set()

    async def _close(self, code: int, reason: str) -> None:
        await self._send({"type": "websocket.close", "code": code, "reason": reason})

    async def _left(self, code: int) -> None:
        """Relays the client's close; a network failure has none."""
        if self._upstream is None or code == NO_CODE[1]:
            return
        if self._relaying_back is not None:
            self._relaying_back.cancel()
        await self._upstream.close(GOING_AWAY if code in NO_CODE else code)

    def _abort(self) -> None:
        """Drops the connection to the process, if there is one, without a close frame."""
        if self._relaying_back is not None and self._relaying_back is not asyncio.current_task():
            self._relaying_back.cancel()
        if self._upstream is not None:
            self._upstream.transport.abort()
        self._relaying_back = self._upstream = None


def _starts(given: dict[str, Any]) -> bool:
    """Returns whether a client's message asks for a call that is not there yet."""
    return not given.get("callId") and given.get("type") in STARTS


def _kind_of(said: str) -> tuple[str, str]:
    """Returns the type of what a process says, and the code of an error."""
    given = read_json(said)
    return str(given.get("type", "")), str(given.get("code", ""))


def _fields(text: str) -> dict[str, Any]:
    """Returns a message that may tell whom it is for; empty for any other."""
    named = any(word in text for word in ('"callId"', '"sdp"', '"session_start"'))
    if len(text) > MAX_FRAME_BYTES or not named:
        return {}
    try:
        given = read_json(text)
    except ValueError:
        return {}
    return given if isinstance(given, dict) else {}
