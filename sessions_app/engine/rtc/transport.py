"""A client's audio and data channel over WebRTC."""

import asyncio
import contextlib
import time
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
from sessions_app.engine.rtc.data_channel import DataChannel
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


class WebRTCTransport:
    """A call's WebRTC connection: its audio, video, and messages over one data channel.

    Implements `core.transport.Transport`. Used on one event loop.

    - `clock` is the call's, which this transport drives.
    - The packets of `playout` are sent while the client receives audio (`can_play`).
    - Video in both directions goes through `video`.
    - `channel` is the label of the data channel; `on_message` gets its messages.
    - `public_address` is this server's address outside its NAT.
    - With `own_path`, audio is received and sent below aiortc, if the installed version allows it;
      `media_loop` is then shared by all calls of the event loop.
    - `predecessor` is the identity of a connection to take over from (see `moves`).
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
        predecessor: ConnectionIdentity | None = None,
        on_message: Callable[[str | bytes], None] = lambda _: None,
    ) -> None:
        self._clock = clock
        self._playout = playout
        self._video = video
        self._own_path = own_path and guard.available()
        self._media_loop = media_loop
        self._public_address = public_address
        self._voice_track = OutgoingTrack(playout) if playout is not None else None
        self._video_track = video.out() if video is not None else None
        tracks = (self._voice_track, self._video_track)
        self._peer = Peer(configuration, self, *tracks, preferences, predecessor=predecessor)
        self.rtp: RtpSession | None = None
        self.on_key: Callable[[str], None] = lambda _: None
        """Gets each DTMF key of the RTP stream."""

        self.channel = channel
        self.on_message = on_message
        self._messages = DataChannel(self._on_message)
        self._frames = BoundedFrames()
        self._track_task: asyncio.Task[None] | None = None
        self._media_s: float | None = None
        self._audio_s = time.monotonic()
        self._received_ms = 0.0
        self.closed_by_peer = False
        self._has_predecessor = predecessor is not None
        self._replaced: WebRTCTransport | None = None
        self._is_replaced = False
        self._lost = asyncio.Event()
        self._tracker = TransportTracker()
        self._identities: frozenset[str] = frozenset()
        self._origin: Origin | None = None

    @property
    def connected(self) -> bool:
        return self._peer.connected

    @property
    def can_play(self) -> bool:
        """Whether the client receives the agent's voice; False before the answer."""
        return self._peer.can_play

    @property
    def wants_text(self) -> bool:
        """False: only clients over a WebSocket can ask for text instead of audio."""
        return False

    @property
    def last_heard_s(self) -> float | None:
        heard = [at for at in (self._peer.last_heard_s, self._media_s) if at is not None]
        return max(heard, default=None)

    @property
    def last_media_s(self) -> float | None:
        return self._media_s

    def silent_until_ms(self, now_s: float) -> float | None:
        quiet = 1000 * (now_s - self._audio_s) > QUIET_MS
        return self._clock.now_ms(now_s) if quiet else None

    @property
    def dropped_ms(self) -> float:
        """How much audio was dropped because its reader was too slow, in ms."""
        return self._frames.dropped_ms

    @property
    def account(self) -> str:
        rtp = self.rtp.account if self.rtp is not None else "aiortc's tracks"
        return f"{rtp}, {self._received_ms:.0f} ms heard, {self.dropped_ms:.0f} ms dropped"

    async def answer(self, sdp: str) -> str:
        """Returns the SDP answer; a later offer of the same connection renegotiates it.

        Raises BadOfferError (not retryable), after which the transport is unusable; close it.
        """
        first = not self._peer.answered and not self._has_predecessor
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
        """Returns whether the client moves to another transport (ports, DTLS) with this offer.

        Another WebRTCTransport, with this one's `identity` as `predecessor`, must then answer it.
        """
        return self._tracker.moves(sdp)

    @property
    def identity(self) -> ConnectionIdentity:
        """What the client recognises this connection by."""
        return self._peer.identity(self._messages.channel)

    def take_over(self, earlier: "WebRTCTransport") -> None:
        """Replaces an earlier connection, which its client leaves once it has the answer.

        The earlier one stays open until then: closing it here would close the client's data
        channel.
        """
        self._replaced, earlier._is_replaced = earlier, True
        earlier._peer.stop_sending()

    def frames(self) -> BoundedFrames:
        return self._frames

    async def add_candidate(self, candidate: Candidate) -> None:
        self._tracker.note_candidate(candidate)
        await self._peer.add_candidate(candidate)

    def send(self, message: str | bytes) -> None:
        self._messages.send(message)

    def close_channel(self) -> None:
        self._messages.close()

    def close_input(self) -> None:
        if self.rtp is not None:
            self.rtp.finish()
        if self._track_task is not None:
            self._track_task.cancel()
        self._frames.close()

    async def aclose(self) -> None:
        self.close_input()
        if self._track_task is not None:
            await asyncio.gather(self._track_task, return_exceptions=True)
        if self._voice_track is not None:
            self._voice_track.stop()
        if self._video_track is not None:
            self._video_track.stop()
        await self._wait_for_client_to_leave()
        await self._messages.flush(lambda: self.connected)
        await self._peer.aclose()

    async def _wait_for_client_to_leave(self) -> None:
        """Waits until the client has left a connection that was replaced; GOODBYE_S at most."""
        if self._replaced is not None:
            self._replaced._lost.set()
        if self._is_replaced and self.connected:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(GOODBYE_S):
                    await self._lost.wait()

    # -- callbacks of the peer connection ---------------------------------------------

    def on_audio_track(self, track: Any) -> None:
        if self._track_task is not None:
            self._track_task.cancel()  # of a line that is not used any more
        self._track_task = asyncio.ensure_future(self._read(track))

    def on_video_track(self, track: Any) -> None:
        if self._video is not None:
            self._video.watch(track)

    def on_channel(self, channel: RTCDataChannel) -> None:
        if channel.label == self.channel and self._messages.channel is None:
            self._messages.attach(channel)

    def _on_message(self, message: str | bytes) -> None:
        self.on_message(message)

    def on_lost(self, *, by_peer: bool) -> None:
        if self.rtp is not None:
            self.rtp.finish()
            self._frames.close()
        self._lost.set()
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
        self._received_ms += frame.duration_ms
        self._audio_s = now_s
        self._clock.heard(frame.end_ms, now_s)
        self._frames.put(frame)

    def _on_media(self, now_s: float) -> None:
        self._media_s = now_s

    async def _read(self, track: Any) -> None:
        """Reads every frame of an aiortc track, which would otherwise queue without limit."""
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
    """Turns the frames of an aiortc track (packed stereo, 48 kHz) into speech frames."""

    def __init__(self) -> None:
        self._timeline: Timeline | None = None
        self._resampler: Resampler | None = None
        self._arrived_ms = 0.0

    def read(self, frame: av.AudioFrame, now_ms: float) -> list[AudioFrame]:
        """Returns a frame's audio on the call clock (int16, 16 kHz, mono); [] if it is too late.

        `now_ms` is the call clock at arrival.
        """
        rate = frame.sample_rate
        if self._timeline is None:
            self._timeline = Timeline(rate, now_ms)
            self._resampler = Resampler(rate, len(frame.layout.channels))
        assert self._resampler is not None  # noqa: S101 - set with the timeline
        absent_ms, self._arrived_ms = now_ms - self._arrived_ms, now_ms
        expected_ms = self._timeline.expected_ms(frame.pts or 0)
        if expected_ms is not None and absent_ms > ABSENT_MS:
            late_ms = now_ms - expected_ms - 1000 * frame.samples / rate
            if late_ms > LATE_MS:  # a pause: aiortc buffers too little to deliver this late
                self._timeline.pause(late_ms)
        start_ms = self._timeline.place(frame.pts or 0, frame.samples, now_ms)
        if start_ms is None:
            return []
        samples = self._resampler.process(np.asarray(frame.to_ndarray(), np.int16))
        audio = AudioFrame(samples, SPEECH_RATE, max(0.0, start_ms - DELAY_MS))
        return [audio] if len(samples) else []
