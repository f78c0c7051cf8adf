"""One WebRTC connection for code of your own, without a call behind it.

It speaks the protocol of Pipecat's SmallWebRTC clients: names, renegotiation, a new connection
under the same object, messages of both sides, tracks that can be replaced. docs/smallwebrtc.md
maps each part of theirs to this one.
"""

import asyncio
import json
import logging
import secrets
import time
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Literal

from aiortc import (
    MediaStreamTrack,
    RTCDataChannel,
    RTCPeerConnection,
    RTCRtpTransceiver,
    RTCSessionDescription,
)

from sessions_app.engine.core.commands import Candidate
from sessions_app.engine.core.errors import BadOfferError
from sessions_app.engine.rtc import ice
from sessions_app.engine.rtc.aiortc_compat import negotiation
from sessions_app.engine.rtc.sdp import codecs
from sessions_app.engine.rtc.sdp.lines import bundled, with_group, with_shared_attributes
from sessions_app.engine.rtc.sdp.rejected_lines import with_rejected, without_rejected
from sessions_app.engine.rtc.turn_credentials import IceServer, ice_server
from sessions_app.engine.text.cleaning import read_json

logger = logging.getLogger(__name__)

Event = Literal[
    "new",
    "connecting",
    "connected",
    "disconnected",
    "closed",
    "failed",
    "app-message",
    "track-started",
    "track-ended",
]
EVENTS: tuple[Event, ...] = (
    "new", "connecting", "connected", "disconnected", "closed", "failed",
    "app-message", "track-started", "track-ended",
)  # fmt: skip
Handler = Callable[..., Awaitable[None] | None]

ALIVE_S = 3.0
"""A client pings each second; one that was not heard for so long is not connected."""

BACKLOG = 100
AUDIO, VIDEO, SCREEN = 0, 1, 2
"""The lines of a client's offer, in their order."""


