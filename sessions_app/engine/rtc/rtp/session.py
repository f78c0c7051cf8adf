"""A call's RTP session: its audio received and sent below aiortc.

aiortc's receiver costs a thread, a stereo decoder and a fixed delay of 60 ms for each call, and
turns 5 % of lost packets into 28 %; its sender costs two tasks. So neither is ever started: audio
is taken from the sockets and encrypted with the SRTP sessions of aiortc's DTLS handshake
(`aiortc_compat.media`). DTLS, STUN, data channels and video stay with aiortc.
`aiortc_compat.guard.available` says whether the installed version allows that.
"""

import asyncio
import time
from collections.abc import Callable
from typing import Any

import pylibsrtp
from aiortc.rtcrtpparameters import RTCRtpSendParameters

from sessions_app.engine.audio.g711_g722 import FromOpus
from sessions_app.engine.audio.playout import Playout
from sessions_app.engine.core.frames import AudioFrame
from sessions_app.engine.rtc.aiortc_compat import media
from sessions_app.engine.rtc.aiortc_compat.media import Handler
from sessions_app.engine.rtc.loop.media_loop import MediaLoop
from sessions_app.engine.rtc.rtp.packet import (
    MARKER,
    goodbye,
    nack,
    parse,
    read_rtcp,
    report,
    second_bytes,
)
from sessions_app.engine.rtc.rtp.packetizer import RtpOutput
from sessions_app.engine.rtc.rtp.receiver import RtpInput
from sessions_app.engine.rtc.rtp.sender import RtpVoice
from sessions_app.engine.rtc.rtp.telephone_events import KeyReader
from sessions_app.engine.rtc.sdp.codecs import PayloadTypes

REPORT_S = 1.0
"""Between two RTCP reports. Chromium adds FEC to its packets only when reports show losses.

More makes it react later, and finds silent clients later; less costs packets.
"""

CHECK_S = 0.01
"""Between two checks of a gap in the stream. More asks later for lost packets; less costs CPU."""

MIN_NACK_MS = 3.0
"""The least time between two NACKs, whatever arrives meanwhile. Less sends more of them."""

_MAX_DATAGRAM = 1_500
"""Bytes: larger audio packets are refused, as no network carries them."""


NO_TYPES = PayloadTypes(-1)
"""Before there is a line: no packet has this payload type."""


