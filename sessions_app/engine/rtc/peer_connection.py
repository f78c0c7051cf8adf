"""One aiortc peer connection that answers a client's offer."""

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
from sessions_app.engine.rtc.sdp import codecs, media_lines, opus_preferences
from sessions_app.engine.rtc.sdp.codecs import PayloadTypes
from sessions_app.engine.rtc.sdp.lines import bundled, with_group
from sessions_app.engine.rtc.sdp.media_lines import Lines
from sessions_app.engine.rtc.transport_change import Known

logger = logging.getLogger(__name__)

GOODBYE_S = 6.0
"""A connection that closes this soon after the client was heard was closed by the client."""

ASK_AFTER_S = 4.0
"""A client that was not heard for so long is asked whether it is there.

Not all check consent themselves: some never do, or seldom, and send nothing while they are muted.
"""

MAX_CANDIDATES = 100


class PeerListener(Protocol):
    """What a peer connection tells its transport."""

    def on_audio_track(self, track: Any) -> None: ...

    def on_video_track(self, track: Any) -> None: ...

    def on_channel(self, channel: RTCDataChannel) -> None: ...

    def on_lost(self, *, by_peer: bool) -> None: ...

    def tap(self) -> "Tap | None":
        """Returns what takes and sends audio instead of tracks; None where tracks do."""
        ...


class Tap(Protocol):
    """A connection's sound under aiortc, such as `rtc.rtp.session.RtpSession`."""

    def hear(self, transceiver: Any, types: PayloadTypes) -> None:
        """Takes the client's audio from this line from now on."""
        ...

    def tell(self, transceiver: Any, types: PayloadTypes | None) -> None:
        """Sends the agent's voice on this line from now on; on none where there is none."""
        ...

    def connected(self) -> None: ...

    def finish(self) -> None: ...

    def close(self) -> None: ...


