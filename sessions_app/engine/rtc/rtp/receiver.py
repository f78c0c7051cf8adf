"""Turns a caller's RTP packets into speech frames: ordered, repaired, decoded, on the call clock.

Knows nothing of sockets or aiortc: packets come in after SRTP, with the time of their arrival.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sessions_app.engine.audio.late_audio import ABSENT_MS, LATE_MS, Lateness, Resumption
from sessions_app.engine.core.errors import MediaError
from sessions_app.engine.core.frames import SPEECH_RATE, AudioFrame, Samples
from sessions_app.engine.rtc.rtp.depacketizer import decoding
from sessions_app.engine.rtc.rtp.jitter_buffer import (
    RATE,
    Counts,
    JitterBuffer,
    Packet,
    PacketKind,
    PacketRun,
)
from sessions_app.engine.rtc.rtp.nack import Requests
from sessions_app.engine.rtc.rtp.packet import ReportBlock, RtpPacket
from sessions_app.engine.rtc.rtp.red import RedError
from sessions_app.engine.rtc.rtp.red import parse as parse_red
from sessions_app.engine.rtc.rtp.timeline import Timeline
from sessions_app.engine.rtc.sdp.codecs import PayloadTypes

MAX_STREAMS = 8
NEW_STREAM_MS = 1_000.0
"""How many SSRCs one client may change to at once, and how long until it may change to one more.

A client has one at a time. Fewer break clients that start over often; more let a flood of SSRCs
make many decoders.
"""

HOLD_MS = 100.0
"""How long packets after a pause are held where their timestamps say that there was none.