class RtpSession:
    """One peer connection's audio, both ways.

    `on_frame` gets the client's audio in frames, `on_media` the time of each packet (monotonic s),
    `on_key` each DTMF key, `on_report` the time (monotonic s) of each report, every second. The
    packets of `playout` are sent as soon as the client takes audio.

    Receives on the line that `receive_on` named last and sends on that of `send_on`, which may be
    the same. An RTCP BYE ends nothing: libwebrtc before M152 sends one when a track is taken away,
    and goes on with the same SSRC when one comes back. Lives on one event loop, from before the
    answer until `close`.
    """

    def __init__(
        self,
        *,
        on_frame: Callable[[AudioFrame], None],
        call_ms: Callable[[], float],
        on_media: Callable[[float], None],
        on_key: Callable[[str], None] = lambda _: None,
        on_report: Callable[[float], None] = lambda _: None,
        playout: Playout | None = None,
        media_loop: MediaLoop | None = None,
    ) -> None:
        self._types = NO_TYPES
        self.numbers: frozenset[int] = frozenset()
        """For `aiortc_compat.media.DatagramListener`, as `on_datagram` is."""
        self._on_media = on_media
        self._on_report = on_report
        self._on_key = on_key
        self.input = RtpInput(NO_TYPES, on_frame, call_ms)
        self._keys = KeyReader({}, on_key)
        self._receiving: Any = None
        self._sending: Any = None
        self._timer: asyncio.TimerHandle | None = None
        self._reporting: asyncio.TimerHandle | None = None
        self._nacked_ms = 0.0
        self._tapped: list[Any] = []
        self._attached: set[Any] = set()
        self._closed = False
        self.refused = 0
        """Datagrams that were not authentic, replayed, too large, or no RTP."""
        self.unsent = 0
        """Packets that could not be sent."""
        self._ssrc = 0
        self._cname = ""
        self._playout = playout
        self._outputs: dict[int, RtpOutput] = {}
        """By SSRC, of all lines so far: SRTP needs one run of sequence numbers for each."""
        self.voice: RtpVoice | None = None
        self._shared = media_loop or MediaLoop()
        self._polled: Any = None

    def receive_on(self, transceiver: Any, types: PayloadTypes) -> None:
        """Receives the client's audio on this line from now on, and on no other."""
        another = transceiver is not self._receiving
        if another or types != self._types:
            self.input.follow(types, another=another)
            self._keys = KeyReader(dict(types.keys), self._on_key)
            self._receiving, self._types = transceiver, types
            self.numbers = second_bytes(types.numbers)
            self._ssrc = self._ssrc or media.ssrc_of(transceiver.sender)
            media.never_receive(transceiver.receiver)
            self._attach()

    def send_on(self, transceiver: Any, types: PayloadTypes | None) -> None:
        """Sends the agent's voice on this line from now on; on none where it is None.

        Sending begins once the connection is up: aiortc then starts the line's sender.
        """
        if transceiver is None or types is None or self._playout is None:
            self._stop_sending()
            return
        ssrc = media.ssrc_of(transceiver.sender)
        output = self._outputs.setdefault(ssrc, RtpOutput(ssrc, types))
        if self._sending is not transceiver or not output.uses(types):
            self._stop_sending()
            output.use(types)
            convert = FromOpus(types.codec) if types.codec is not None else None
            self.voice = RtpVoice(self._playout, output, self._shared.pacer, self._send, convert)
            self._sending, self._ssrc = transceiver, ssrc
            media.send_by(transceiver.sender, self._sender_started)
            self._attach()

    def _stop_sending(self) -> None:
        self._sending = None
        if self.voice is not None:
            self.voice.close()

    def _attach(self) -> None:
        """Taps the lines' DTLS transports, which bundling may have changed."""
        for line in (self._receiving, self._sending):
            dtls = line.receiver.transport if line is not None else None
            if dtls is not None and dtls not in self._attached:
                self._attached.add(dtls)
                media.tap(dtls, self._on_rtp, self._on_rtcp)

    @property
    def _dtls(self) -> Any:
        """The DTLS transport of the client's audio; bundled lines share one."""
        line = self._receiving if self._receiving is not None else self._sending
        return line.receiver.transport

    @property
    def account(self) -> str:
        """A summary for the log, in ms and packets."""
        output = self.voice.output if self.voice else None
        return (
            f"{self.input.account}, {self.refused} refused, "
            f"{output.packets if output else 0} sent, "
            f"{output.repeated if output else 0} of them again, {self.unsent} unsent"
        )

    def connected(self) -> None:
        """Takes audio from the sockets from now on; to be called when the connection is up."""
        self._attach()
        media.take_datagrams(self._dtls, self, self._tapped)
        if self._reporting is None and not self._closed:
            self._report_later()

    def _poll(self, transport: Any) -> None:
        """Has the socket that audio arrives at read together with those of all calls.

        It may be another than the one that packets are sent from.
        """
        self._shared.poller.give_back(self._polled)
        self._polled = transport
        self._shared.poller.take(transport)

    def finish(self) -> None:
        """Decodes the packets that still wait behind a gap, as none will follow."""
        if not self._closed:
            self.input.finish()

    def close(self) -> None:
        """Receives and sends nothing more; may be called twice."""
        if self.voice is not None and not self._closed:
            self.voice.close()
            self._send_rtcp(goodbye(self._ssrc))
        self._closed = True
        for timer in (self._timer, self._reporting):
            if timer is not None:
                timer.cancel()
        self._shared.poller.give_back(self._polled)
        self.input.close()

    # -- in -------------------------------------------------------------------------------

    def on_datagram(self, data: bytes, srtp: pylibsrtp.Session, transport: Any) -> None:
        if self._closed:
            return
        if len(data) > _MAX_DATAGRAM:
            self.refused += 1
            return
        try:
            plain = srtp.unprotect(data)
        except pylibsrtp.Error:
            self.refused += 1
            return
        if transport is not self._polled:
            self._poll(transport)
        self._plain(plain)

    async def _on_rtp(self, handler: Handler, data: bytes, arrival_time_ms: int) -> None:
        """Takes audio that arrived before `connected`; leaves the rest to aiortc."""
        if len(data) > 1 and data[1] & 0x7F in self._types:
            self._plain(data)
        else:
            await handler(data, arrival_time_ms=arrival_time_ms)

    def _plain(self, data: bytes) -> None:
        if self._closed:
            return
        try:
            packet = parse(data)
        except ValueError:
            self.refused += 1
            return
        now_s = time.monotonic()
        self._on_media(now_s)
        self._keys.take(packet, 1000 * now_s, marked=bool(data[1] & MARKER))
        self.input.take(packet, 1000 * now_s)
        if self.input.waits:
            self._request_lost(1000 * now_s)
            self._check_later()

    def _check_later(self) -> None:
        due_ms = self.input.due_ms
        if due_ms is not None and self._timer is None and not self._closed:
            wait_s = min(CHECK_S, max(0.0, due_ms / 1000 - time.monotonic()))
            self._timer = asyncio.get_running_loop().call_later(wait_s, self._check)

    def _check(self) -> None:
        self._timer = None
        now_ms = 1000 * time.monotonic()
        self.input.tick(now_ms)
        self._request_lost(now_ms)
        self._check_later()

    def _request_lost(self, now_ms: float) -> None:
        """Sends a NACK for lost packets that may still arrive in time."""
        if now_ms - self._nacked_ms < MIN_NACK_MS:
            return
        self._nacked_ms = now_ms
        lost = self.input.asks(now_ms)
        if lost and self.input.ssrc is not None:
            told = report(self._ssrc, self._cname, None, None)
            self._send_rtcp(told + nack(self._ssrc, self.input.ssrc, lost))

    # -- out ------------------------------------------------------------------------------

    async def _sender_started(self, parameters: RTCRtpSendParameters) -> None:
        """Starts sending, in place of aiortc's sender: the connection is up."""
        self._cname = parameters.rtcp.cname or ""
        self.connected()
        if self.voice is not None and self._sending is not None and not self._closed:
            self.voice.start(time.monotonic())

    def _send(self, packet: bytes) -> None:
        if self._sending is not None:
            self._datagram(packet, self._sending.sender.transport, rtcp=False)

    def _send_rtcp(self, packet: bytes) -> None:
        """Sends RTCP over the transports of both lines, which are mostly one."""
        lines = (self._receiving, self._sending)
        for dtls in {line.receiver.transport for line in lines if line is not None}:
            self._datagram(packet, dtls, rtcp=True)

    def _datagram(self, packet: bytes, dtls: Any, *, rtcp: bool) -> None:
        if not media.send(dtls, packet, rtcp=rtcp):
            self.unsent += 1

    # -- reports --------------------------------------------------------------------------

    async def _on_rtcp(self, handler: Handler, data: bytes) -> None:
        told = read_rtcp(data)
        now_ms = 1000 * time.monotonic()
        for ssrc, ntp_middle in told.reports.items():
            self.input.sender_reported(ssrc, ntp_middle, now_ms)
        if self.voice is not None and self._ssrc in told.losses:
            self.voice.client_lost(told.losses[self._ssrc])
        if self.voice is not None and self._ssrc in told.asked:
            self.voice.repeat(told.asked[self._ssrc])
        await handler(data)
        if self.input.ssrc in told.ended and not self._closed:
            self.input.finish()

    def _report_later(self) -> None:
        loop = asyncio.get_running_loop()
        self._reporting = loop.call_at(self._shared.grid.next(loop.time() + REPORT_S), self._report)

    def _report(self) -> None:
        now_s = time.monotonic()
        heard = self.input.report(1000 * now_s)
        sent = None
        if self.voice is not None:
            self.voice.keep_awake(now_s)
            sent = self.voice.output.sent(now_s, time.time())
        if heard is not None or sent is not None:
            self._send_rtcp(report(self._ssrc, self._cname, sent, heard))
        self._on_report(now_s)
        self.connected()  # a relay may have been added since
        self._report_later()
