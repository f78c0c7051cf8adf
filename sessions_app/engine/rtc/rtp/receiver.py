"""Turns a caller's RTP packets into speech frames: ordered, repaired, decoded, on the call clock.

It is independent of sockets and aiortc: it gets decrypted packets with their time of arrival.
"""

from collections.abc import Callable, Sequence

from sessions_app.engine.audio.late_audio import ABSENT_MS, LATE_MS, Lateness, Resumption
from sessions_app.engine.core.errors import MediaError
from sessions_app.engine.core.frames import SPEECH_RATE, AudioFrame, Samples
from sessions_app.engine.rtc.rtp.depacketizer import payload_decoder
from sessions_app.engine.rtc.rtp.figures import RtpFigures
from sessions_app.engine.rtc.rtp.jitter_buffer import JitterBuffer
from sessions_app.engine.rtc.rtp.nack import NackRequests
from sessions_app.engine.rtc.rtp.packet import ReportBlock, RtpPacket
from sessions_app.engine.rtc.rtp.packet_runs import RATE, Counts, Packet, PacketKind, PacketRun
from sessions_app.engine.rtc.rtp.red import RedError
from sessions_app.engine.rtc.rtp.red import parse as parse_red
from sessions_app.engine.rtc.rtp.timeline import Timeline
from sessions_app.engine.rtc.sdp.codecs import PayloadTypes

MAX_STREAMS = 8
NEW_STREAM_MS = 1_000.0
"""How many SSRCs a client may change to in a row, and how long until it may change to one more.

A client has one at a time. Lower breaks clients that restart often; higher lets a flood of SSRCs
create many jitter buffers.
"""

HOLD_MS = 100.0
"""How long packets after a pause are held if their timestamps do not show the pause.

Lower places late audio by its arrival; higher delays the first words after each pause.
"""

_NO_BLOCKS: Sequence[tuple[int, bytes]] = ()

_TS = 1 << 32
"""How many timestamps there are before they start over (RFC 3550)."""


