"""A call's RTP session: receives and sends its audio below aiortc.

aiortc's receiver costs a thread, a stereo decoder and a fixed delay of 60 ms for each call, and
turns 5 % of lost packets into 28 %; its sender costs two tasks. So neither is ever started: packets
are taken from the sockets, and decrypted and encrypted with the SRTP sessions of aiortc's DTLS
handshake (`aiortc_compat.media`). DTLS, STUN, data channels and video stay with aiortc.
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
from sessions_app.engine.rtc.rtp.figures import RtpFigures
from sessions_app.engine.rtc.rtp.packet import (
    MARKER,
    bye_packet,
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

Higher makes it react later, and notices silent clients later; lower costs packets.
"""

CHECK_S = 0.01
"""Between two checks while packets are missing. Higher requests them later; lower costs CPU."""

MIN_NACK_MS = 3.0
"""The least time between two NACKs.

Lower sends a NACK for every packet of a burst; higher delays retransmissions.
"""

LOSS_UNITS = 256
"""What the lost share of a report block is in fractions of (RFC 3550, section 6.4.1)."""

_MAX_DATAGRAM = 1_500
"""In bytes. Larger audio packets are dropped, as no network carries them unfragmented."""


NO_TYPES = PayloadTypes(-1)
"""The payload types before there is a media line: no packet has any of them."""


