"""A WebSocket for vosk-server's clients: configuration, audio, end mark; one reply a message."""

from sessions_app.consumers.auth import guest_of
from sessions_app.consumers.sockets import CallSocket
from sessions_app.engine.core.frames import VoiceChunk
from sessions_app.engine.core.rates import MessageKind
from sessions_app.engine.core.states import EndReason
from sessions_app.engine.protocols import vosk
from sessions_app.runtime import engine
from sessions_app.runtime.placement import StreamedCall
from sessions_app.services.entrance import RefusedError


class VoskConsumer(CallSocket):
    """One recognition a socket. Nobody signs in: VOICE["VOSK_USER"] says who calls."""

    closes_with_call = True
    streamed: StreamedCall | None = None
    config = vosk.Config()
    replies: vosk.Replies | None = None

    async def refused(self, refused: RefusedError) -> None:
        guest = await guest_of(self.scope)
        if guest is None:
            await super().refused(refused)
        else:
            self.admit(guest)

    async def take(self, message: str | bytes) -> None:
        if self.principal is None:
            return
        if isinstance(message, bytes):
            await self.feed_audio(message)
            return
        config = vosk.parse(message)
        if config is None:
            await self.finish()
        elif self.streamed is None:
            self.config = config

    async def feed_audio(self, data: bytes) -> None:
        if self.streamed is None:
            await self.start()
        assert self.streamed is not None  # noqa: S101 - just started
        assert self.replies is not None  # noqa: S101 - just started
        self.streamed.session.count(MessageKind.AUDIO)
        self.streamed.transport.feed(data)
        await self.streamed.transport.wait_for_room()
        self.push(self.replies.next())

    async def start(self) -> None:
        wish = self.allowed(self.config.wish)
        self.streamed = await engine.current().stream(self.by, wish)
        self.streamed.transport.attach(_plays_nothing)
        self.replies = vosk.Replies(words=self.config.words)
        call_id = self.streamed.session.call_id
        self.bound(call_id)
        self.join(call_id, self.replies)

    async def finish(self) -> None:
        if self.streamed is None:
            await self.close(1000)
            return
        self.streamed.transport.pause()
        engine.current().hang_up(self.call_id, self.party, EndReason.CALLER_HUNG_UP)

    async def close_when_sent(self) -> None:
        if self.replies is not None:
            self.push(self.replies.last())
        await super().close_when_sent()

    async def disconnect(self, code: int) -> None:
        if self.streamed is not None:
            self.streamed.transport.detach(_plays_nothing, for_good=True)
        await super().disconnect(code)


def _plays_nothing(_chunk: VoiceChunk) -> None:
    """These clients only listen to words."""
