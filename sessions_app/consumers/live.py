"""`WS /ws/calls/<id>/live`: a second window on a live call."""

import json
from typing import Any

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer

from sessions_app.bridge.broadcast import group_of
from sessions_app.consumers.auth import RefusedError, visitor_of
from sessions_app.core.errors import UnknownCallError
from sessions_app.services import access

NO_SUCH_CALL = 4404


class LiveConsumer(AsyncWebsocketConsumer):  # type: ignore[misc]
    """Relays a call's messages from the channel layer to who may see the call."""

    group = ""

    async def connect(self) -> None:
        await self.accept()
        call_id = self.scope["url_route"]["kwargs"]["call_id"]
        try:
            visitor = await visitor_of(self.scope)
            await database_sync_to_async(access.call_for)(visitor.user, call_id)
        except RefusedError as refused:
            await self.close(refused.code, refused.reason)
        except UnknownCallError as unknown:
            await self.close(NO_SUCH_CALL, unknown.message)
        else:
            self.group = group_of(call_id)
            await self.channel_layer.group_add(self.group, self.channel_name)

    async def disconnect(self, code: int) -> None:
        if self.group:
            await self.channel_layer.group_discard(self.group, self.channel_name)

    async def call_message(self, event: dict[str, Any]) -> None:
        """Takes a group message and passes it on."""
        await self.send(text_data=json.dumps(event["message"]))