class RtpSession:
    """The audio of one peer connection, in both directions.

    `on_frame` gets the client's audio (int16, 16 kHz, mono), `on_media` the time of each packet
    (monotonic s), `on_key` each DTMF key, and `on_report` the time (monotonic s) of each RTCP
    report, every second. The packets of `playout` are sent once the client receives audio.
    `call_ms` returns the call clock.

    Audio is received on the media line of the last `receive_on` and sent on that of the last
    `send_on`, which may be the same. An RTCP BYE ends nothing: libwebrtc before M152 sends one when
    a track is removed, and continues with the same SSRC when one is added. Used on one event loop,
    from before the answer until `close`.
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
        """See `aiortc_compat.media.DatagramListener`, which this class implements."""
        self._on_media = on_media
        self._on_report = on_report
        self._on_key = on_key
        self.input = RtpInput(NO_TYPES, on_frame, call_ms)
        self._keys = KeyReader({}, on_key)
        self._receiving: Any = None
        self._sending: Any = None
        self._check_timer: asyncio.TimerHandle | None = None
        self._report_timer: asyncio.TimerHandle | None = None
        self._nacked_ms = 0.0
        self._tapped_sockets: list[Any] = []
        self._tapped_transports: set[Any] = set()
        self._closed = False
        self.refused = 0
        """Datagrams that were not authentic, replayed, too large, or not RTP."""
        self.unsent = 0
        """Packets that could not be sent."""
        self._ssrc = 0
        self._cname = ""
        self._playout = playout
        self._outputs: dict[int, RtpOutput] = {}
        """By SSRC, of all lines so far: SRTP needs one continuous sequence for each SSRC."""
        self.voice: RtpVoice | None = None
        self._shared = media_loop or MediaLoop()
        self._polled_socket: Any = None

    def receive_on(self, transceiver: Any, types: PayloadTypes) -> None:
        """Receives the client's audio on this media line from now on, and on no other."""
        another = transceiver is not self._receiving
        if another or types != self._types:
            self.input.follow(types, another=another)
            self._keys = KeyReader(dict(types.keys), self._on_key)
            self._receiving, self._types = transceiver, types
            self.numbers = second_bytes(types.numbers)
            self._ssrc = self._ssrc or media.ssrc_of(transceiver.sender)
            media.disable_receiver(transceiver.receiver)
            self._attach()

    def send_on(self, transceiver: Any, types: PayloadTypes | None) -> None:
        """Sends the agent's voice on this media line from now on; stops sending if it is None.

        Sending begins once the connection is up, when aiortc starts the line's sender.
        """
        if transceiver is None or types is None or self._playout is None:
            self._stop_sending()
            return
        ssrc = media.ssrc_of(transceiver.sender)
        output = self._outputs.setdefault(ssrc, RtpOutput(ssrc, types))
        if self._sending is not transceiver or not output.has_types(types):
            self._stop_sending()
            output.set_types(types)
            convert = FromOpus(types.codec) if types.codec is not None else None
            self.voice = RtpVoice(self._playout, output, self._shared.pacer, self._send, convert)
            self._sending, self._ssrc = transceiver, ssrc
            media.replace_sender_start(transceiver.sender, self._sender_started)
            self._attach()

    def _stop_sending(self) -> None:
        self._sending = None
        if self.voice is not None:
            self.voice.close()

    def _attach(self) -> None:
        """Intercepts the packets of the lines' DTLS transports, which BUNDLE may have changed."""
        for line in (self._receiving, self._sending):
            dtls = line.receiver.transport if line is not None else None
            if dtls is not None and dtls not in self._tapped_transports:
                self._tapped_transports.add(dtls)
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
            f"{output.retransmitted if output else 0} of them again, {self.unsent} unsent"
        )

    @property
    def figures(self) -> RtpFigures:
        """The counts of the connection so far."""
        total = self.input.figures
        total.refused, total.unsent = self.refused, self.unsent
        total.sent = sum(output.packets for output in self._outputs.values())
        total.retransmitted = sum(output.retransmitted for output in self._outputs.values())
        return total

    def connected(self) -> None:
        """Takes audio from the sockets from now on. To be called when the connection is up."""
        self._attach()
        media.take_datagrams(self._dtls, self, self._tapped_sockets)
        if self._report_timer is None and not self._closed:
            self._shared.rtp.opened(self)
            self._report_later()

    def _poll(self, transport: Any) -> None:
        """Lets the socket poller read the socket that audio arrives at.

        It may differ from the one that packets are sent from.
        """
        self._shared.poller.give_back(self._polled_socket)
        self._polled_socket = transport
        self._shared.poller.take(transport)

    def finish(self) -> None:
        """Decodes the packets that still wait behind a gap, as no more will come."""
        if not self._closed:
            self.input.finish()

    def close(self) -> None:
        """Stops receiving and sending; may be called twice."""
        if self.voice is not None and not self._closed:
            self.voice.close()
            self._send_rtcp(bye_packet(self._ssrc))
        self._closed = True
        self._shared.rtp.closed(self)
        for timer in (self._check_timer, self._report_timer):
            if timer is not None:
                timer.cancel()
        self._shared.poller.give_back(self._polled_socket)
        self.input.close()

    # -- receiving ------------------------------------------------------------------------

    def on_datagram(self, data: bytes, srtp: pylibsrtp.Session, transport: Any) -> None:
        if self._closed:
            return
        if len(data) > _MAX_DATAGRAM:
            self.refused += 1
            return
        try:
            decrypted = srtp.unprotect(data)
        except pylibsrtp.Error:
            self.refused += 1
            return
        if transport is not self._polled_socket:
            self._poll(transport)
        self._on_decrypted(decrypted)

    async def _on_rtp(self, handler: Handler, data: bytes, arrival_time_ms: int) -> None:
        """Takes audio that arrived before `connected`; passes the rest to aiortc."""
        if len(data) > 1 and data[1] & 0x7F in self._types:
            self._on_decrypted(data)
        else:
            await handler(data, arrival_time_ms=arrival_time_ms)

    def _on_decrypted(self, data: bytes) -> None:
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
        if due_ms is not None and self._check_timer is None and not self._closed:
            wait_s = min(CHECK_S, max(0.0, due_ms / 1000 - time.monotonic()))
            self._check_timer = asyncio.get_running_loop().call_later(wait_s, self._check)

    def _check(self) -> None:
        self._check_timer = None
        now_ms = 1000 * time.monotonic()
        self.input.tick(now_ms)
        self._request_lost(now_ms)
        self._check_later()

    def _request_lost(self, now_ms: float) -> None:
        """Sends a NACK for lost packets that may still arrive in time."""
        if now_ms - self._nacked_ms < MIN_NACK_MS:
            return
        self._nacked_ms = now_ms
        lost = self.input.nacks_due(now_ms)
        if lost and self.input.ssrc is not None:
            empty_report = report(self._ssrc, self._cname, None, None)
            self._send_rtcp(empty_report + nack(self._ssrc, self.input.ssrc, lost))

    # -- sending --------------------------------------------------------------------------

    async def _sender_started(self, parameters: RTCRtpSendParameters) -> None:
        """Starts sending in place of aiortc's sender, as the connection is up."""
        self._cname = parameters.rtcp.cname or ""
        self.connected()
        if self.voice is not None and self._sending is not None and not self._closed:
            self.voice.start(time.monotonic())

    def _send(self, packet: bytes) -> None:
        if self._sending is not None:
            self._send_over(self._sending.sender.transport, packet, rtcp=False)

    def _send_rtcp(self, packet: bytes) -> None:
        """Sends RTCP over the transports of both lines, which usually share one."""
        lines = (self._receiving, self._sending)
        for dtls in {line.receiver.transport for line in lines if line is not None}:
            self._send_over(dtls, packet, rtcp=True)

    def _send_over(self, dtls: Any, packet: bytes, *, rtcp: bool) -> None:
        if not media.send(dtls, packet, rtcp=rtcp):
            self.unsent += 1

    # -- reports --------------------------------------------------------------------------

    async def _on_rtcp(self, handler: Handler, data: bytes) -> None:
        compound = read_rtcp(data)
        now_ms = 1000 * time.monotonic()
        for ssrc, ntp_middle in compound.reports.items():
            self.input.sender_reported(ssrc, ntp_middle, now_ms)
        if self.voice is not None and self._ssrc in compound.losses:
            self.voice.client_lost(compound.losses[self._ssrc])
            self._shared.rtp.loss_there.add(compound.losses[self._ssrc])
        if self.voice is not None and self._ssrc in compound.nacked:
            self.voice.repeat(compound.nacked[self._ssrc])
        await handler(data)
        if self.input.ssrc in compound.ended and not self._closed:
            self.input.finish()

    def _report_later(self) -> None:
        loop = asyncio.get_running_loop()
        due_s = self._shared.ticks.next(loop.time() + REPORT_S)
        self._report_timer = loop.call_at(due_s, self._report)

    def _report(self) -> None:
        now_s = time.monotonic()
        block = self.input.report(1000 * now_s)
        info = None
        if self.voice is not None:
            self.voice.keep_alive(now_s)
            info = self.voice.output.sender_info(now_s, time.time())
        if block is not None:
            self._shared.rtp.jitter.add(self.input.jitter_ms / 1000)
            self._shared.rtp.loss.add(block.fraction_lost / LOSS_UNITS)
        if block is not None or info is not None:
            self._send_rtcp(report(self._ssrc, self._cname, info, block))
        self._on_report(now_s)
        self.connected()  # ICE may have added a relay's socket since
        self._report_later()
