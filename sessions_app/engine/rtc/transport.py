"""A client's audio and data channel over WebRTC."""

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import Callable
from typing import Any

import av
import numpy as np
from aiortc import RTCConfiguration, RTCDataChannel
from aiortc.mediastreams import MediaStreamError

from sessions_app.engine.audio.late_audio import ABSENT_MS, LATE_MS, QUIET_MS
from sessions_app.engine.audio.playout import Playout
from sessions_app.engine.audio.resample import DELAY_MS, Resampler
from sessions_app.engine.core.clock import CallClock
from sessions_app.engine.core.commands import Candidate
from sessions_app.engine.core.frames import SPEECH_RATE, AudioFrame
from sessions_app.engine.core.queues import BoundedFrames
from sessions_app.engine.rtc import ice
from sessions_app.engine.rtc.aiortc_compat import guard
from sessions_app.engine.rtc.aiortc_track import OutgoingTrack
from sessions_app.engine.rtc.loop.media_loop import MediaLoop
from sessions_app.engine.rtc.peer_connection import GOODBYE_S, Peer
from sessions_app.engine.rtc.rtp.session import RtpSession
from sessions_app.engine.rtc.rtp.timeline import Timeline
from sessions_app.engine.rtc.sdp.lines import bundled, with_group
from sessions_app.engine.rtc.sdp.offers import read_offer
from sessions_app.engine.rtc.sdp.opus_preferences import OpusPreferences
from sessions_app.engine.rtc.sdp.origins import Origin, origin_of
from sessions_app.engine.rtc.sdp.rejected_lines import with_rejected, without_rejected
from sessions_app.engine.rtc.transport_change import ConnectionIdentity, TransportTracker
from sessions_app.engine.rtc.video import VideoLine

FLUSH_S = 1.0
"""How long closing waits for the last messages. Less may lose a `bye`; more delays the end."""

FLUSH_STEP_S = 0.02

CHANNEL_BACKLOG = 200
"""Messages kept for a data channel that is not open yet; with more, the oldest are dropped."""

MAX_BUFFERED = 4 << 20
"""Bytes that wait to be sent to a client; with more, its data channel is closed.

Less closes slow clients; more lets one that takes nothing fill memory.
"""


