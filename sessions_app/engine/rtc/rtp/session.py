"""A call's audio, taken under aiortc where it arrives, and sent under it too.

aiortc's receiver costs a thread, a stereo decode and a fixed delay of 60 ms a call, and makes
five lost packets in a hundred twenty-eight; its sender two tasks. So neither is ever started:
datagrams are looked at where aioice gets them, and audio is decrypted and encrypted with the
sessions that aiortc's handshake made (`aiortc_compat.media`). DTLS, STUN, data channels and video
stay with aiortc. `aiortc_compat.guard.available` says whether the installed version allows that.
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
"""Without reports that tell of losses Chromium puts no FEC into its packets."""

LOOK_S = 0.01
"""Between two looks at what a gap lacks: whether to ask for it, and whether to wait on."""

ASK_MS = 3.0
"""At least so long between two requests, whatever comes meanwhile."""

_LARGEST = 1_500

NO_TYPES = PayloadTypes(-1)
"""Before there is a line: no packet has this number."""


class RtpSession:
    """One peer connection's audio. `hear` gets frames, `on_media` the time of each packet
    (monotonic s), `on_key` each key that is pressed, `on_report` (monotonic s) whenever it looks
    after the call, each second. What `playout` holds is sent from when the client may hear it.

    A goodbye (RTCP BYE) ends nothing: libwebrtc before M152 says it when a track is taken away,
    and goes on with the same SSRC when one comes back.

    Takes the line that `hear` names and sends on the one that `tell` names, each the newest, which
    may be one. Lives on one event loop, from before the answer until `close`.
    """

    def __init__(
        self,
        *,
        hear: Callable[[AudioFrame], None],
        call_ms: Callable[[], float],
        on_media: Callable[[float], None],
        on_key: Callable[[str], None] = lambda _: None,
        on_report: Callable[[float], None] = lambda _: None,
        playout: Playout | None = None,
        media_loop: MediaLoop | None = None,
    ) -> None:
        self._types = NO_TYPES
        self.numbers: frozenset[int] = frozenset()
        """Of `aiortc_compat.media.DatagramListener`, as `on_datagram` is."""
        self._on_media = on_media
        self._on_report = on_report
        self._on_key = on_key
        self.input = RtpInput(NO_TYPES, hear, call_ms)
        self._keys = KeyReader({}, on_key)
        self._heard: Any = None
        self._told: Any = None
        self._timer: asyncio.TimerHandle | None = None
        self._reporting: asyncio.TimerHandle | None = None
        self._asked_ms = 0.0
        self._tapped: list[Any] = []
        self._attached: set[Any] = set()
        self._closed = False
        self.refused = 0
        """Datagrams that were not what they said: not authentic, replayed, too large."""
        self.unsent = 0
        """Datagrams for which there was no way."""
        self._ssrc = 0
        self._cname = ""
        self._playout = playout
        self._outputs: dict[int, RtpOutput] = {}
        """Of all lines there were: under one SSRC, SRTP wants one run of numbers."""
        self.voice: RtpVoice | None = None
        self._shared = media_loop or MediaLoop()
        self._polled: Any = None

    def hear(self, transceiver: Any, types: PayloadTypes) -> None:
        """Takes the client's audio from this line from now on, and from no other."""
        another = transceiver is not self._heard
        if another or types != self._types:
            self.input.follow(types, another=another)
            self._keys = KeyReader(dict(types.keys), self._on_key)
            self._heard, self._types = transceiver, types
            self.numbers = second_bytes(types.numbers)
            self._ssrc = self._ssrc or media.ssrc_of(transceiver.sender)
            media.never_receive(transceiver.receiver)
            self._attach()

    def tell(self, transceiver: Any, types: PayloadTypes | None) -> None:
        """Sends the voice on this line from now on; without one the playout keeps it.

        It begins when the connection takes it: aiortc then calls the line's sender.
        """
        if transceiver is None or types is None or self._playout is None:
            self._tell_nobody()
            return
        ssrc = media.ssrc_of(transceiver.sender)
        output = self._outputs.setdefault(ssrc, RtpOutput(ssrc, types))
        if self._told is not transceiver or not output.uses(types):
            self._tell_nobody()
            output.use(types)
            convert = FromOpus(types.codec) if types.codec is not None else None
            self.voice = RtpVoice(self._playout, output, self._shared.pacer, self._send, convert)
            self._told, self._ssrc = transceiver, ssrc
            media.send_by(transceiver.sender, self._may_speak)
            self._attach()

    def _tell_nobody(self) -> None:
        self._told = None
        if self.voice is not None:
            self.voice.close()

    def _attach(self) -> None:
        """Taps the transports that the lines have now: bundling may give them others."""
        for line in (self._heard, self._told):
            dtls = line.receiver.transport if line is not None else None
            if dtls is not None and dtls not in self._attached:
                self._attached.add(dtls)
                media.tap(dtls, self._early, self._rtcp)

    @property
    def _dtls(self) -> Any:
        """What the client's audio comes through, or would: of bundled lines all there is."""
        line = self._heard if self._heard is not None else self._told
        return line.receiver.transport

    @property
    def account(self) -> str:
        """What came and went, in ms and packets."""
        output = self.voice.output if self.voice else None
        return (
            f"{self.input.account}, {self.refused} refused, "
            f"{output.packets if output else 0} sent, "
            f"{output.repeated if output else 0} of them again, {self.unsent} unsent"
        )

    def connected(self) -> None:
        """Takes datagrams where aioice gets them, from now on; once the media may flow."""
        self._attach()
        media.take_datagrams(self._dtls, self, self._tapped)
        if self._reporting is None and not self._closed:
            self._report_later()

    def _read_with_others(self, transport: Any) -> None:
        """Has the socket that the client sends to read together with those of all calls.

        It need not be that of the pair over which we send.
        """
        self._shared.poller.give_back(self._polled)
        self._polled = transport
        self._shared.poller.take(transport)

    def finish(self) -> None:
        """Gives out what still waits behind a gap; no packet will follow."""
        if not self._closed:
            self.input.finish()

    def close(self) -> None:
        """Takes and sends nothing more; may be called twice."""
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
        if len(data) > _LARGEST:
            self.refused += 1
            return
        try:
            plain = srtp.unprotect(data)
        except pylibsrtp.Error:
            self.refused += 1
            return
        if transport is not self._polled:
            self._read_with_others(transport)
        self._plain(plain)

    async def _early(self, handler: Handler, data: bytes, arrival_time_ms: int) -> None:
        """Takes audio that came before datagrams were; the rest is aiortc's."""
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
            self._ask(1000 * now_s)
            self._look_later()

    def _look_later(self) -> None:
        due_ms = self.input.due_ms
        if due_ms is not None and self._timer is None and not self._closed:
            wait_s = min(LOOK_S, max(0.0, due_ms / 1000 - time.monotonic()))
            self._timer = asyncio.get_running_loop().call_later(wait_s, self._look)

    def _look(self) -> None:
        self._timer = None
        now_ms = 1000 * time.monotonic()
        self.input.tick(now_ms)
        self._ask(now_ms)
        self._look_later()

    def _ask(self, now_ms: float) -> None:
        """Asks the client for what was lost, where that may still come in time."""
        if now_ms - self._asked_ms < ASK_MS:
            return
        self._asked_ms = now_ms
        lost = self.input.asks(now_ms)
        if lost and self.input.ssrc is not None:
            told = report(self._ssrc, self._cname, None, None)
            self._send_rtcp(told + nack(self._ssrc, self.input.ssrc, lost))

    # -- out ------------------------------------------------------------------------------

    async def _may_speak(self, parameters: RTCRtpSendParameters) -> None:
        """In place of aiortc's sender: called when the connection is up and takes our audio."""
        self._cname = parameters.rtcp.cname or ""
        self.connected()
        if self.voice is not None and self._told is not None and not self._closed:
            self.voice.start(time.monotonic())

    def _send(self, packet: bytes) -> None:
        if self._told is not None:
            self._datagram(packet, self._told.sender.transport, rtcp=False)

    def _send_rtcp(self, packet: bytes) -> None:
        """Sends it to whom the client's audio comes from, and to whom the agent's goes."""
        lines = (self._heard, self._told)
        for dtls in {line.receiver.transport for line in lines if line is not None}:
            self._datagram(packet, dtls, rtcp=True)

    def _datagram(self, packet: bytes, dtls: Any, *, rtcp: bool) -> None:
        if not media.send(dtls, packet, rtcp=rtcp):
            self.unsent += 1

    # -- reports --------------------------------------------------------------------------

    async def _rtcp(self, handler: Handler, data: bytes) -> None:
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
