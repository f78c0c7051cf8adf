"""`WS /ws/voice`: typed messages and audio in one socket. The engine owns the call."""

import asyncio
from typing import Any

from sessions_app.consumers.admitted import BUSY, LONGEST_REASON
from sessions_app.consumers.auth import claims_of, principal_with_token
from sessions_app.consumers.sockets import CLOSED_BY_CLIENT, CallSocket
from sessions_app.engine.core.commands import AudioEnded, StartStream, ToCall
from sessions_app.engine.core.errors import BusyError, MediaError
from sessions_app.engine.core.frames import VoiceChunk
from sessions_app.engine.core.rates import MessageKind
from sessions_app.engine.protocols import control, streaming
from sessions_app.engine.protocols.reading import ProtocolError
from sessions_app.runtime import engine
from sessions_app.runtime.placement import StreamedCall
from sessions_app.services.entrance import CLOSE, RefusedError

SIGN_IN_S = 5.0
"""How long a client without credentials in its handshake has to send a token.

Longer keeps unknown connections open; shorter refuses clients on slow networks.
"""


class StreamingConsumer(CallSocket):
    """`/ws/voice`: a call whose audio comes in messages, as for clients whose WebRTC is blocked."""

    closes_with_call = True
    streamed: StreamedCall | None = None
    features: frozenset[str] = frozenset()

    async def refused(self, refused: RefusedError) -> None:
        if claims_of(self.scope).ticket:
            await super().refused(refused)
            return
        self.tasks.append(asyncio.create_task(self.wait_for_token(refused)))

    async def wait_for_token(self, refused: RefusedError) -> None:
        await asyncio.sleep(SIGN_IN_S)
        if self.principal is None:
            await self.close(CLOSE + refused.status, refused.message)

    async def take(self, message: str | bytes) -> None:
        if isinstance(message, bytes):
            await self.feed_audio(message)
        else:
            await self.execute(streaming.parse(message))

    async def feed_audio(self, data: bytes) -> None:
        if self.streamed is None:
            raise ProtocolError("Send `session_start` before audio.", code="no_session")
        if len(data) > streaming.MAX_AUDIO_BYTES:
            limit = streaming.MAX_AUDIO_BYTES // 1024
            raise ProtocolError(f"An audio message may be at most {limit} KiB.", code="too_large")
        self.streamed.session.count(MessageKind.AUDIO)
        transport = self.streamed.transport
        try:
            transport.feed(data)
        finally:
            if streaming.ACKS in self.features and not transport.received % streaming.ACK_EVERY:
                self.push(streaming.ack(transport.received))
        await transport.wait_for_room()

    async def execute(self, command: Any) -> None:
        if isinstance(command, StartStream):
            await self.start(command)
        elif command is None:
            return
        elif self.streamed is None:
            raise ProtocolError("Send `session_start` first.", code="no_session")
        elif isinstance(command, AudioEnded):
            self.streamed.transport.pause()
            # the silence that pause() adds counts as audio
            await self.streamed.transport.wait_for_room()
        elif isinstance(command, ToCall):
            engine.current().execute(self.call_id, self.party, command)

    async def start(self, wish: StartStream) -> None:
        if self.streamed is not None:
            raise ProtocolError(
                "This socket already has a call. Open another socket.", code="already_in_call"
            )
        if self.principal is None:
            await self.sign_in(wish.token)
        try:
            streamed = await engine.current().stream(self.by, self.allowed(wish))
        except BusyError as busy:
            self.push(control.error(busy))
            await self.outbox_sent()
            await self.close(BUSY, busy.message[:LONGEST_REASON])
            return
        self.streamed, self.features = streamed, wish.features
        transport, call_id = streamed.transport, streamed.session.call_id
        started = streaming.started(
            call_id,
            resumed=streamed.resumed,
            received=transport.received,
            backlog_ms=0.0 if transport.received else transport.backlog_ms,
        )
        self.push(started | self.bound(call_id))
        transport.on_broken = self.broken
        transport.attach(self.voice)
        outlet = streaming.StreamOutlet(call_id, wish.features, self.push)
        self.join(call_id, outlet, wish.last_seq)

    async def sign_in(self, token: str) -> None:
        self.admit(await principal_with_token(self.scope, token))

    def broken(self, error: MediaError) -> None:
        self.push(control.error(error))

    def voice(self, chunk: VoiceChunk) -> None:
        self.push(streaming.chunk_header(chunk))
        self.push(chunk.body)

    async def disconnect(self, code: int) -> None:
        if self.streamed is not None:
            self.streamed.transport.detach(self.voice, for_good=code in CLOSED_BY_CLIENT)
        await super().disconnect(code)
