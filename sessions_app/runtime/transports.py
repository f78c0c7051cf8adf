"""What carries the sound of calls in this process: peer connections and sockets."""

import time

from sessions_app.engine.audio.playout import Playout
from sessions_app.engine.core.clock import CallClock
from sessions_app.engine.core.commands import StartStream
from sessions_app.engine.rtc import ice
from sessions_app.engine.rtc.aiortc_compat import connectivity
from sessions_app.engine.rtc.loop.media_loop import MediaLoop
from sessions_app.engine.rtc.transport import WebRTCTransport
from sessions_app.engine.rtc.transport_change import Known
from sessions_app.engine.rtc.video import VideoLine
from sessions_app.engine.websocket.sources import OpenSource
from sessions_app.engine.websocket.transport import WebSocketTransport
from sessions_app.runtime import ice_servers
from sessions_app.runtime.doors import DoorPlan
from sessions_app.runtime.settings import VoiceConfig


class Carriers:
    """Makes transports for new calls, and for calls that move; one a process."""

    def __init__(self, config: VoiceConfig, open_source: OpenSource, media_loop: MediaLoop) -> None:
        self._config = config
        self._open_source = open_source
        self._media_loop = media_loop

    def start(self) -> None:
        """Sets which addresses and ports ICE takes in this process; before the first connection."""
        if self._config.offer_loopback:
            connectivity.offer_loopback()
        if self._config.udp_ports is not None:
            connectivity.limit_ports(*self._config.udp_ports)

    def peer(
        self, clock: CallClock, playout: Playout | None, video: VideoLine | None, plan: DoorPlan
    ) -> WebRTCTransport:
        """Returns a connection over WebRTC that waits for its client's offer."""
        return self._peer(clock, playout, video, plan.channel)

    def heir(
        self,
        clock: CallClock,
        playout: Playout | None,
        video: VideoLine | None,
        earlier: WebRTCTransport,
    ) -> WebRTCTransport:
        """Returns one that stands in for an earlier one, whose client goes on elsewhere."""
        return self._peer(clock, playout, video, earlier.channel, earlier.known)

    def _peer(
        self,
        clock: CallClock,
        playout: Playout | None,
        video: VideoLine | None,
        channel: str,
        before: Known | None = None,
    ) -> WebRTCTransport:
        configuration = ice.configuration(
            ice_servers.all_for(ice_servers.SERVER), relay_only=self._config.ice_relay_only
        )
        return WebRTCTransport(
            configuration,
            clock,
            playout=playout,
            video=video,
            channel=channel,
            public_address=self._config.public_address,
            own_path=self._config.own_path,
            wishes=self._config.wishes,
            media_loop=self._media_loop,
            before=before,
        )

    async def socket(
        self, clock: CallClock, playout: Playout | None, wish: StartStream
    ) -> WebSocketTransport:
        """Returns a connection whose sound comes in a socket's messages; raises MediaError."""
        source = await self._open_source(wish.audio)
        unheard_ms = clock.now_ms(time.monotonic()) - clock.media_ms
        transport = WebSocketTransport(
            clock,
            source,
            playout=playout,
            output=wish.output,
            backlog_ms=min(wish.held_ms, unheard_ms) if clock.started else wish.held_ms,
        )
        transport.start()
        return transport