class Connection:
    """Answers a client's offers. Lives on one event loop.

    Handlers get this object first; they are functions or coroutines, and one that breaks is
    logged and harms nothing else.
    """

    def __init__(self, ice_servers: Sequence[str | Mapping[str, Any] | IceServer] = ()) -> None:
        self._servers = [ice_server(given) for given in ice_servers]
        self._handlers: dict[str, list[Handler]] = {event: [] for event in EVENTS}
        self._running: set[asyncio.Future[None]] = set()
        self._outgoing: dict[int, MediaStreamTrack] = {}
        self._incoming: dict[int, MediaStreamTrack] = {}
        self._enabled: dict[int, bool] = {}
        self._waiting: deque[str] = deque(maxlen=BACKLOG)
        self._channel: RTCDataChannel | None = None
        self._answer: dict[str, str] | None = None
        self._heard_s: float | None = None
        self._made(RTCPeerConnection(ice.configuration(self._servers)))

    def _made(self, pc: RTCPeerConnection) -> None:
        negotiation.accept_rsa(pc)
        self.pc = pc
        self.pc_id = secrets.token_urlsafe(16)
        pc.on("track", self._track)
        pc.on("datachannel", self._on_channel)
        pc.on("connectionstatechange", lambda: self._state_changed(pc))

    # -- events ---------------------------------------------------------------------------

    def on(self, event: Event, handler: Handler) -> None:
        """Calls `handler(connection, …)` whenever `event` happens; ValueError for another."""
        if event not in self._handlers:
            raise ValueError(f"There is no event {event!r}; there are: {', '.join(EVENTS)}.")
        self._handlers[event].append(handler)

    def event_handler(self, event: Event) -> Callable[[Handler], Handler]:
        """Returns a decorator that does what `on` does."""

        def decorate(handler: Handler) -> Handler:
            self.on(event, handler)
            return handler

        return decorate

    def _tell(self, event: Event, *arguments: Any) -> None:
        for handler in self._handlers[event]:
            try:
                made = handler(self, *arguments)
            except Exception:
                logger.exception("a handler of %r failed", event)
                continue
            if made is not None:
                running = asyncio.ensure_future(made)
                self._running.add(running)
                running.add_done_callback(self._ran)

    def _ran(self, running: "asyncio.Future[None]") -> None:
        self._running.discard(running)
        if not running.cancelled() and running.exception() is not None:
            logger.error("a handler failed", exc_info=running.exception())

    # -- signaling --------------------------------------------------------------------------

    async def initialise(self, sdp: str, kind: str = "offer") -> None:
        """Takes the client's offer; `answer` then has the reply. Raises BadOfferError."""
        if kind != "offer":
            raise BadOfferError("Send a description of the type `offer`.")
        self._tell("new")
        await self._answered(sdp)

    async def connect(self) -> None:
        """Lets the media flow: tells `connected` if it is, and again of tracks that are there."""
        if self.is_connected():
            self._tell("connected")
            for track in self._incoming.values():
                self._tell("track-started", track)

    def answer(self) -> dict[str, str] | None:
        """Returns `{"sdp", "type", "pc_id"}`, or None before an offer."""
        return None if self._answer is None else self._answer | {"pc_id": self.pc_id}

    async def renegotiate(self, sdp: str, kind: str = "offer", *, restart_pc: bool = False) -> None:
        """Takes a later offer; with `restart_pc` over a new connection with a new name.

        Tracks that were set stay set. Raises BadOfferError.
        """
        if kind != "offer":
            raise BadOfferError("Send a description of the type `offer`.")
        if restart_pc:
            old = self.pc
            self._lose_tracks()
            self._channel = None
            self._tell("disconnected")
            self._made(RTCPeerConnection(ice.configuration(self._servers)))
            for sender in old.getSenders():
                sender.replaceTrack(None)  # aiortc ends the tracks of what it closes
            await old.close()
        await self._answered(sdp)

    async def add_ice_candidate(self, candidate: Candidate) -> None:
        """Takes one of the client's candidates; raises BadCandidateError."""
        parsed = await ice.read_candidate(candidate)
        if parsed is not None:
            await self.pc.addIceCandidate(parsed)

    async def _answered(self, sdp: str) -> None:
        if ice.identity(sdp) is None:
            raise BadOfferError("The offer's SDP holds no DTLS fingerprint or ICE user fragment.")
        whole = codecs.with_static(with_shared_attributes(ice.clean_offer(sdp)))
        offered, rejected = without_rejected(whole)
        try:
            await self.pc.setRemoteDescription(RTCSessionDescription(offered, "offer"))
            self._set_tracks()
            await self.pc.setLocalDescription()
        except Exception as error:
            raise BadOfferError("The offer cannot be answered: its SDP is not whole.") from error
        answer = with_group(str(self.pc.localDescription.sdp), bundled(offered))
        self._answer = {"sdp": with_rejected(answer, rejected), "type": "answer"}

    # -- tracks -----------------------------------------------------------------------------

    def audio_input_track(self) -> MediaStreamTrack | None:
        """Returns the client's microphone, where it sends one."""
        return self._incoming.get(AUDIO)

    def video_input_track(self) -> MediaStreamTrack | None:
        """Returns the client's camera, where it sends one."""
        return self._incoming.get(VIDEO)

    def screen_input_track(self) -> MediaStreamTrack | None:
        """Returns the client's screen, where it sends one."""
        return self._incoming.get(SCREEN)

    def is_enabled(self, line: int) -> bool:
        """Returns whether the client says that its track AUDIO, VIDEO or SCREEN is on."""
        return self._enabled.get(line, True)

    def replace_audio_track(self, track: MediaStreamTrack | None) -> None:
        """Sends this audio from now on, or nothing."""
        self._replace(AUDIO, track)

    def replace_video_track(self, track: MediaStreamTrack | None) -> None:
        """Sends this picture from now on, or nothing."""
        self._replace(VIDEO, track)

    def _replace(self, line: int, track: MediaStreamTrack | None) -> None:
        if track is None:
            self._outgoing.pop(line, None)
        else:
            self._outgoing[line] = track
        for number, transceiver in self._lines():
            if number == line:
                transceiver.sender.replaceTrack(track)

    def _set_tracks(self) -> None:
        for line, transceiver in self._lines():
            track = self._outgoing.get(line)
            offered = negotiation.offered_direction(transceiver)
            receives = offered in ("recvonly", "sendrecv")
            if track is not None:
                transceiver.sender.replaceTrack(track)
            sends = offered in ("sendonly", "sendrecv") and line != SCREEN
            transceiver.direction = {
                (True, True): "sendrecv",
                (True, False): "recvonly",
                (False, True): "sendonly",
                (False, False): "inactive",
            }[receives, sends]

    def _lines(self) -> list[tuple[int, RTCRtpTransceiver]]:
        """Returns the audio line, the camera's and the screen's, as far as there are."""
        found: list[tuple[int, RTCRtpTransceiver]] = []
        pictures = iter((VIDEO, SCREEN))
        for transceiver in self.pc.getTransceivers():
            line = AUDIO if transceiver.kind == "audio" else next(pictures, None)
            if line is not None:
                found.append((line, transceiver))
        return found

    def _track(self, track: MediaStreamTrack) -> None:
        line = next((n for n, t in self._lines() if t.receiver.track is track), None)
        if line is None:
            return
        self._incoming[line] = track

        def ended() -> None:
            if self._incoming.get(line) is track:
                self._incoming.pop(line)
                self._tell("track-ended", track)

        track.on("ended", ended)
        self._tell("track-started", track)

    def _lose_tracks(self) -> None:
        """Tells of tracks that ended with their connection: aiortc tells only who reads them."""
        lost, self._incoming = list(self._incoming.values()), {}
        for track in lost:
            self._tell("track-ended", track)

    # -- messages -----------------------------------------------------------------------------

    def send_app_message(self, message: Any) -> None:
        """Sends any JSON, now or when the client's data channel opens."""
        text = json.dumps(message, ensure_ascii=False)
        if self._channel is not None and self._channel.readyState == "open":
            self._channel.send(text)
        else:
            self._waiting.append(text)

    def ask_to_renegotiate(self) -> None:
        """Asks the client for a new offer, after tracks were changed."""
        self.send_app_message({"type": "signalling", "message": {"type": "renegotiate"}})

    def is_connected(self) -> bool:
        """Returns whether media can flow, and a client that pings was heard of late."""
        heard = self._heard_s is None or time.monotonic() - self._heard_s < ALIVE_S
        return bool(self.pc.connectionState == "connected" and heard)

    def _on_channel(self, channel: RTCDataChannel) -> None:
        self._channel = channel
        channel.on("message", self._message)
        while self._waiting:
            channel.send(self._waiting.popleft())

    def _message(self, message: str | bytes) -> None:
        if isinstance(message, str) and message.startswith("ping"):
            self._heard_s = time.monotonic()
            return
        try:
            given = read_json(message)
        except ValueError:
            logger.warning("a message of the client is no JSON (%d bytes)", len(message))
            return
        inner = given.get("message") if isinstance(given, dict) else None
        if isinstance(given, dict) and given.get("type") == "signalling":
            if isinstance(inner, dict) and inner.get("type") == "trackStatus":
                self._enabled[int(inner["receiver_index"])] = bool(inner["enabled"])
            return
        self._tell("app-message", given)

    # -- the end --------------------------------------------------------------------------------

    def _state_changed(self, pc: RTCPeerConnection) -> None:
        if pc is not self.pc:
            return  # one that a new connection took the place of
        state = str(pc.connectionState)
        if state in ("closed", "failed"):
            self._lose_tracks()
        if state in EVENTS:
            self._tell(state)

    async def disconnect(self) -> None:
        """Tells the client that we leave, and closes; it shows the end at once."""
        if self._channel is not None and self._channel.readyState == "open":
            self.send_app_message({"type": "signalling", "message": {"type": "peerLeft"}})
            deadline = time.monotonic() + 1.0
            while self._channel.bufferedAmount and time.monotonic() < deadline:  # noqa: ASYNC110 - SCTP
                await asyncio.sleep(0.01)
        await self.close()

    async def close(self) -> None:
        """Closes the connection and ends its handlers; may be called twice."""
        await self.pc.close()
        for running in list(self._running):
            running.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
