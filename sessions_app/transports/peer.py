"""One aiortc peer connection that answers a client's offer."""

import asyncio
import contextlib
import functools
import logging
import time
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from aiortc import (
    MediaStreamTrack,
    RTCConfiguration,
    RTCDataChannel,
    RTCPeerConnection,
    RTCRtpTransceiver,
    RTCSessionDescription,
)
from aiortc.sdp import MediaDescription, SessionDescription

from sessions_app.core.commands import Candidate
from sessions_app.core.errors import BadCandidateError, BadOfferError
from sessions_app.media.telephone import FromOpus
from sessions_app.transports import asking, codecs, ice, rtp
from sessions_app.transports.codecs import PayloadTypes
from sessions_app.transports.lines import spread
from sessions_app.transports.outgoing import OutgoingTrack

logger = logging.getLogger(__name__)

GATHER_S = 0.5
"""How long STUN and TURN servers may take before the answer goes out without them."""

GOODBYE_S = 6.0
"""A connection that closes this soon after the client was heard was closed by the client."""

ASK_AFTER_S = 4.0
"""A client that was not heard for so long is asked whether it is there.

Not all check consent themselves: some never do, or seldom, and send nothing while they are muted.
"""

CONNECT = "_RTCPeerConnection__connect"

MAX_SDP_CHARS = 60_000
MAX_CANDIDATES = 100


class PeerListener(Protocol):
    """What a peer connection tells its transport."""

    def on_audio_track(self, track: Any) -> None: ...

    def on_video_track(self, track: Any) -> None: ...

    def on_channel(self, channel: RTCDataChannel) -> None: ...

    def on_lost(self, *, by_peer: bool) -> None: ...

    def tap(self, transceiver: Any, types: PayloadTypes) -> "Tap | None":
        """Returns what takes the audio of this line instead of a track; None for a track."""
        ...


class Tap(Protocol):
    """Takes a line's audio under aiortc, such as `transports.rtp.RtpTap`."""

    def connected(self) -> None: ...

    def finish(self) -> None: ...

    def close(self) -> None: ...


def read_offer(sdp: str) -> str:
    """Returns an offer fit for aiortc; raises BadOfferError, naming what is wrong."""
    if len(sdp) > MAX_SDP_CHARS:
        raise BadOfferError(f"The offer's SDP is over {MAX_SDP_CHARS} characters.")
    if ice.identity(sdp) is None:
        raise BadOfferError(
            "The offer's SDP holds no DTLS fingerprint or ICE user fragment. "
            "Send `sdp` as RTCPeerConnection.createOffer() gives it."
        )
    cleaned = codecs.with_static(spread(ice.clean_offer(sdp)))
    try:
        media = SessionDescription.parse(cleaned).media
    except Exception as error:
        raise BadOfferError("The offer's SDP cannot be read.") from error
    if not all(_is_secured(section) for section in media):
        raise BadOfferError(
            "A line of the offer has no DTLS fingerprint, or no ICE user fragment and password."
        )
    if not any(_sends_audio(section) for section in media):
        raise BadOfferError(
            "The offer holds no audio to receive: add the microphone's track before createOffer()."
        )
    return cleaned


def _is_secured(section: MediaDescription) -> bool:
    if section.port == 0:
        return True
    keyed = section.dtls is not None and bool(section.dtls.fingerprints)
    known = section.ice is not None and section.ice.usernameFragment and section.ice.password
    return keyed and bool(known)


def _sends_audio(section: MediaDescription) -> bool:
    return (
        section.kind == "audio"
        and section.port != 0
        and section.direction in ("sendrecv", "sendonly", None)
    )


def _replace(connection: Any, method: str, replacement: Callable[..., Any]) -> None:
    """Replaces a method of one object of aioice, which has no hook for it."""
    setattr(connection, method, replacement)


