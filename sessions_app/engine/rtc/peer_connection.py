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
from sessions_app.engine.rtc.sdp.lines import bundled, with_group
from sessions_app.engine.rtc.sdp.media_lines import Lines
from sessions_app.engine.rtc.transport_change import ConnectionIdentity

logger = logging.getLogger(__name__)

GOODBYE_S = 6.0
"""A connection that closes this soon after a datagram of the client was closed by the client.

Less takes goodbyes for a lost network; more takes a lost network for a goodbye.
"""

ASK_AFTER_S = 4.0
"""A client without a datagram for so long is asked whether it is there.

Some clients never check consent, or seldom, and send nothing while they are muted. Less costs
packets; more finds clients that are gone later.
"""

MAX_CANDIDATES = 100
"""ICE candidates of one client; more are refused, as each costs connectivity checks."""


class PeerListener(Protocol):
    """What a peer connection tells its transport."""

    def on_audio_track(self, track: Any) -> None: ...

    def on_video_track(self, track: Any) -> None: ...

    def on_channel(self, channel: RTCDataChannel) -> None: ...

    def on_lost(self, *, by_peer: bool) -> None: ...

    def open_rtp(self) -> RtpSession | None:
        """Returns what receives and sends audio below aiortc; None for aiortc's tracks."""
        ...


