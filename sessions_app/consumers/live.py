"""`WS /ws/calls/<id>/live`: shows a live call to somebody who may see it."""

import json
from typing import Any

from channels.db import database_sync_to_async

from sessions_app.consumers.admitted import BUSY, LONGEST_REASON, AdmittedSocket
from sessions_app.engine.core.errors import UnknownCallError, VoiceError
from sessions_app.engine.protocols.limits import TOO_MANY_MESSAGES, FloodError, SocketGate
from sessions_app.models import TokenScope
from sessions_app.runtime.broadcast import group_of
from sessions_app.runtime.settings import message_limits
from sessions_app.services import access, authentication, database, live_desk

NO_SUCH_CALL = 4404
"""Close code, from HTTP's 404: docs/protocol.md."""


class LiveConsumer(AdmittedSocket):
    """Relays a call's messages from the channel layer to a user, while they may see the call."""

    token_scope = TokenScope.READ
    group = ""
    shut = False
    sees_typists = False

    typists: dict[int, str]
    """Names of staff who typed for the agent, by their keys."""

    async def connect(self) -> None:
        self.gate = SocketGate(message_limits(), lambda _: None)
        self.watches = call_id = self.scope["url_route"]["kwargs"]["call_id"]
        await self.enter()
        if self.principal is None:
            return
        try:
            user = await database_sync_to_async(authentication.user_of)(self.principal)
            call = await database_sync_to_async(access.call_for)(user, call_id)
            may_see = database_sync_to_async(live_desk.may_see_typists)
            self.typists, self.sees_typists = {}, await may_see(user, call)
        except UnknownCallError as unknown:
            await self.close(NO_SUCH_CALL, unknown.message)
        except database.AWAY:
            await self.close(BUSY, database.busy().message[:LONGEST_REASON])
        else:
            self.group = group_of(call_id)
            await self.channel_layer.group_add(self.group, self.channel_name)

    def signed_out(self) -> None:
        self.shut = True
        super().signed_out()

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """A client has nothing to say here: what it sends counts as a mistake."""
        try:
            await self.gate.passes(text_data or bytes_data or "", _refuse)
        except FloodError as flood:
            await self.close(TOO_MANY_MESSAGES, str(flood))
        except VoiceError:
            return

    async def disconnect(self, code: int) -> None:
        await super().disconnect(code)
        if self.group:
            await self.channel_layer.group_discard(self.group, self.channel_name)

    async def call_message(self, event: dict[str, Any]) -> None:
        """Relays a group message, unless the user may not watch any more."""
        message, typist = event["message"], event.get("typist")
        if typist and self.sees_typists:
            message = {**message, "typedBy": await self._name_of(typist)}
        if not self.shut:
            await self.send(text_data=json.dumps(message))

    async def _name_of(self, typist: int) -> str:
        if typist not in self.typists:
            try:
                self.typists[typist] = await database_sync_to_async(live_desk.name_of)(typist)
            except database.AWAY:
                return live_desk.STAFF  # asked again with their next line
        return self.typists[typist]


async def _refuse(_message: str | bytes) -> None:
    raise VoiceError("This socket only sends; it takes no messages.")