class RtpInput:
    """One client's inbound audio. `hear` gets each frame (int16, 16 kHz, mono), in order.

    All times are monotonic ms, except that `call_ms` returns the call clock, on which frames are
    placed. Used on one event loop; nothing blocks.
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
        self._decoder = payload_decoder(types.codec)
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
        self.repairs = RtpFigures()
        """How much audio was received, restored (RED), repaired (FEC) and concealed."""

        self._of_earlier_streams = RtpFigures()

    @property
    def counts(self) -> Counts:
        """The packet counts of the current stream."""
        return self._stream.buffer.counts if self._stream is not None else Counts()

    @property
    def requests(self) -> NackRequests:
        """The retransmission requests of the current stream."""
        return self._stream.buffer.requests if self._stream is not None else NackRequests()

    @property
    def figures(self) -> RtpFigures:
        """The counts of all streams so far."""
        total = RtpFigures(broken=self.broken)
        total.add(self.repairs)
        total.add(self._of_earlier_streams)
        if self._stream is not None:
            total.add(self._stream.figures)
        return total

    @property
    def jitter_ms(self) -> float:
        """The current stream's jitter (RFC 3550, section 6.4.1), in ms; 0 before its first."""
        return self._stream.buffer.jitter_ms if self._stream is not None else 0.0

    @property
    def ssrc(self) -> int | None:
        """The current stream's SSRC; None before its first packet."""
        return self._stream.ssrc if self._stream is not None else None

    @property
    def account(self) -> str:
        """A summary for the log, in ms and packets."""
        repairs, counts, requests = self.repairs, self.counts, self.requests
        return (
            f"{repairs.received_ms:.0f} ms received, {repairs.restored_ms:.0f} restored, "
            f"{repairs.fec_ms:.0f} repaired, {repairs.concealed_ms:.0f} concealed, "
            f"{counts.late} packets late, {counts.reordered} out of order, "
            f"{counts.duplicate} twice, {self.broken} broken, "
            f"{requests.answered} of {requests.requested} came when asked for again"
        )

    @property
    def waits(self) -> bool:
        """Whether a packet is held: behind a gap, or until the length of a pause is known."""
        return self._resumption is not None or self._has_gap

    @property
    def _has_gap(self) -> bool:
        return self._stream is not None and self._stream.buffer.waits

    @property
    def due_ms(self) -> float | None:
        """When `tick` has something to do even if no packet arrives; None while it has not."""
        due_ms = self._stream.buffer.due_ms if self._stream is not None else None
        if self._resumption is None:
            return due_ms
        return self._settled_ms if due_ms is None else min(due_ms, self._settled_ms)

    def follow(self, types: PayloadTypes, *, another: bool) -> None:
        """Takes packets of these types from now on.

        `another` says that they are of another media line, so that the previous stream has ended.
        """
        new_codec = types.codec is not self._types.codec
        if another or new_codec:
            self.finish()
            self._left_ssrc = self.ssrc if another else None
            self._leave_stream()
            self._streams = 0
        self._types = types
        if new_codec:
            self._decoder.close()
            self._decoder = payload_decoder(types.codec)

    def take(self, packet: RtpPacket, now_ms: float) -> None:
        """Takes one packet on arrival; a malformed one is counted as `broken`."""
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
                payload, earlier = self._red_blocks(packet)
            except RedError:
                self.broken += 1
                return
        if packet.sequence not in stream.buffer.requests:  # a retransmitted packet counts as lost
            stream.count(packet.sequence)
        timestamp = stream.timestamp_48k(packet.timestamp if payload else None)
        if timestamp is None:
            return  # comfort noise or a key before any audio
        item = Packet(packet.sequence, timestamp, payload, earlier)
        for run in stream.buffer.put(item, now_ms):
            self._take(run)

    def tick(self, now_ms: float) -> None:
        """Gives up packets that were waited for long enough. To be called at `due_ms`."""
        if self._stream is not None:
            for run in self._stream.buffer.due(now_ms):
                self._take(run)
        self._settle()

    def nacks_due(self, now_ms: float) -> list[int]:
        """Returns the sequence numbers to request from the client now."""
        return self._stream.buffer.nacks_due(now_ms) if self._stream and self._has_gap else []

    def finish(self) -> None:
        """Decodes all packets that are still held, as no more come for now."""
        if self._stream is not None:
            for run in self._stream.buffer.flush():
                self._take(run)
        self._settle(at_once=True)

    def sender_reported(self, ssrc: int, ntp_middle: int, now_ms: float) -> None:
        """Notes a sender report, whose NTP time the next report block repeats (RFC 3550, 6.4.1)."""
        if self._stream is not None and self._stream.ssrc == ssrc:
            self._stream.reported = (ntp_middle, now_ms)

    def report(self, now_ms: float) -> ReportBlock | None:
        """Returns the report block of the current stream; None before its first packet."""
        return self._stream.report_block(now_ms) if self._stream is not None else None

    def close(self) -> None:
        """Frees the decoder."""
        self._decoder.close()

    def _stream_of(self, ssrc: int, now_ms: float, *, soundless: bool) -> "_Stream | None":
        """Returns that SSRC's stream, which may begin here; None if its packets are ignored."""
        if self._stream is not None and self._stream.ssrc == ssrc:
            return self._stream
        if soundless or ssrc == self._left_ssrc:
            return None  # some clients send DTMF keys with an SSRC of their own
        if self._streams >= MAX_STREAMS and now_ms - self._began_ms < NEW_STREAM_MS:
            self.broken += 1
            return None
        self._began_ms = now_ms
        return self._begin(ssrc)

    def _leave_stream(self) -> None:
        if self._stream is not None:
            self._of_earlier_streams.add(self._stream.figures)
            self._stream = None

    def _begin(self, ssrc: int) -> "_Stream":
        self.finish()
        self._leave_stream()
        self._streams += 1
        self._stream = _Stream(ssrc, JitterBuffer(self._decoder.duration), self._types.clock)
        # timestamps of another SSRC begin at random
        if self._timeline is not None:
            self._timeline.restart()
        return self._stream

    def _red_blocks(self, packet: RtpPacket) -> tuple[bytes, Sequence[tuple[int, bytes]]]:
        """Returns a RED packet's primary payload, and its redundant (timestamp, payload) pairs."""
        *older, primary = parse_red(packet.payload)
        return primary.payload, [
            (packet.timestamp - block.offset & _TS - 1, block.payload)
            for block in older
            if block.payload_type == self._types.audio
        ]

    # -- placing runs on the call clock -------------------------------------------------------

    def _take(self, run: PacketRun) -> None:
        """Decodes a run, or holds it until the length of a pause before it is known."""
        now_ms, length_ms = self._call_ms(), 1000 * run.samples / RATE
        if self._timeline is None:
            self._timeline = Timeline(RATE, max(0.0, now_ms - length_ms))
        expected_ms = self._timeline.expected_ms(run.start)
        if expected_ms is None:  # a new stream, which begins at the present call clock
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
        """Detects a pause before a run that its timestamps do not show."""
        assert self._timeline is not None  # noqa: S101 - the caller created it
        was_paused, self._was_paused = self._was_paused, False
        if was_paused and now_ms - end_ms > LATE_MS:
            self._resumption = Resumption(start_ms, now_ms, hold_ms=HOLD_MS)
            self._settled_ms = self._arrived_ms + HOLD_MS
        elif self._lateness.is_lasting(end_ms, now_ms):
            self._timeline.pause(now_ms - end_ms)

    def _settle(self, *, at_once: bool = False) -> None:
        """Decodes the held runs once the length of the pause is known, or now if `at_once`."""
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
        assert self._timeline is not None  # noqa: S101 - created before
        samples, packet = self._samples(run)
        start_ms = self._timeline.place(run.start, run.samples, self._call_ms())
        if start_ms is not None and len(samples):
            # timestamps that restart under the same SSRC may be a little earlier
            frame = AudioFrame(samples, SPEECH_RATE, max(start_ms, self._end_ms), packet)
            self._end_ms = frame.end_ms
            self._hear(frame)

    def _samples(self, run: PacketRun) -> tuple[Samples, bytes]:
        """Returns a run's audio, and the Opus packet to record for it; empty for none."""
        length_ms = 1000 * run.samples / RATE
        if run.kind is not PacketKind.LOST:
            try:
                samples = self._decoder.decode(run.payload)
            except MediaError:
                self.broken += 1
                return self._decoder.conceal(run), self._decoder.packet_to_record(run, whole=False)
            if run.kind is PacketKind.RECEIVED:
                self.repairs.received_ms += length_ms
            else:
                self.repairs.restored_ms += length_ms
            return samples, self._decoder.packet_to_record(run, whole=True)
        repaired = self._decoder.repair(run)
        if repaired is not None:
            self.repairs.fec_ms += length_ms
            return repaired, self._decoder.packet_to_record(run, whole=True)
        self.repairs.concealed_ms += length_ms
        return self._decoder.conceal(run), self._decoder.packet_to_record(run, whole=True)


