"""Opens the transports of calls in this process: peer connections and WebSockets."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from sessions_app.engine.audio.playout import Playout
from sessions_app.engine.core.clock import CallClock
from sessions_app.engine.core.commands import StartStream
from sessions_app.engine.core.transport import Transport
from sessions_app.engine.rtc import ice
from sessions_app.engine.rtc.aiortc_compat import connectivity
from sessions_app.engine.rtc.loop.media_loop import MediaLoop
from sessions_app.engine.rtc.transport import WebRTCTransport
from sessions_app.engine.rtc.transport_change import ConnectionIdentity
from sessions_app.engine.rtc.video import VideoLine
from sessions_app.engine.websocket.sources import OpenSource
from sessions_app.engine.websocket.transport import WebSocketTransport
from sessions_app.runtime import ice_servers
from sessions_app.runtime.settings import VoiceConfig

WEBRTC, WEBSOCKET = "webrtc", "websocket"

T = TypeVar("T", bound=Transport)


class CallMedia(Protocol):
    """What a transport needs of its call, which may not have started yet."""

    @property
    def clock(self) -> CallClock: ...

    @property
    def playout(self) -> Playout | None: ...

    @property
    def video(self) -> VideoLine | None: ...


@dataclass(frozen=True, slots=True)
class Connection(Generic[T]):
    """A transport for a call, and its name in the call's row.

    `answer` is the SDP for its client, and `offer_key` identifies a new call's offer; both are
    empty for sockets.
    """

    name: str
    transport: T
    answer: str = ""
    offer_key: str = ""


class Transports:
    """Opens transports for new calls, and for calls that move; one per process.

    Each is a context manager, which closes the transport if its body raises.
    """

    def __init__(self, config: VoiceConfig, open_source: OpenSource, media_loop: MediaLoop) -> None:
        self._config = config
        self._open_source = open_source
        self._media_loop = media_loop

    def start(self) -> None:
        """Sets the addresses and ports of ICE in this process, before the first connection."""
        if self._config.offer_loopback:
            connectivity.offer_loopback()
        if self._config.udp_ports is not None:
            connectivity.limit_ports(*self._config.udp_ports)

    @asynccontextmanager
    async def webrtc(
        self, call: CallMedia, sdp: str, channel: str, *, offer_key: str = ""
    ) -> AsyncIterator[Connection[WebRTCTransport]]:
        """Yields a peer connection that has answered the offer `sdp`; raises BadOfferError."""
        transport = self._peer(call, channel)
        async with _closed_on_failure(transport):
            answer = await transport.answer(sdp)
            yield Connection(WEBRTC, transport, answer, offer_key)

    @asynccontextmanager
    async def webrtc_after(
        self, call: CallMedia, sdp: str, earlier: WebRTCTransport
    ) -> AsyncIterator[Connection[WebRTCTransport]]:
        """Yields one that takes over from an earlier one, as its client moves."""
        transport = self._peer(call, earlier.channel, earlier.identity)
        async with _closed_on_failure(transport):
            yield Connection(WEBRTC, transport, await transport.answer(sdp))

    @asynccontextmanager
    async def websocket(
        self, call: CallMedia, request: StartStream
    ) -> AsyncIterator[Connection[WebSocketTransport]]:
        """Yields one for audio in a socket's messages; raises MediaError for unusable audio."""
        source = await self._open_source(request.audio)
        clock = call.clock
        unheard_ms = clock.now_ms(time.monotonic()) - clock.media_ms
        transport = WebSocketTransport(
            clock,
            source,
            playout=call.playout,
            output=request.output,
            backlog_ms=min(request.held_ms, unheard_ms) if clock.started else request.held_ms,
        )
        transport.start()
        async with _closed_on_failure(transport):
            yield Connection(WEBSOCKET, transport)

    def _peer(
        self, call: CallMedia, channel: str, predecessor: ConnectionIdentity | None = None
    ) -> WebRTCTransport:
        configuration = ice.configuration(
            ice_servers.all_for(ice_servers.SERVER), relay_only=self._config.ice_relay_only
        )
        return WebRTCTransport(
            configuration,
            call.clock,
            playout=call.playout,
            video=call.video,
            channel=channel,
            public_address=self._config.public_address,
            own_path=self._config.own_path,
            preferences=self._config.opus_preferences,
            media_loop=self._media_loop,
            predecessor=predecessor,
        )


@asynccontextmanager
async def _closed_on_failure(transport: Transport) -> AsyncIterator[None]:
    try:
        yield
    except BaseException:
        await transport.aclose()
        raise