class Peer:
    """Answers a client's offers and watches whether it is still there.

    `outgoing`, ready packets, is sent where the client takes audio back.
    With `pictures` to send, the client's first video is taken too. Each offer says anew which
    lines there are, and what each is for. `before` is what the client knows of the connection that
    it stands in for.
    """

    def __init__(
        self,
        configuration: RTCConfiguration,
        listener: PeerListener,
        outgoing: OutgoingTrack | None = None,
        pictures: MediaStreamTrack | None = None,
        wishes: opus_preferences.OpusPreferences | None = None,
        *,
        before: Known | None = None,
    ) -> None:
        self._outgoing = outgoing
        self._before = before
        self._wishes = wishes or opus_preferences.OpusPreferences()
        self._tap: Tap | None = None
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
        """Whether the client hears the agent's voice, by its newest offer."""
        return self._lines.told is not None

    @property
    def connected(self) -> bool:
        return bool(self._pc.connectionState == "connected")

    def known(self, channel: RTCDataChannel | None) -> Known:
        """Returns what the client knows of this connection, which has that data channel."""
        return transport_change.known(self._pc, channel)

    def leave(self) -> None:
        """Sends no sound any more: its client's line is stopped."""
        if self._tap is not None:
            self._tap.tell(None, None)

    async def answer(self, sdp: str) -> str:
        """Returns the answer's SDP to a cleaned offer; raises BadOfferError."""
        async with self._answering:
            return await self._answer(sdp)

    async def _answer(self, sdp: str) -> str:
        try:
            offer = RTCSessionDescription(self._with_known_first(sdp), "offer")
            await self._pc.setRemoteDescription(offer)
            self._choose(sdp)
            tapped = self._take_audio()
            self._follow_tracks()
            self._stand_in()
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
        if tapped:
            answer = opus_preferences.with_wishes(answer, sdp, self._wishes)
        for one in self._lines.types if tapped else ():
            answer = codecs.with_beside(answer, one, noise=self._wishes.dtx)
        if self._wants_relay and " typ relay" not in answer:
            logger.warning(
                "the TURN server gave no relay: is it up, is VOICE_TURN_SECRET its "
                "static-auth-secret, and are both clocks right? `manage.py check_ice` tells"
            )
        return answer

    def _stand_in(self) -> None:
        before, self._before = self._before, None
        channel = transport_change.name(self._pc, before) if before is not None else None
        if channel is not None:
            self._listener.on_channel(channel)

    def _with_known_first(self, sdp: str) -> str:
        """Returns the offer with its BUNDLE led by a line that was there before.

        aiortc goes by the transport of the first, and gives one to each new line.
        """
        known = {line.mid for line in self._pc.getTransceivers()}
        known |= {self._pc.sctp.mid} if self._pc.sctp is not None else set()
        return with_group(sdp, sorted(bundled(sdp), key=lambda mid: mid not in known))

    async def add_candidate(self, candidate: Candidate) -> None:
        """Takes a candidate; names are looked up in the background.

        Raises BadCandidateError for one that cannot be read, or one too many.
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

        An answer that is being made is made first, and what is gathered has come: aiortc would
        leave sockets open, and tasks that fail on closed ones.
        """
        self._closing = True
        async with self._answering:
            await self._gathering.over()
            await self._close()

    async def _close(self) -> None:
        if self._tap is not None:
            self._tap.close()
        for task in list(self._adding):
            task.cancel()
        await asyncio.gather(*self._adding, return_exceptions=True)
        try:
            await self._pc.close()
        except Exception as error:  # noqa: BLE001 - of an offer that was half taken
            logger.info("a connection did not close cleanly (%s)", type(error).__name__)
            await self._stop_transports()

    async def _stop_transports(self) -> None:
        """Frees the sockets that a close which broke off left open."""
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

    def look(self, now_s: float, heard_s: float | None) -> None:
        """Asks a client that fell silent whether it is there; to be called each second or so."""
        silent = heard_s is not None and now_s - heard_s > ASK_AFTER_S
        way = transport_change.way(self._pc, self._lines.heard)
        if silent and self._asking is None and way is not None and not self._closing:
            self._asking = self._in_background(self._ask(way))

    async def _ask(self, way: Any) -> None:
        try:
            if await connectivity.is_there(way):
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
        """Takes the audio that is sent, and gives the agent's where it can be heard."""
        present = media_lines.of_offer(self._pc.getTransceivers(), sdp)
        answers, shows = self._outgoing is not None, self._pictures is not None
        self._lines = media_lines.chosen(present, sdp, self._lines, answers=answers, shows=shows)
        media_lines.direct(present, self._lines)
        told, seen = self._lines.told, self._lines.seen
        shown = seen if seen is not None and media_lines.may_send(seen) else None
        for one in self._pc.getTransceivers():
            track = {told: self._outgoing, shown: self._pictures}.get(one)
            if one.sender.track is not track:
                one.sender.replaceTrack(track)

    def _take_audio(self) -> bool:
        """Has the used lines tapped, each with one codec; returns whether they are.

        What goes through aiortc's tracks is answered as aiortc says.
        """
        lines = self._lines
        if self._tap is None and lines.types:
            self._tap = self._listener.tap()
        if self._tap is None:
            if self._outgoing is not None and lines.tells is not None:
                codec = lines.tells.codec
                self._outgoing.convert = FromOpus(codec) if codec is not None else None
            return False
        if lines.hears is not None:
            self._tap.hear(lines.heard, lines.hears)
        self._tap.tell(lines.told, lines.tells)
        for line, types in ((lines.heard, lines.hears), (lines.told, lines.tells)):
            if types is not None:
                negotiation.set_codecs(line, negotiation.codecs(line)[:1])
        if self.connected:
            self._tap.connected()
        return True

    def _follow_tracks(self) -> None:
        """Tells of the tracks of the lines that are used now, and were not before."""
        heard, seen = self._lines.heard, self._lines.seen
        tapped = self._tap is not None and self._lines.hears is not None
        track = heard.receiver.track if heard is not None and not tapped else None
        if track is not None and track is not self._audio:
            media.ignore_byes(heard.receiver)
            self._listener.on_audio_track(track)
        self._audio = track or self._audio
        track = seen.receiver.track if seen is not None else None
        if track is not None and track not in self._videos:
            self._videos.add(track)
            media.ignore_byes(seen.receiver)
            self._listener.on_video_track(track)

    def _watch_ice(self) -> None:
        """Notes each datagram of the client, and bounds how long gathering takes.

        aiortc says nothing of consent checks, the only sign of life of a muted client,
        and waits 5 s for a STUN server that does not answer.
        """
        for transport in transport_change.transports(self._pc):
            if transport.transport not in self._watched:
                self._watched.add(transport.transport)
                connectivity.wrap_incoming(transport, self._noted)
                connectivity.wrap_gathering(transport, self._gathering.to_its_end)

    def _noted(self, method: Callable[..., None]) -> Callable[..., None]:
        def noting(*args: Any, **kwargs: Any) -> None:
            self.last_heard_s = time.monotonic()
            method(*args, **kwargs)

        return noting

    def _state_changed(self) -> None:
        if self._pc.connectionState == "connected":
            self.last_heard_s = time.monotonic()
            if self._tap is not None:
                self._tap.connected()
        if self._pc.connectionState in ("closed", "failed") and not self._closing:
            self._listener.on_lost(by_peer=self._lately_heard())

    def _lately_heard(self) -> bool:
        """Tells a goodbye from a lost network: aiortc reports both as closed."""
        heard = self.last_heard_s
        return heard is not None and time.monotonic() - heard < GOODBYE_S
