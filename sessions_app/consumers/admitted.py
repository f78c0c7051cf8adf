"""What every socket does: authenticates, counts, and closes when its user may not go on."""

import asyncio
from typing import Any

from channels.generic.websocket import AsyncWebsocketConsumer

from sessions_app.consumers import allowance
from sessions_app.consumers.allowance import Place
from sessions_app.consumers.auth import claims_of, principal_of
from sessions_app.engine.core.errors import BusyError
from sessions_app.engine.core.party import Party
from sessions_app.models import TokenScope
from sessions_app.runtime import endings
from sessions_app.runtime.endings import Registration
from sessions_app.services.authentication import Principal
from sessions_app.services.entrance import CLOSE, RefusedError

SIGNED_OUT = CLOSE + 401
BUSY = CLOSE + 429
IDLE = 4410
"""Close codes that clients may act upon: docs/protocol.md."""

BROKEN = 1006
"""No client can send this code: the connection broke, or was cancelled (RFC 6455, 7.4.1)."""

LONGEST_REASON = 100
"""Characters of a close reason: at most 123 bytes may be sent (RFC 6455, 5.5.1)."""


class AdmittedSocket(AsyncWebsocketConsumer):  # type: ignore[misc]
    """A socket that counts against its party's limits, and is closed when they may not go on."""

    principal: Principal | None = None
    registration: Registration | None = None
    watches = ""
    """The public id of a call, where the socket is only for those who may see it."""

    token_scope = TokenScope.CALL
    """What a token must be good for to be let in."""

    has_left = False

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serves the socket. Whatever ends that, it holds nothing then.

        Channels calls `disconnect` when a client has left, but not after a fault of ours, nor when
        Daphne cancels a socket that is still busy ten seconds after it closed.
        """
        self.tasks: list[asyncio.Task[None]] = []
        self.places: list[Place] = []
        try:
            await super().__call__(scope, receive, send)
        finally:
            if not self.has_left:
                await self.disconnect(BROKEN)

    async def enter(self) -> None:
        """Accepts first, since a browser cannot read the code of a refused handshake."""
        await self.accept()
        try:
            self.places.append(allowance.for_address(claims_of(self.scope).address))
            self.admit(await principal_of(self.scope, self.token_scope))
        except RefusedError as refused:
            await self.refused(refused)
        except BusyError as busy:
            await self.close(BUSY, busy.message[:LONGEST_REASON])

    async def refused(self, refused: RefusedError) -> None:
        """Closes a socket whose client could not be authenticated."""
        await self.close(CLOSE + refused.status, refused.message)

    def admit(self, principal: Principal) -> None:
        """Serves `principal` from now on, until they may not go on; raises BusyError."""
        self.places.append(allowance.for_party(principal.party.key))
        self.principal = principal
        self.registration = endings.current().register(
            principal, self.signed_out, watches=self.watches
        )

    @property
    def by(self) -> Principal:
        """Who is here."""
        assert self.principal is not None  # noqa: S101 - nothing is obeyed before `admit`
        return self.principal

    @property
    def party(self) -> Party:
        """Whose calls they are."""
        return self.by.party

    def signed_out(self) -> None:
        """Ends the socket of somebody who may not go on; their calls are ended beside it."""
        self.close_soon(SIGNED_OUT, "You were signed out.")

    def close_soon(self, code: int, reason: str = "") -> None:
        """Closes the socket, without being waited for."""
        self.tasks.append(asyncio.create_task(self.close(code, reason)))

    async def watch_idle(self) -> None:
        """Closes a socket that has had no live call for too long: it only takes a place."""
        limit_s, last_s = allowance.idle_s(), asyncio.get_running_loop().time()
        while limit_s:
            await asyncio.sleep(min(allowance.LOOK_S, limit_s))
            now_s = asyncio.get_running_loop().time()
            if self.in_call():
                last_s = now_s
            elif now_s - last_s >= limit_s:
                await self.close(
                    IDLE, "There was no call for a while. Open another socket when you need one."
                )
                return

    def in_call(self) -> bool:
        """Returns whether the socket is needed by a live call."""
        return False

    async def disconnect(self, code: int) -> None:
        """Stops counting this socket. Subclasses also release what they hold themselves."""
        self.has_left = True
        endings.current().release(self.registration)
        for place in self.places:
            place.give_back()
        for task in self.tasks:
            task.cancel()