Less places late audio by its arrival; more delays the first words after each pause.
"""

_NO_BLOCKS: Sequence[tuple[int, bytes]] = ()
_TS = 1 << 32


@dataclass(slots=True)
class Repairs:
    """How much of the audio was received, restored (RED), repaired (FEC) and concealed, in ms."""

    received_ms: float = 0.0
    restored_ms: float = 0.0
    fec_ms: float = 0.0
    concealed_ms: float = 0.0


class RtpInput:
    """One client's audio. `hear` gets each frame (int16, 16 kHz mono), in order.

    All times are monotonic ms. `call_ms` returns the call clock, to place a stream that begins.
    Used on one event loop; nothing blocks.
    """

    def __init__(
        self,
        types: PayloadTypes,
        hear: Callable[[AudioFrame], None],
        call_ms: Callable[[], float],
    ) -> None:
        self._types = types
        self._hear = hear
        self._call_ms = call_ms
        self._decoding = decoding(types.codec)
        self._timeline: Timeline | None = None
        self._stream: _Stream | None = None
        self._streams = 0
        self._began_ms = 0.0
        self._arrived_ms = 0.0
        self._settled_ms = 0.0
        self._was_paused = False
        self._lateness = Lateness()
        self._resumption: Resumption | None = None
        self._held: list[PacketRun] = []
        self._left_ssrc: int | None = None
        self._end_ms = 0.0
        self.broken = 0
        self.repairs = Repairs()

    @property
    def counts(self) -> Counts:
        """How many packets of the present stream were received, lost and so on."""
        return self._stream.buffer.counts if self._stream is not None else Counts()

    @property
    def requests(self) -> Requests:
        """The requests for retransmission of the present stream's packets."""
        return self._stream.buffer.requests if self._stream is not None else Requests()

    @property
    def ssrc(self) -> int | None:
        """The present stream's; None before its first packet."""
        return self._stream.ssrc if self._stream is not None else None

    @property
    def account(self) -> str:
        """A summary for the log, in ms and packets."""
        came, counts, requests = self.repairs, self.counts, self.requests
        return (
            f"{came.received_ms:.0f} ms received, {came.restored_ms:.0f} restored, "
            f"{came.fec_ms:.0f} repaired, {came.concealed_ms:.0f} concealed, "
            f"{counts.late} packets late, {counts.reordered} out of order, "
            f"{counts.duplicate} twice, {self.broken} broken, "
            f"{requests.answered} of {requests.asked} came when asked for again"
        )

    @property
    def waits(self) -> bool:
        """Whether a packet is held: behind a gap, or until it shows how long a pause was."""
        return self._resumption is not None or self._has_gap

    @property
    def _has_gap(self) -> bool:
        return self._stream is not None and self._stream.buffer.waits

    @property
    def due_ms(self) -> float | None:
        """When `tick` will have something to do although no packet arrives; None for never."""
        due_ms = self._stream.buffer.due_ms if self._stream is not None else None
        if self._resumption is None:
            return due_ms
        return self._settled_ms if due_ms is None else min(due_ms, self._settled_ms)

    def follow(self, types: PayloadTypes, *, another: bool) -> None:
        """Takes packets of these types from now on.

        `another` where they come on another line: the last one's stream is over.
        """
        recoded = types.codec is not self._types.codec
        if another or recoded:
            self.finish()
            self._left_ssrc = self.ssrc if another else None
            self._stream, self._streams = None, 0
        self._types = types
        if recoded:
            self._decoding.close()
            self._decoding = decoding(types.codec)

    def take(self, packet: RtpPacket, now_ms: float) -> None:
        """Takes one packet as it arrives; one that cannot be read is counted as `broken`."""
        soundless = packet.payload_type in self._types.soundless
        stream = self._stream_of(packet.ssrc, now_ms, soundless=soundless)
        if stream is None:
            return
        payload, earlier = packet.payload, _NO_BLOCKS
        if soundless:
            payload = b""
        else:
            self._was_paused = self._was_paused or now_ms - self._arrived_ms > ABSENT_MS
            self._arrived_ms = now_ms
        if packet.payload_type == self._types.red:
            try:
                payload, earlier = self._unpacked(packet)
            except RedError:
                self.broken += 1
                return
        if packet.sequence not in stream.buffer.requests:  # a retransmission was lost all the same
            stream.note(packet.sequence)
        place = stream.place(packet.timestamp if payload else None)
        if place is None:
            return  # comfort noise or a key before any audio
        item = Packet(packet.sequence, place, payload, earlier)
        for run in stream.buffer.put(item, now_ms):
            self._take(run)

    def tick(self, now_ms: float) -> None:
        """Goes on without packets that have been waited for long enough."""
        if self._stream is not None:
            for run in self._stream.buffer.due(now_ms):
                self._take(run)
        self._settle()

    def asks(self, now_ms: float) -> list[int]:
        """Returns the sequence numbers to ask the client for again, now."""
        return self._stream.buffer.asks(now_ms) if self._stream and self._has_gap else []

    def finish(self) -> None:
        """Decodes all packets still held, as none will follow for a while."""
        if self._stream is not None:
            for run in self._stream.buffer.flush():
                self._take(run)
        self._settle(at_once=True)

    def sender_reported(self, ssrc: int, ntp_middle: int, now_ms: float) -> None:
        """Notes the time of a sender report, which our own report repeats (RFC 3550, 6.4.1)."""
        if self._stream is not None and self._stream.ssrc == ssrc:
            self._stream.reported = (ntp_middle, now_ms)

    def report(self, now_ms: float) -> ReportBlock | None:
        """Returns the report block of the present stream; None before its first packet."""
        return self._stream.heard(now_ms) if self._stream is not None else None

    def close(self) -> None:
        """Frees the decoder."""
        self._decoding.close()

    def _stream_of(self, ssrc: int, now_ms: float, *, soundless: bool) -> "_Stream | None":
        """Returns that SSRC's stream, which may begin here; None where its packets are ignored."""
        if self._stream is not None and self._stream.ssrc == ssrc:
            return self._stream
        if soundless or ssrc == self._left_ssrc:
            return None  # some clients send keys as a stream of their own
        if self._streams >= MAX_STREAMS and now_ms - self._began_ms < NEW_STREAM_MS:
            self.broken += 1
            return None
        self._began_ms = now_ms
        return self._begin(ssrc)

    def _begin(self, ssrc: int) -> "_Stream":
        self.finish()
        self._streams += 1
        self._stream = _Stream(ssrc, JitterBuffer(self._decoding.duration), self._types.clock)
        # timestamps of another SSRC begin at random
        if self._timeline is not None:
            self._timeline.restart()
        return self._stream

    def _unpacked(self, packet: RtpPacket) -> tuple[bytes, Sequence[tuple[int, bytes]]]:
        *older, primary = parse_red(packet.payload)
        return primary.payload, [
            (packet.timestamp - block.offset & _TS - 1, block.payload)
            for block in older
            if block.payload_type == self._types.audio
        ]

    # -- its place on the call clock ---------------------------------------------------------

    def _take(self, run: PacketRun) -> None:
        """Decodes a run, or holds it until it shows how long a pause before it was."""
        now_ms, length_ms = self._call_ms(), 1000 * run.samples / RATE
        if self._timeline is None:
            self._timeline = Timeline(RATE, max(0.0, now_ms - length_ms))
        expected_ms = self._timeline.expected_ms(run.start)
        if expected_ms is None:  # another stream, which goes on at the call clock's time
            self._settle(at_once=True)
        elif self._resumption is None:
            self._detect_pause(expected_ms, expected_ms + length_ms, now_ms)
        if self._resumption is None or expected_ms is None:
            self._decode(run)
            return
        self._resumption.add(expected_ms, length_ms, now_ms)
        self._held.append(run)
        self._settle()

    def _detect_pause(self, start_ms: float, end_ms: float, now_ms: float) -> None:
        """Detects a pause before a run that its timestamps leave out."""
        assert self._timeline is not None  # noqa: S101 - the caller made it
        away, self._was_paused = self._was_paused, False
        if away and now_ms - end_ms > LATE_MS:
            self._resumption = Resumption(start_ms, now_ms, hold_ms=HOLD_MS)
            self._settled_ms = self._arrived_ms + HOLD_MS
        elif self._lateness.stays(end_ms, now_ms):
            self._timeline.pause(now_ms - end_ms)

    def _settle(self, *, at_once: bool = False) -> None:
        """Decodes the held runs, once it is known how long the pause before them was."""
        if self._resumption is None or self._timeline is None:
            return
        pause_ms = self._resumption.pause_ms(self._call_ms())
        if pause_ms is None:
            if not at_once:
                return
            pause_ms = self._resumption.max_pause_ms
        self._resumption = None
        self._timeline.pause(pause_ms)
        held, self._held = self._held, []
        for run in held:
            self._decode(run)

    def _decode(self, run: PacketRun) -> None:
        assert self._timeline is not None  # noqa: S101 - made before
        samples, packet = self._samples(run)
        start_ms = self._timeline.place(run.start, run.samples, self._call_ms())
        if start_ms is not None and len(samples):
            # timestamps that start over under the same SSRC may lie a little earlier
            frame = AudioFrame(samples, SPEECH_RATE, max(start_ms, self._end_ms), packet)
            self._end_ms = frame.end_ms
            self._hear(frame)

    def _samples(self, run: PacketRun) -> tuple[Samples, bytes]:
        """Returns a run's audio, and the Opus packet that is recorded for it, if any."""
        length_ms = 1000 * run.samples / RATE
        if run.kind is not PacketKind.LOST:
            try:
                samples = self._decoding.decode(run.payload)
            except MediaError:
                self.broken += 1
                return self._decoding.conceal(run), self._decoding.kept(run, whole=False)
            if run.kind is PacketKind.RECEIVED:
                self.repairs.received_ms += length_ms
            else:
                self.repairs.restored_ms += length_ms
            return samples, self._decoding.kept(run, whole=True)
        repaired = self._decoding.repaired(run)
        if repaired is not None:
            self.repairs.fec_ms += length_ms
            return repaired, self._decoding.kept(run, whole=True)
        self.repairs.concealed_ms += length_ms
        return self._decoding.conceal(run), self._decoding.kept(run, whole=True)


