"""One aiortc peer connection that answers a client's offers."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable
from typing import Any, Protocol

from aiortc import (
    MediaStreamTrack,
    RTCConfiguration,
    RTCDataChannel,
    RTCPeerConnection,
    RTCSessionDescription,
)

from sessions_app.engine.audio.g711_g722 import FromOpus
from sessions_app.engine.core.commands import Candidate
from sessions_app.engine.core.errors import BadCandidateError, BadOfferError
from sessions_app.engine.rtc import ice, transport_change
from sessions_app.engine.rtc.aiortc_compat import connectivity, media, negotiation
from sessions_app.engine.rtc.aiortc_track import OutgoingTrack
from sessions_app.engine.rtc.ice_gathering import IceGathering
from sessions_app.engine.rtc.rtp.session import RtpSession
from sessions_app.engine.rtc.sdp import codecs, media_lines, opus_preferences
from sessions_app.engine.rtc.sdp.lines import bundled, with_group, with_one_fingerprint
from sessions_app.engine.rtc.sdp.media_lines import MediaLines
from sessions_app.engine.rtc.transport_change import ConnectionIdentity

logger = logging.getLogger(__name__)

GOODBYE_S = 6.0
"""A connection that closes this soon after the client's last datagram was closed by the client.

Lower takes clients that hang up for a lost network; higher takes a lost network for a hang-up.
"""

CONSENT_CHECK_S = 4.0
"""After this long without a datagram the client is sent a consent check.

Some clients check consent never or seldom, and send nothing while muted. Lower costs packets;
higher notices clients that have left later.
"""

MAX_CANDIDATES = 100
"""The most ICE candidates of one client. Higher lets it cause more connectivity checks."""


class PeerListener(Protocol):
    """The callbacks of a peer connection to its transport."""

    def on_audio_track(self, track: Any) -> None: ...

    def on_video_track(self, track: Any) -> None: ...

    def on_channel(self, channel: RTCDataChannel) -> None: ...

    def on_lost(self, *, by_peer: bool) -> None:
        """Called when the connection has closed; `by_peer` if the client closed it."""
        ...

    def open_rtp(self) -> RtpSession | None:
        """Returns the session for audio below aiortc; None to use aiortc's tracks."""
        ...


