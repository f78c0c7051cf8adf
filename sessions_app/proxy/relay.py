"""Serves pages in the web process, and relays calls to the media processes."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from asgiref.sync import sync_to_async
from asgiref.typing import (
    ASGI3Application,
    ASGIReceiveCallable,
    ASGISendCallable,
    Scope,
    WebSocketScope,
)
from django.urls import Resolver404, resolve

from sessions_app.engine.core.body_limits import MAX_BODY
from sessions_app.engine.core.errors import BusyError
from sessions_app.proxy.admission import SharedCount
from sessions_app.proxy.requests import Route, relay_request
from sessions_app.proxy.sockets import SocketRelay, refuse
from sessions_app.routing import websocket_urlpatterns
from sessions_app.runtime import endings, media_processes
from sessions_app.runtime.media_processes import name_of, name_of_worker
from sessions_app.runtime.settings import voice_config
from sessions_app.runtime.shared_admission import admission_path
from sessions_app.services import calls, database, tickets
from sessions_app.urls import doors

DRAIN_S = 2.3
"""Less than a drain may take (`server.serving`): where this process alone is restarted, the
calls go on elsewhere, and so do their sockets.
"""


class Relay:
    """An ASGI application around the one that serves the pages; one per web process.

    New calls go to the media process with the fewest calls; requests and sockets that name a call
    go to the process that has it.
    """

    def __init__(self, inner: ASGI3Application) -> None:
        self._inner = inner
        self._doors = {pattern.callback for pattern in doors}
        self._sockets: set[asyncio.Task[Any]] = set()
        self.processes = media_processes.current()
        limits = voice_config().admission
        self._count = SharedCount(admission_path(), limits, self.processes.names)
        self._route = Route(self.processes, self.owner, MAX_BODY)

    async def start(self) -> None:
        """Returns when calls can be started."""
        self._count.start()
        await self.processes.start()

    async def wind_down(self) -> None:
        """Waits for nothing: the calls are elsewhere, and go on while this process restarts."""

    async def drain(self) -> None:
        """Waits for the media processes to close the sockets of their calls."""
        if self._sockets:
            await asyncio.wait(self._sockets, timeout=DRAIN_S)
        await self._count.aclose()
        await self.processes.aclose()
        await endings.drain()

    async def __call__(
        self, scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable
    ) -> None:
        if scope["type"] == "http" and self._is_door(scope["path"]):
            await self._count.gathered()
            await relay_request(self._route, scope, receive, send)
        elif scope["type"] == "websocket" and (found := _socket(scope["path"])) is not None:
            await self._count.gathered()
            await self._serve(scope, receive, send, *found)
        else:
            await self._inner(scope, receive, send)

    async def _serve(
        self,
        scope: WebSocketScope,
        receive: ASGIReceiveCallable,
        send: ASGISendCallable,
        ticket: str,
        call_id: str,
    ) -> None:
        try:
            owner = await self.owner(call_id) if call_id else ""
            waits = bool(ticket) and await _is_unused(ticket, scope)
        except BusyError as busy:
            await refuse(receive, send, busy)
            return
        if call_id and not owner:
            await self._inner(scope, receive, send)
            return
        socket = SocketRelay(self._route, scope, receive, send)
        await self._held(socket.run(owner, waits=waits))

    async def owner(self, call_id: str) -> str:
        """Returns the media process that has a live call, or a check; empty if none has.

        Raises BusyError (retryable) while the database is away.
        """
        if (of_check := name_of(call_id)) and self.processes.has(of_check):
            return of_check
        try:
            worker = await sync_to_async(calls.worker_of)(call_id)
        except database.AWAY as error:
            raise database.busy() from error
        name = name_of_worker(worker)
        return name if self.processes.has(name) else ""

    def _is_door(self, path: str) -> bool:
        try:
            return resolve(path).func in self._doors
        except Resolver404:
            return False

    async def _held(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._sockets.add(task)
        try:
            await task
        finally:
            task.cancel()
            self._sockets.discard(task)


async def _is_unused(ticket: str, scope: WebSocketScope) -> bool:
    """Returns whether a ticket is not used up yet, which must happen at the right process.

    Raises BusyError (retryable) while the database is away.
    """
    origin = dict(scope["headers"]).get(b"origin", b"").decode("latin1")
    try:
        found = await sync_to_async(tickets.find_holder)(ticket, origin)
    except database.AWAY as error:
        raise database.busy() from error
    return found is not None and not found.call_id


def _socket(path: str) -> tuple[str, str] | None:
    """Returns the ticket and the call in a socket's path; None if the path has no socket."""
    for pattern in websocket_urlpatterns:
        found = pattern.pattern.match(path.lstrip("/"))
        if found is not None:
            values = found[2]
            return values.get("ticket") or "", values.get("call_id") or ""
    return None