class Peer:
    """Answers a client's offers and watches whether the client is still there.

    `outgoing` is the agent's voice, sent where the client takes audio. With `pictures` to send, the
    client's first video line is received too. Each offer says again which lines there are, and
    in which direction. `before` is the identity of an earlier connection that this takes over from.
    """

    def __init__(
        self,
        configuration: RTCConfiguration,
        listener: PeerListener,
        outgoing: OutgoingTrack | None = None,
        pictures: MediaStreamTrack | None = None,
        preferences: opus_preferences.OpusPreferences | None = None,
        *,
        before: ConnectionIdentity | None = None,
    ) -> None:
        self._outgoing = outgoing
        self._before = before
        self._preferences = preferences or opus_preferences.OpusPreferences()
        self._rtp: RtpSession | None = None
        self._lines = Lines()
        self._audio: Any = None
        self._videos: set[Any] = set()
        self._watched: set[Any] = set()
        self.answered = False
        self._pictures = pictures
        self._pc = RTCPeerConnection(configuration)
        if before is not None:
            negotiation.use_certificates(self._pc, before.certificates)
        else:
            negotiation.accept_rsa(self._pc)
        negotiation.log_failed_connect(self._pc)
        self._listener = listener
        servers = configuration.iceServers or []
        self._wants_relay = any("turn" in str(server.urls) for server in servers)
        self._adding: set[asyncio.Task[None]] = set()
        self._asking: asyncio.Task[None] | None = None
        self._gathering = IceGathering()
        self._answering = asyncio.Lock()
        self._candidates = 0
        self._closing = False
        self.last_heard_s: float | None = None
        self._pc.on("datachannel", listener.on_channel)
        self._pc.on("connectionstatechange", self._state_changed)

    @property
    def can_play(self) -> bool:
        """Whether the client takes the agent's voice, by its newest offer."""
        return self._lines.sending is not None

    @property
    def connected(self) -> bool:
        return bool(self._pc.connectionState == "connected")

    def identity(self, channel: RTCDataChannel | None) -> ConnectionIdentity:
        """Returns this connection's identity, with its data channel."""
        return transport_change.identity_of(self._pc, channel)

    def stop_sending(self) -> None:
        """Sends no audio any more, as the client has stopped its line."""
        if self._rtp is not None:
            self._rtp.send_on(None, None)

    async def answer(self, sdp: str) -> str:
        """Returns the SDP that answers a cleaned offer; raises BadOfferError."""
        async with self._answering:
            return await self._answer(sdp)

    async def _answer(self, sdp: str) -> str:
        try:
            offer = RTCSessionDescription(self._with_known_line_first(sdp), "offer")
            await self._pc.setRemoteDescription(offer)
            self._choose(sdp)
            own_path = self._start_audio()
            self._follow_tracks()
            self._take_identity()
            self._watch_ice()
            await self._pc.setLocalDescription()
            if self._pc.sctp is not None and self._pc.sctp.transport is None:
                raise ValueError("the data channel's line is bundled with none")
        except Exception as error:
            raise BadOfferError(
                "The offer cannot be answered: none of its audio codecs is known here "
                "(Opus, G.722, PCMU, PCMA), or a part of it is missing."
            ) from error
        self.answered = True
        answer = str(self._pc.localDescription.sdp)
        if own_path:
            answer = opus_preferences.with_preferences(answer, sdp, self._preferences)
        for one in self._lines.types if own_path else ():
            answer = codecs.with_extra_types(answer, one, noise=self._preferences.dtx)
        if self._wants_relay and " typ relay" not in answer:
            logger.warning(
                "the TURN server gave no relay: is it up, is VOICE_TURN_SECRET its "
                "static-auth-secret, and are both clocks right? `manage.py check_ice` tells"
            )
        return answer

    def _take_identity(self) -> None:
        before, self._before = self._before, None
        channel = transport_change.take_identity(self._pc, before) if before is not None else None
        if channel is not None:
            self._listener.on_channel(channel)

    def _with_known_line_first(self, sdp: str) -> str:
        """Returns the offer with a line first in its BUNDLE that was there before.

        aiortc uses the first line's transport, and gives each new line one of its own.
        """
        known = {line.mid for line in self._pc.getTransceivers()}
        known |= {self._pc.sctp.mid} if self._pc.sctp is not None else set()
        return with_group(sdp, sorted(bundled(sdp), key=lambda mid: mid not in known))

    async def add_candidate(self, candidate: Candidate) -> None:
        """Adds a candidate; mDNS names are looked up in the background.

        Raises BadCandidateError for one that cannot be read, or after MAX_CANDIDATES.
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
        """Closes the connection; the client's track ends within milliseconds.

        Waits for an answer that is being made and for its candidates: otherwise aiortc would leave
        sockets open, and tasks that fail on closed ones.
        """
        self._closing = True
        async with self._answering:
            await self._gathering.finished()
            await self._close()

    async def _close(self) -> None:
        if self._rtp is not None:
            self._rtp.close()
        for task in list(self._adding):
            task.cancel()
        await asyncio.gather(*self._adding, return_exceptions=True)
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
        """Asks a silent client whether it is there; to be called each second or so."""
        silent = heard_s is not None and now_s - heard_s > ASK_AFTER_S
        dtls = transport_change.transport_of(self._pc, self._lines.receiving)
        if silent and self._asking is None and dtls is not None and not self._closing:
            self._asking = self._in_background(self._ask(dtls))

    async def _ask(self, dtls: Any) -> None:
        try:
            if await connectivity.is_there(dtls):
                self.last_heard_s = time.monotonic()
        finally:
            self._asking = None

    def _in_background(self, work: Any) -> "asyncio.Task[None]":
        task: asyncio.Task[None] = asyncio.ensure_future(work)
        self._adding.add(task)
        task.add_done_callback(self._added)
        return task

    def _added(self, task: "asyncio.Task[None]") -> None:
        self._adding.discard(task)
        if not task.cancelled() and task.exception() is not None:
            logger.info("a named ICE candidate was of no use")

    def _choose(self, sdp: str) -> None:
        """Chooses the lines of an offer, and sends the voice and pictures on them."""
        present = media_lines.of_offer(self._pc.getTransceivers(), sdp)
        voice, pictures = self._outgoing is not None, self._pictures is not None
        self._lines = media_lines.chosen(present, sdp, self._lines, voice=voice, video=pictures)
        media_lines.set_directions(present, self._lines)
        video = self._lines.video
        shown = video if video is not None and media_lines.may_send(video) else None
        for one in self._pc.getTransceivers():
            track = {self._lines.sending: self._outgoing, shown: self._pictures}.get(one)
            if one.sender.track is not track:
                one.sender.replaceTrack(track)

    def _start_audio(self) -> bool:
        """Receives and sends on the chosen lines below aiortc, each with one codec.

        Returns False where audio goes through aiortc's tracks, whose answer is aiortc's own.
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

    def _follow_tracks(self) -> None:
        """Tells the listener of the tracks of lines that were not used before."""
        audio, video = self._lines.receiving, self._lines.video
        own_path = self._rtp is not None and self._lines.receiving_types is not None
        track = audio.receiver.track if audio is not None and not own_path else None
        if track is not None and track is not self._audio:
            media.ignore_byes(audio.receiver)
            self._listener.on_audio_track(track)
        self._audio = track or self._audio
        track = video.receiver.track if video is not None else None
        if track is not None and track not in self._videos:
            self._videos.add(track)
            media.ignore_byes(video.receiver)
            self._listener.on_video_track(track)

    def _watch_ice(self) -> None:
        """Notes the time of each datagram of the client, and limits how long gathering takes.

        aiortc does not report consent checks, the only sign of life of a muted client, and waits
        5 s for a STUN server that does not answer.
        """
        for transport in transport_change.transports(self._pc):
            if transport.transport not in self._watched:
                self._watched.add(transport.transport)
                connectivity.wrap_incoming(transport, self._noted)
                connectivity.wrap_gathering(transport, self._gathering.uncancelled)

    def _noted(self, method: Callable[..., None]) -> Callable[..., None]:
        def noting(*args: Any, **kwargs: Any) -> None:
            self.last_heard_s = time.monotonic()
            method(*args, **kwargs)

        return noting

    def _state_changed(self) -> None:
        if self._pc.connectionState == "connected":
            self.last_heard_s = time.monotonic()
            if self._rtp is not None:
                self._rtp.connected()
        if self._pc.connectionState in ("closed", "failed") and not self._closing:
            self._listener.on_lost(by_peer=self._heard_recently())

    def _heard_recently(self) -> bool:
        """Returns whether this is a goodbye, no lost network: aiortc reports both as closed."""
        heard = self.last_heard_s
        return heard is not None and time.monotonic() - heard < GOODBYE_S