class _Stream:
    """One SSRC: its jitter buffer and its reception statistics."""

    def __init__(self, ssrc: int, buffer: JitterBuffer, clock: int) -> None:
        self.ssrc = ssrc
        self.buffer = buffer
        self._clock = clock
        self._newest: int | None = None
        self.reported: tuple[int, float] | None = None
        self._first: int | None = None
        self._highest = 0
        self._came = 0
        self._reported_expected = 0
        self._reported_arrived = 0

    def place(self, timestamp: int | None) -> int | None:
        """Returns a timestamp in units of 48 kHz, modulo 2^32 as all are.

        For None (comfort noise and keys, whose timestamps differ) it is that of the newest audio.
        """
        if timestamp is not None:
            newest = timestamp if self._newest is None else self._newest
            ahead = (timestamp - newest + _TS // 2) % _TS - _TS // 2
            self._newest = newest + ahead
        return None if self._newest is None else self._newest * (RATE // self._clock) % _TS

    def note(self, sequence: int) -> None:
        """Counts a packet, duplicates too, as reports do (RFC 3550, section 6.4.1)."""
        if self._first is None:
            self._first = self._highest = sequence
        ahead = (sequence - self._highest + 0x8000) % 0x10000 - 0x8000
        self._highest += max(0, ahead)
        self._came += 1

    def heard(self, now_ms: float) -> ReportBlock:
        """Returns the report block for now (RFC 3550, appendix A.3)."""
        first = self._highest if self._first is None else self._first
        expected = self._highest - first + 1
        lately = expected - self._reported_expected
        lost = lately - (self._came - self._reported_arrived)
        fraction = (lost << 8) // lately if lately > 0 and lost > 0 else 0
        self._reported_expected, self._reported_arrived = expected, self._came
        last, ago_ms = 0, 0.0
        if self.reported is not None:
            last, ago_ms = self.reported[0], now_ms - self.reported[1]
        return ReportBlock(
            ssrc=self.ssrc,
            fraction_lost=min(255, fraction),
            lost=expected - self._came,
            highest=self._highest,
            jitter=round(self.buffer.jitter_ms * self._clock / 1000),
            last_report=last,
            since_report=round(max(0.0, ago_ms) * 65.536),
        )