class WebRTCTransport:
    """Answers a client's offers, yields its audio, and carries messages over one data channel.

    `clock` is the call's, which this transport drives. The packets of `playout` are sent where the
    client takes audio (`can_play`), and pictures both ways go through `video`. Audio is received
    and sent below aiortc, unless `own_path` is off or the installed aiortc does not allow it;
    `media_loop` is then what all calls share, or by default one of its own. With `before` it takes
    over from a connection that `moves`. Fulfils `core.transport.Transport`.
    """

    def __init__(
        self,
        configuration: RTCConfiguration,
        clock: CallClock,
        *,
        playout: Playout | None = None,
        video: VideoLine | None = None,
        channel: str = "control",
        public_address: str = "",
        own_path: bool = True,
        preferences: OpusPreferences | None = None,
        media_loop: MediaLoop | None = None,
        before: ConnectionIdentity | None = None,
        on_message: Callable[[str | bytes], None] = lambda _: None,
    ) -> None:
        self._playout = playout
        self._media_loop = media_loop
        self._outgoing = OutgoingTrack(playout) if playout is not None else None
        self._video = video
        self._shown = video.out() if video is not None else None
        self._peer = Peer(
            configuration, self, self._outgoing, self._shown, preferences, before=before
        )
        self._own_path = own_path and guard.available()
        self.rtp: RtpSession | None = None
        self._public_address = public_address
        self._clock = clock
        self.channel = channel
        self._channel: RTCDataChannel | None = None
        self._backlog: deque[str | bytes] = deque(maxlen=CHANNEL_BACKLOG)
        self._frames = BoundedFrames()
        self._reading: asyncio.Task[None] | None = None
        self._media_s: float | None = None
        self._sound_s = time.monotonic()
        self._heard_ms = 0.0
        self.on_message = on_message
        self.on_key: Callable[[str], None] = lambda _: None
        self.closed_by_peer = False
        self._closing_channel = False
        self._follows = before is not None
        self._tracker = TransportTracker()
        self._earlier: WebRTCTransport | None = None
        self._succeeded = False
        self._left = asyncio.Event()
        self._identities: frozenset[str] = frozenset()
        self._origin: Origin | None = None

    @property
    def connected(self) -> bool:
        return self._peer.connected

    @property
    def can_play(self) -> bool:
        """Whether the client takes the agent's voice; False before the answer."""
        return self._peer.can_play

    @property
    def reads(self) -> bool:
        """A peer connection always takes part in the call, and cannot ask for words only."""
        return False

    @property
    def last_heard_s(self) -> float | None:
        heard = [at for at in (self._peer.last_heard_s, self._media_s) if at is not None]
        return max(heard, default=None)

    @property
    def last_media_s(self) -> float | None:
        return self._media_s

    def silent_to(self, now_s: float) -> float | None:
        quiet = 1000 * (now_s - self._sound_s) > QUIET_MS
        return self._clock.now_ms(now_s) if quiet else None

    @property
    def dropped_ms(self) -> float:
        """How much audio was dropped because its reader was too slow."""
        return self._frames.dropped_ms

    @property
    def account(self) -> str:
        rtp = self.rtp.account if self.rtp is not None else "aiortc's tracks"
        return f"{rtp}, {self._heard_ms:.0f} ms heard, {self.dropped_ms:.0f} ms dropped"

    async def answer(self, sdp: str) -> str:
        """Returns the answer's SDP; a later offer of the same connection renegotiates it.

        Raises BadOfferError, after which only `aclose` is left.
        """
        first = not self._peer.answered and not self._follows
        offered, rejected = without_rejected(read_offer(sdp, first=first))
        answer = with_group(await self._peer.answer(offered), bundled(offered))
        self._identities = frozenset(ice.identities(sdp))
        self._origin = origin_of(sdp)
        self._tracker.note_offer(sdp)
        answer = with_rejected(answer, rejected)
        if self._public_address:
            return ice.with_public_address(answer, self._public_address)
        return answer

    def is_of(self, sdp: str) -> bool:
        """Returns whether an offer belongs to this client's connection."""
        origin = origin_of(sdp)
        known = not self._identities.isdisjoint(ice.identities(sdp))
        return known or (origin is not None and origin.follows(self._origin))

    def moves(self, sdp: str) -> bool:
        """Returns whether with this offer the client moves to another transport (ports, DTLS).

        Another WebRTCTransport, with the `identity` of this one, is then to answer it.
        """
        return self._tracker.moves(sdp)

    @property
    def identity(self) -> ConnectionIdentity:
        """What the client recognises this connection by."""
        return self._peer.identity(self._channel)

    def take_over(self, earlier: "WebRTCTransport") -> None:
        """Goes on for an earlier connection, which its client leaves once it has the answer.

        Until then that one stays open: closed from here, it would close the client's data channel.
        """
        self._earlier, earlier._succeeded = earlier, True
        earlier._peer.stop_sending()

    def frames(self) -> BoundedFrames:
        return self._frames

    async def add_candidate(self, candidate: Candidate) -> None:
        self._tracker.note_candidate(candidate)
        await self._peer.add_candidate(candidate)

    def send(self, message: str | bytes) -> None:
        if self._channel is None or self._channel.readyState != "open":
            self._backlog.append(message)
        elif self._channel.bufferedAmount > MAX_BUFFERED:
            self._channel.close()
        else:
            self._channel.send(message)

    def close_channel(self) -> None:
        self._closing_channel = True
        if self._channel is not None and not self._backlog:
            self._channel.close()

    def close_input(self) -> None:
        if self.rtp is not None:
            self.rtp.finish()
        if self._reading is not None:
            self._reading.cancel()
        self._frames.close()

    async def aclose(self) -> None:
        self.close_input()
        if self._reading is not None:
            await asyncio.gather(self._reading, return_exceptions=True)
        if self._outgoing is not None:
            self._outgoing.stop()
        if self._shown is not None:
            self._shown.stop()
        await self._left_by_client()
        await self._flushed()
        await self._peer.aclose()

    async def _left_by_client(self) -> None:
        """Returns when the client has left this connection, or after GOODBYE_S."""
        if self._earlier is not None:
            self._earlier._left.set()
        if self._succeeded and self.connected:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(GOODBYE_S):
                    await self._left.wait()

    async def _flushed(self) -> None:
        """Returns when the channel's last messages are sent, or the client takes none."""
        channel = self._channel
        deadline = time.monotonic() + FLUSH_S
        while channel is not None and self.connected and time.monotonic() < deadline:
            if not channel.bufferedAmount and channel.readyState != "closing":
                return
            await asyncio.sleep(FLUSH_STEP_S)

    # -- told by the peer connection --------------------------------------------------

    def on_audio_track(self, track: Any) -> None:
        if self._reading is not None:
            self._reading.cancel()  # of a line that is not used any more
        self._reading = asyncio.ensure_future(self._read(track))

    def on_video_track(self, track: Any) -> None:
        if self._video is not None:
            self._video.watch(track)

    def on_channel(self, channel: RTCDataChannel) -> None:
        if channel.label != self.channel or self._channel is not None:
            return
        self._channel = channel
        channel.on("message", lambda message: self.on_message(message))  # noqa: PLW0108 - set later
        channel.on("open", self._channel_open)
        self._channel_open()

    def _channel_open(self) -> None:
        channel = self._channel
        while channel is not None and self._backlog and channel.readyState == "open":
            channel.send(self._backlog.popleft())
        if channel is not None and self._closing_channel:
            channel.close()

    def on_lost(self, *, by_peer: bool) -> None:
        if self.rtp is not None:
            self._input_ended()
        self._left.set()
        # a client that stopped all its lines has no transport, but may make another offer
        self.closed_by_peer = self.closed_by_peer or (by_peer and self._tracker.has_lines)

    # -- the caller's audio -----------------------------------------------------------

    def open_rtp(self) -> RtpSession | None:
        if not self._own_path:
            return None
        self.rtp = RtpSession(
            on_frame=self._on_frame,
            call_ms=lambda: self._clock.now_ms(time.monotonic()),
            on_media=self._on_media,
            on_report=lambda now_s: self._peer.check_silence(now_s, self.last_heard_s),
            on_key=lambda key: self.on_key(key),  # noqa: PLW0108 - set later
            playout=self._playout,
            media_loop=self._media_loop,
        )
        return self.rtp

    def _on_frame(self, frame: AudioFrame) -> None:
        self._take(frame, time.monotonic())

    def _take(self, frame: AudioFrame, now_s: float) -> None:
        self._heard_ms += frame.duration_ms
        self._sound_s = now_s
        self._clock.heard(frame.end_ms, now_s)
        self._frames.put(frame)

    def _on_media(self, now_s: float) -> None:
        self._media_s = now_s

    def _input_ended(self) -> None:
        if self.rtp is not None:
            self.rtp.finish()
        self._frames.close()

    async def _read(self, track: Any) -> None:
        """Reads every frame of the track: aiortc would queue the others without limit."""
        reader = TrackReader()
        try:
            while True:
                frame = await track.recv()
                now = time.monotonic()
                self._media_s = now
                for audio in reader.read(frame, self._clock.now_ms(now)):
                    self._take(audio, now)
        except MediaStreamError:
            self._frames.close()