class Peer:
    """Answers a client's offers and checks whether the client is still alive.

    `outgoing` is the agent's voice for aiortc's path. With a `video` track to send, the client's
    first video line is received, too. Each offer replaces the lines and directions of earlier ones.
    `predecessor` is the identity of an earlier connection that this one takes over from. Used on
    one event loop.
    """

    def __init__(
        self,
        configuration: RTCConfiguration,
        listener: PeerListener,
        outgoing: OutgoingTrack | None = None,
        video: MediaStreamTrack | None = None,
        preferences: opus_preferences.OpusPreferences | None = None,
        *,
        predecessor: ConnectionIdentity | None = None,
    ) -> None:
        self._outgoing = outgoing
        self._predecessor = predecessor
        self._preferences = preferences or opus_preferences.OpusPreferences()
        self._rtp: RtpSession | None = None
        self._lines = MediaLines()
        self._audio_track: Any = None
        self._video_tracks: set[Any] = set()
        self._watched_ice: set[Any] = set()
        self.answered = False
        self._video = video
        self._listener = listener
        servers = configuration.iceServers or []
        self._wants_relay = any("turn" in str(server.urls) for server in servers)
        self._background: set[asyncio.Task[None]] = set()
        self._consent_check: asyncio.Task[None] | None = None
        self._gathering = IceGathering()
        self._answering = asyncio.Lock()
        self._candidates = 0
        self._closing = False
        self.last_heard_s: float | None = None
        """When the client's last datagram arrived (monotonic)."""

        self._pc = self._connection(configuration)

    def _connection(self, configuration: RTCConfiguration) -> RTCPeerConnection:
        pc = RTCPeerConnection(configuration)
        if self._predecessor is not None:
            negotiation.use_certificates(pc, self._predecessor.certificates)
        else:
            negotiation.accept_rsa(pc)
        negotiation.log_failed_connect(pc)
        pc.on("datachannel", self._listener.on_channel)
        pc.on("connectionstatechange", self._state_changed)
        return pc

    @property
    def can_play(self) -> bool:
        """Whether the client receives the agent's voice, by its newest offer."""
        return self._lines.sending is not None

    @property
    def connected(self) -> bool:
        return bool(self._pc.connectionState == "connected")

    def identity(self, channel: RTCDataChannel | None) -> ConnectionIdentity:
        """Returns this connection's identity, with its data channel."""
        return transport_change.identity_of(self._pc, channel)

    def stop_sending(self) -> None:
        """Stops sending audio, as another connection takes over."""
        if self._rtp is not None:
            self._rtp.send_on(None, None)

    async def answer(self, sdp: str) -> str:
        """Returns the answer to a prepared offer (`sdp.offers`); raises BadOfferError.

        After an error the connection is unusable; close it.
        """
        async with self._answering:
            return await self._answer(sdp)

    async def _answer(self, sdp: str) -> str:
        try:
            offer = RTCSessionDescription(self._with_known_line_first(sdp), "offer")
            await self._pc.setRemoteDescription(offer)
            self._choose_lines(sdp)
            own_path = self._start_audio()
            self._report_tracks()
            self._take_identity()
            self._watch_ice()
            await self._pc.setLocalDescription()
            if self._pc.sctp is not None and self._pc.sctp.transport is None:
                raise ValueError("the data channel's line is in no BUNDLE")
        except Exception as error:
            raise BadOfferError(
                "The offer cannot be answered: none of its audio codecs is known here "
                "(Opus, G.722, PCMU, PCMA), or a part of it is missing."
            ) from error
        self.answered = True
        answer = with_one_fingerprint(str(self._pc.localDescription.sdp))
        if self._wants_relay and " typ relay" not in answer:
            logger.warning(
                "the TURN server gave no relay: is it up, is VOICE_TURN_SECRET its "
                "static-auth-secret, and are both clocks right? `manage.py check_ice` tells"
            )
        return self._with_own_types(answer, sdp) if own_path else answer

    def _with_own_types(self, answer: str, offer: str) -> str:
        """Adds what aiortc's answer lacks although the audio path below aiortc supports it."""
        answer = opus_preferences.with_preferences(answer, offer, self._preferences)
        for types in self._lines.types:
            answer = codecs.with_extra_types(answer, types, noise=self._preferences.dtx)
        return answer

    def _take_identity(self) -> None:
        identity, self._predecessor = self._predecessor, None
        if identity is None:
            return
        channel = transport_change.take_identity(self._pc, identity)
        if channel is not None:
            self._listener.on_channel(channel)

    def _with_known_line_first(self, sdp: str) -> str:
        """Returns the offer with a known line first in its BUNDLE.

        aiortc uses the first line's transport for all, and each new line has one of its own.
        """
        known = {line.mid for line in self._pc.getTransceivers()}
        known |= {self._pc.sctp.mid} if self._pc.sctp is not None else set()
        return with_group(sdp, sorted(bundled(sdp), key=lambda mid: mid not in known))

    async def add_candidate(self, candidate: Candidate) -> None:
        """Adds a candidate; mDNS names are resolved in the background.

        Raises BadCandidateError (not retryable) for a malformed one, or after MAX_CANDIDATES.
        """
        self._candidates += 1
        if self._candidates > MAX_CANDIDATES:
            raise BadCandidateError(
                f"Over {MAX_CANDIDATES} ICE candidates came for this call; the rest is ignored.",
                code="too_many_candidates",
            )
        if ".local" in candidate.candidate:
            self._in_background(self._add(candidate))
        else:
            await self._add(candidate)

    async def aclose(self) -> None:
        """Closes the connection; the client's tracks end within milliseconds.

        Waits for an answer in progress and its candidates: otherwise aiortc would leave sockets
        open, and tasks that fail on closed ones.
        """
        self._closing = True
        async with self._answering:
            await self._gathering.finished()
            await self._close()

    async def _close(self) -> None:
        if self._rtp is not None:
            self._rtp.close()
        for task in list(self._background):
            task.cancel()
        await asyncio.gather(*self._background, return_exceptions=True)
        try:
            await self._pc.close()
        except Exception as error:  # noqa: BLE001 - after an offer that failed halfway
            logger.info("a connection did not close cleanly (%s)", type(error).__name__)
            await self._stop_transports()

    async def _stop_transports(self) -> None:
        """Closes the sockets that a failed close has left open."""
        for dtls in transport_change.transports(self._pc):
            with contextlib.suppress(Exception):
                await dtls.stop()
            with contextlib.suppress(Exception):
                await dtls.transport.stop()

    async def _add(self, candidate: Candidate) -> None:
        parsed = await ice.read_candidate(candidate)
        if parsed is None or self._closing:
            return
        try:
            await self._pc.addIceCandidate(parsed)
        except (ValueError, ConnectionError) as error:
            raise BadCandidateError("This ICE candidate cannot be used.") from error

    def check_silence(self, now_s: float, heard_s: float | None) -> None:
        """Sends a silent client a consent check. To be called about every second.

        `heard_s` is when its last datagram arrived; both are monotonic.
        """
        silent = heard_s is not None and now_s - heard_s > CONSENT_CHECK_S
        dtls = transport_change.transport_of(self._pc, self._lines.receiving)
        if silent and self._consent_check is None and dtls is not None and not self._closing:
            self._consent_check = self._in_background(self._check_consent(dtls))

    async def _check_consent(self, dtls: Any) -> None:
        try:
            if await connectivity.is_alive(dtls):
                self.last_heard_s = time.monotonic()
        finally:
            self._consent_check = None

    def _in_background(self, work: Any) -> "asyncio.Task[None]":
        task: asyncio.Task[None] = asyncio.ensure_future(work)
        self._background.add(task)
        task.add_done_callback(self._background_done)
        return task

    def _background_done(self, task: "asyncio.Task[None]") -> None:
        self._background.discard(task)
        if not task.cancelled() and task.exception() is not None:
            logger.info("an mDNS candidate could not be used")

    def _choose_lines(self, sdp: str) -> None:
        """Chooses the media lines of an offer, and puts the voice and video tracks on them."""
        present = media_lines.match_offer(self._pc.getTransceivers(), sdp)
        voice, video = self._outgoing is not None, self._video is not None
        self._lines = media_lines.choose(present, sdp, self._lines, voice=voice, video=video)
        media_lines.set_directions(present, self._lines)
        line = self._lines.video
        video_line = line if line is not None and media_lines.may_send(line) else None
        for one in self._pc.getTransceivers():
            track = {self._lines.sending: self._outgoing, video_line: self._video}.get(one)
            if one.sender.track is not track:
                one.sender.replaceTrack(track)

    def _start_audio(self) -> bool:
        """Receives and sends on the chosen lines below aiortc, each with one codec.

        Returns False if audio goes through aiortc's tracks; the answer is then aiortc's, too.
        """
        lines = self._lines
        if self._rtp is None and lines.types:
            self._rtp = self._listener.open_rtp()
        if self._rtp is None:
            if self._outgoing is not None and lines.sending_types is not None:
                codec = lines.sending_types.codec
                self._outgoing.convert = FromOpus(codec) if codec is not None else None
            return False
        if lines.receiving_types is not None:
            self._rtp.receive_on(lines.receiving, lines.receiving_types)
        self._rtp.send_on(lines.sending, lines.sending_types)
        for line, types in (
            (lines.receiving, lines.receiving_types),
            (lines.sending, lines.sending_types),
        ):
            if types is not None:
                negotiation.set_codecs(line, negotiation.codecs(line)[:1])
        if self.connected:
            self._rtp.connected()
        return True

    def _report_tracks(self) -> None:
        """Reports the tracks of lines that were not used before to the listener."""
        audio, video = self._lines.receiving, self._lines.video
        own_path = self._rtp is not None and self._lines.receiving_types is not None
        track = audio.receiver.track if audio is not None and not own_path else None
        if track is not None and track is not self._audio_track:
            media.ignore_byes(audio.receiver)
            self._listener.on_audio_track(track)
        self._audio_track = track or self._audio_track
        track = video.receiver.track if video is not None else None
        if track is not None and track not in self._video_tracks:
            self._video_tracks.add(track)
            media.ignore_byes(video.receiver)
            self._listener.on_video_track(track)

    def _watch_ice(self) -> None:
        """Records when the client's datagrams arrive, and limits how long gathering takes.

        aiortc does not report consent checks, the only sign of life of a muted client, and waits
        5 s for a STUN server that does not answer.
        """
        for transport in transport_change.transports(self._pc):
            if transport.transport not in self._watched_ice:
                self._watched_ice.add(transport.transport)
                connectivity.wrap_incoming(transport, self._recording_time)
                connectivity.wrap_gathering(transport, self._gathering.uncancelled)

    def _recording_time(self, method: Callable[..., None]) -> Callable[..., None]:
        def wrapper(*args: Any, **kwargs: Any) -> None:
            self.last_heard_s = time.monotonic()
            method(*args, **kwargs)

        return wrapper

    def _state_changed(self) -> None:
        if self._pc.connectionState == "connected":
            self.last_heard_s = time.monotonic()
            if self._rtp is not None:
                self._rtp.connected()
        if self._pc.connectionState in ("closed", "failed") and not self._closing:
            self._listener.on_lost(by_peer=self._heard_recently())

    def _heard_recently(self) -> bool:
        """Returns whether the client closed the connection, or the network was lost.

        aiortc reports both as closed.
        """
        heard = self.last_heard_s
        return heard is not None and time.monotonic() - heard < GOODBYE_S