class Peer:
    """Answers one offer and watches whether the client is still there.

    `outgoing`, ready packets, is sent where the client takes audio back.
    With `pictures` to send, the client's first video is taken too.
    """

    def __init__(
        self,
        configuration: RTCConfiguration,
        listener: PeerListener,
        outgoing: OutgoingTrack | None = None,
        pictures: MediaStreamTrack | None = None,
        wishes: asking.Wishes | None = None,
    ) -> None:
        self._outgoing = outgoing
        self._wishes = wishes or asking.Wishes()
        self._tap: Tap | None = None
        self._taken: RTCRtpTransceiver | None = None
        self._tapped: RTCRtpTransceiver | None = None
        self._pictures = pictures
        self._pc = RTCPeerConnection(configuration)
        rtp.accept_rsa(self._pc)
        _replace(self._pc, CONNECT, self._tolerant(getattr(self._pc, CONNECT)))
        self._listener = listener
        servers = configuration.iceServers or []
        self._wants_relay = any("turn" in str(server.urls) for server in servers)
        self._adding: set[asyncio.Task[None]] = set()
        self._asking: asyncio.Task[None] | None = None
        self._candidates = 0
        self._closing = False
        self.last_heard_s: float | None = None
        self.can_play = False
        self._pc.on("track", self._track)
        self._pc.on("datachannel", listener.on_channel)
        self._pc.on("connectionstatechange", self._state_changed)

    @staticmethod
    def _tolerant(connect: Callable[[], Any]) -> Callable[[], Any]:
        """Returns aiortc's own background work, which an odd offer breaks, without a traceback."""

        async def work() -> None:
            try:
                await connect()
            except Exception as error:  # noqa: BLE001 - the supervisor sees that nothing connects
                logger.info("a connection did not come about (%s)", type(error).__name__)

        return work

    @property
    def connected(self) -> bool:
        return bool(self._pc.connectionState == "connected")

    async def answer(self, sdp: str) -> str:
        """Returns the answer's SDP to a cleaned offer; raises BadOfferError."""
        try:
            await self._pc.setRemoteDescription(RTCSessionDescription(sdp, "offer"))
            self._choose_directions(self._pc.getTransceivers())
            types = self._take_audio(sdp)
            self._watch_ice()
            await self._pc.setLocalDescription()
            if self._pc.sctp is not None and self._pc.sctp.transport is None:
                raise ValueError("the data channel's line is bundled with none")
        except Exception as error:
            raise BadOfferError(
                "The offer cannot be answered: none of its audio codecs is known here "
                "(Opus, G.722, PCMU, PCMA), or a part of it is missing."
            ) from error
        answer = str(self._pc.localDescription.sdp)
        if types is not None:
            if types.codec is None:
                answer = asking.with_wishes(answer, sdp, self._wishes)
            answer = codecs.with_beside(answer, types, noise=self._wishes.dtx)
        if self._wants_relay and " typ relay" not in answer:
            logger.warning(
                "the TURN server gave no relay: is it up, is VOICE_TURN_SECRET its "
                "static-auth-secret, and are both clocks right? `manage.py check_ice` tells"
            )
        return answer

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
        """Closes the connection; the client's track ends within milliseconds."""
        self._closing = True
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
        for dtls in {t.receiver.transport for t in self._pc.getTransceivers()}:
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
        if silent and self._asking is None and self._taken is not None and not self._closing:
            connection = self._taken.receiver.transport.transport._connection
            self._asking = self._in_background(self._ask(connection))

    async def _ask(self, connection: Any) -> None:
        try:
            if await rtp.is_there(connection):
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

    def _choose_directions(self, transceivers: Sequence[RTCRtpTransceiver]) -> None:
        """Takes the first audio that is sent; all else is answered inactive."""
        self._taken = None
        for transceiver in transceivers:
            wanted = (
                self._taken is None
                and transceiver.kind == "audio"
                and transceiver._offerDirection in ("recvonly", "sendrecv")
            )
            transceiver.direction = "recvonly" if wanted else "inactive"
            if wanted and self._outgoing is not None and transceiver._offerDirection == "sendrecv":
                self.can_play = bool(transceiver._codecs)
            if wanted and self.can_play:
                transceiver.sender.replaceTrack(self._outgoing)
                transceiver.direction = "sendrecv"
            if wanted:
                self._taken = transceiver
        self._choose_video([t for t in transceivers if t.kind == "video"])

    def _take_audio(self, sdp: str) -> PayloadTypes | None:
        """Chooses the codec of the taken line, and lets it be tapped; returns what goes over it.

        None where it goes through aiortc's tracks, whose answer is what aiortc says.
        """
        taken = self._taken
        line = taken._get_mline_index() if taken is not None else None
        types = codecs.chosen(sdp, line) if line is not None else None
        if types is None or taken is None:
            if taken is not None and self.can_play:
                taken.sender.replaceTrack(None)  # nothing that we code is taken back
            self.can_play = False
            return None
        taken._codecs = codecs.put_first(taken._codecs, types)
        if taken is not self._tapped:
            tap = self._listener.tap(taken, types)
            if tap is None:
                if self._outgoing is not None and types.codec is not None:
                    self._outgoing.convert = FromOpus(types.codec)
                return None
            if self._tap is not None:
                self._tap.close()
            self._tap, self._tapped = tap, taken
        taken._codecs = taken._codecs[:1]
        if self.connected and self._tap is not None:
            self._tap.connected()
        return types

    def _choose_video(self, transceivers: Sequence[RTCRtpTransceiver]) -> None:
        """Takes the first video, and sends there what is shown; a screen's is left."""
        if self._pictures is None or not transceivers:
            return
        camera = transceivers[0]
        if camera._offerDirection in ("sendonly", "sendrecv"):
            camera.sender.replaceTrack(self._pictures)
        camera.direction = camera._offerDirection or "inactive"

    def _watch_ice(self) -> None:
        """Notes each datagram of the client, and bounds how long gathering takes.

        aiortc says nothing of consent checks, the only sign of life of a muted client,
        and waits 5 s for a STUN server that does not answer.
        """
        for transport in {t.receiver.transport.transport for t in self._pc.getTransceivers()}:
            connection: Any = transport._connection
            _replace(connection, "request_received", self._noted(connection.request_received))
            _replace(connection, "data_received", self._noted(connection.data_received))
            hasty = functools.partial(connection.get_component_candidates, timeout=GATHER_S)
            _replace(connection, "get_component_candidates", hasty)

    def _noted(self, method: Callable[..., None]) -> Callable[..., None]:
        def noting(*args: Any, **kwargs: Any) -> None:
            self.last_heard_s = time.monotonic()
            method(*args, **kwargs)

        return noting

    def _track(self, track: Any) -> None:
        if track.kind == "audio":
            if self._tap is None:
                self._listener.on_audio_track(track)
        elif self._is_camera(track):
            self._listener.on_video_track(track)

    def _is_camera(self, track: Any) -> bool:
        video = [t for t in self._pc.getTransceivers() if t.kind == "video"]
        return self._pictures is not None and video[0].receiver.track is track

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