class TrackReader:
    """Turns a track's frames (packed stereo 48 kHz from aiortc) into speech frames."""

    def __init__(self) -> None:
        self._timeline: Timeline | None = None
        self._resampler: Resampler | None = None
        self._arrived_ms = 0.0

    def read(self, frame: av.AudioFrame, now_ms: float) -> list[AudioFrame]:
        """Returns the frame's audio on the call clock; [] if it is too late.

        `now_ms` is the call clock at arrival.
        """
        rate = frame.sample_rate
        if self._timeline is None:
            self._timeline = Timeline(rate, now_ms)
            self._resampler = Resampler(rate, len(frame.layout.channels))
        assert self._resampler is not None  # noqa: S101 - set with the timeline
        away_ms, self._arrived_ms = now_ms - self._arrived_ms, now_ms
        expected_ms = self._timeline.expected_ms(frame.pts or 0)
        if expected_ms is not None and away_ms > ABSENT_MS:
            late_ms = now_ms - expected_ms - 1000 * frame.samples / rate
            if late_ms > LATE_MS:  # a pause: aiortc keeps too little to deliver so late
                self._timeline.pause(late_ms)
        start_ms = self._timeline.place(frame.pts or 0, frame.samples, now_ms)
        if start_ms is None:
            return []
        samples = self._resampler.process(np.asarray(frame.to_ndarray(), np.int16))
        audio = AudioFrame(samples, SPEECH_RATE, max(0.0, start_ms - DELAY_MS))
        return [audio] if len(samples) else []