class _Stream:
    """One SSRC: its jitter buffer and its reception statistics."""

    def __init__(self, ssrc: int, buffer: JitterBuffer, clock: int) -> None:
        self.ssrc = ssrc
        self.buffer = buffer
        self._clock = clock
        self._newest: int | None = None
        self.reported: tuple[int, float] | None = None
        """The middle NTP bits of the last sender report, and when it arrived (ms)."""

        self._first: int | None = None
        self._highest = 0
        self._received = 0
        self._reported_expected = 0
        self._reported_received = 0

    @property
    def figures(self) -> RtpFigures:
        """The stream's packets, without the audio in them."""
        counts, requests = self.buffer.counts, self.buffer.requests
        return RtpFigures(
            received=counts.received,
            lost=counts.lost + counts.restored,
            late=counts.late,
            duplicate=counts.duplicate,
            reordered=counts.reordered,
            requested=requests.requested,
            answered=requests.answered,
        )

    def timestamp_48k(self, timestamp: int | None) -> int | None:
        """Returns a timestamp converted to 48 kHz, modulo 2^32.

        For None (comfort noise and keys, whose timestamps differ) it is that of the newest audio;
        None before any audio.
        """
        if timestamp is not None:
            newest = timestamp if self._newest is None else self._newest
            ahead = (timestamp - newest + _TS // 2) % _TS - _TS // 2
            self._newest = newest + ahead
        return None if self._newest is None else self._newest * (RATE // self._clock) % _TS

    def count(self, sequence: int) -> None:
        """Counts a packet, and duplicates too, as reports do (RFC 3550, section 6.4.1)."""
        if self._first is None:
            self._first = self._highest = sequence
        ahead = (sequence - self._highest + 0x8000) % 0x10000 - 0x8000
        self._highest += max(0, ahead)
        self._received += 1

    def report_block(self, now_ms: float) -> ReportBlock:
        """Returns the report block since the last call (RFC 3550, appendix A.3)."""
        first = self._highest if self._first is None else self._first
        expected = self._highest - first + 1
        newly_expected = expected - self._reported_expected
        lost = newly_expected - (self._received - self._reported_received)
        fraction = (lost << 8) // newly_expected if newly_expected > 0 and lost > 0 else 0
        self._reported_expected, self._reported_received = expected, self._received
        last, ago_ms = 0, 0.0
        if self.reported is not None:
            last, ago_ms = self.reported[0], now_ms - self.reported[1]
        return ReportBlock(
            ssrc=self.ssrc,
            fraction_lost=min(255, fraction),
            lost=expected - self._received,
            highest=self._highest,
            jitter=round(self.buffer.jitter_ms * self._clock / 1000),
            last_report=last,
            since_report=round(max(0.0, ago_ms) * 65.536),
        )
