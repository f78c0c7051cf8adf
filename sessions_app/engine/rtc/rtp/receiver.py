"""The caller's RTP audio becomes speech frames: ordered, restored, decoded, on the call clock.

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

MOST_STREAMS = 8
STREAM_MS = 1_000.0
"""SSRCs one client may go through at once, and one more each STREAM_MS: it has one at a time."""

HOLD_MS = 100.0
"""What comes after a pause waits so long, where its timestamps say that there was none."""

_NOTHING: Sequence[tuple[int, bytes]] = ()
_TS = 1 << 32


@dataclass(slots=True)
class Repairs:
    """How much of the timeline came how, in ms; `fec` and `concealed` are of what was lost."""

    received_ms: float = 0.0
    restored_ms: float = 0.0
    fec_ms: float = 0.0
    concealed_ms: float = 0.0


class RtpInput:
    """One client's audio. `hear` gets each frame, in order; all times are monotonic ms.

    `call_ms` gives the call clock, to place a stream that begins. Used on one event loop;
    nothing blocks.
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
        self._came_ms = 0.0
        self._settled_ms = 0.0
        self._was_away = False
        self._lateness = Lateness()
        self._resumption: Resumption | None = None
        self._unsettled: list[PacketRun] = []
        self._over: int | None = None
        self._end_ms = 0.0
        self.broken = 0
        self.repairs = Repairs()

    @property
    def counts(self) -> Counts:
        """What became of the present stream's packets."""
        return self._stream.buffer.counts if self._stream is not None else Counts()

    @property
    def requests(self) -> Requests:
        """What was asked for again of the present stream, and what of it came."""
        return self._stream.buffer.requests if self._stream is not None else Requests()

    @property
    def ssrc(self) -> int | None:
        """The present stream's; None before its first packet."""
        return self._stream.ssrc if self._stream is not None else None

    @property
    def account(self) -> str:
        """What came, in ms and packets."""
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
        """When `tick` has something to do though no packet comes; None for never."""
        due_ms = self._stream.buffer.due_ms if self._stream is not None else None
        if self._resumption is None:
            return due_ms
        return self._settled_ms if due_ms is None else min(due_ms, self._settled_ms)

    def follow(self, types: PayloadTypes, *, another: bool) -> None:
        """Takes packets of these types from now on; of `another` line, and no more of the last."""
        recoded = types.codec is not self._types.codec
        if another or recoded:
            self.finish()
            self._over = self.ssrc if another else None
            self._stream, self._streams = None, 0
        self._types = types
        if recoded:
            self._decoding.close()
            self._decoding = decoding(types.codec)

    def take(self, packet: RtpPacket, now_ms: float) -> None:
        """Takes one packet as it arrives; what cannot be read is counted as `broken`."""
        soundless = packet.payload_type in self._types.soundless
        stream = self._stream_of(packet.ssrc, now_ms, soundless=soundless)
        if stream is None:
            return
        payload, earlier = packet.payload, _NOTHING
        if soundless:
            payload = b""
        else:
            self._was_away = self._was_away or now_ms - self._came_ms > ABSENT_MS
            self._came_ms = now_ms
        if packet.payload_type == self._types.red:
            try:
                payload, earlier = self._unpacked(packet)
            except RedError:
                self.broken += 1
                return
        if packet.sequence not in stream.buffer.requests:  # which was lost, whatever comes of it
            stream.note(packet.sequence)
        place = stream.place(packet.timestamp if payload else None)
        if place is None:
            return  # nothing that it could lie behind has come
        item = Packet(packet.sequence, place, payload, earlier)
        for run in stream.buffer.put(item, now_ms):
            self._take(run)

    def tick(self, now_ms: float) -> None:
        """Goes on without what has been waited for long enough."""
        if self._stream is not None:
            for run in self._stream.buffer.due(now_ms):
                self._take(run)
        self._settle()

    def asks(self, now_ms: float) -> list[int]:
        """Returns which packets of the present stream to ask the client for again, now."""
        return self._stream.buffer.asks(now_ms) if self._stream and self._has_gap else []

    def finish(self) -> None:
        """Gives out what is still held; no packet will follow, or not for a while."""
        if self._stream is not None:
            for run in self._stream.buffer.flush():
                self._take(run)
        self._settle(at_once=True)

    def sender_reported(self, ssrc: int, ntp_middle: int, now_ms: float) -> None:
        """Notes the client's own report, which ours must answer."""
        if self._stream is not None and self._stream.ssrc == ssrc:
            self._stream.reported = (ntp_middle, now_ms)

    def report(self, now_ms: float) -> ReportBlock | None:
        """Returns what to tell the client of its stream; None before its first packet."""
        return self._stream.heard(now_ms) if self._stream is not None else None

    def close(self) -> None:
        """Frees the decoder."""
        self._decoding.close()

    def _stream_of(self, ssrc: int, now_ms: float, *, soundless: bool) -> "_Stream | None":
        """Returns the present stream, which may begin; None where it is not that SSRC's."""
        if self._stream is not None and self._stream.ssrc == ssrc:
            return self._stream
        if soundless or ssrc == self._over:
            return None  # some send keys as a stream of their own
        if self._streams >= MOST_STREAMS and now_ms - self._began_ms < STREAM_MS:
            self.broken += 1
            return None
        self._began_ms = now_ms
        return self._begin(ssrc)

    def _begin(self, ssrc: int) -> "_Stream":
        self.finish()
        self._streams += 1
        self._stream = _Stream(ssrc, JitterBuffer(self._decoding.duration), self._types.clock)
        # its timestamps have nothing to do with those of the stream before
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

    # -- where it lies ----------------------------------------------------------------------

    def _take(self, run: PacketRun) -> None:
        """Decodes a run at its place, or holds it until it shows where that is."""
        now_ms, length_ms = self._call_ms(), 1000 * run.samples / RATE
        if self._timeline is None:
            self._timeline = Timeline(RATE, max(0.0, now_ms - length_ms))
        expected_ms = self._timeline.expected_ms(run.start)
        if expected_ms is None:  # another stream, which goes on where the clock is
            self._settle(at_once=True)
        elif self._resumption is None:
            self._look(expected_ms, expected_ms + length_ms, now_ms)
        if self._resumption is None or expected_ms is None:
            self._decode(run)
            return
        self._resumption.came(expected_ms, length_ms, now_ms)
        self._unsettled.append(run)
        self._settle()

    def _look(self, start_ms: float, end_ms: float, now_ms: float) -> None:
        """Looks whether a run is back after a pause of which its timestamps know nothing."""
        assert self._timeline is not None  # noqa: S101 - the caller made it
        away, self._was_away = self._was_away, False
        if away and now_ms - end_ms > LATE_MS:
            self._resumption = Resumption(start_ms, now_ms, hold_ms=HOLD_MS)
            self._settled_ms = self._came_ms + HOLD_MS
        elif self._lateness.stays(end_ms, now_ms):
            self._timeline.pause(now_ms - end_ms)

    def _settle(self, *, at_once: bool = False) -> None:
        """Decodes what is held, as soon as it shows where it lies."""
        if self._resumption is None or self._timeline is None:
            return
        pause_ms = self._resumption.pause_ms(self._call_ms())
        if pause_ms is None:
            if not at_once:
                return
            pause_ms = self._resumption.latest_ms
        self._resumption = None
        self._timeline.pause(pause_ms)
        held, self._unsettled = self._unsettled, []
        for run in held:
            self._decode(run)

    def _decode(self, run: PacketRun) -> None:
        assert self._timeline is not None  # noqa: S101 - made before
        samples, packet = self._samples(run)
        start_ms = self._timeline.place(run.start, run.samples, self._call_ms())
        if start_ms is not None and len(samples):
            # timestamps that start over under the same SSRC may point back a little
            frame = AudioFrame(samples, SPEECH_RATE, max(start_ms, self._end_ms), packet)
            self._end_ms = frame.end_ms
            self._hear(frame)

    def _samples(self, run: PacketRun) -> tuple[Samples, bytes]:
        """Returns a run's audio, and the Opus packet that stands for it in the lane, if any."""
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
    """One SSRC: its buffer, and what reports say of it."""

    def __init__(self, ssrc: int, buffer: JitterBuffer, clock: int) -> None:
        self.ssrc = ssrc
        self.buffer = buffer
        self._clock = clock
        self._newest: int | None = None
        self.reported: tuple[int, float] | None = None
        self._first: int | None = None
        self._highest = 0
        self._came = 0
        self._told_expected = 0
        self._told_came = 0

    def place(self, timestamp: int | None) -> int | None:
        """Returns a timestamp in units of 48 kHz, modulo 2^32 as all are.

        None, for what is no sound and has a time of its own, gives the newest there was.
        """
        if timestamp is not None:
            newest = timestamp if self._newest is None else self._newest
            ahead = (timestamp - newest + _TS // 2) % _TS - _TS // 2
            self._newest = newest + ahead
        return None if self._newest is None else self._newest * (RATE // self._clock) % _TS

    def note(self, sequence: int) -> None:
        """Counts a packet, a double too, as reports count."""
        if self._first is None:
            self._first = self._highest = sequence
        ahead = (sequence - self._highest + 0x8000) % 0x10000 - 0x8000
        self._highest += max(0, ahead)
        self._came += 1

    def heard(self, now_ms: float) -> ReportBlock:
        """Returns what a report says now (RFC 3550, appendix A.3)."""
        first = self._highest if self._first is None else self._first
        expected = self._highest - first + 1
        lately = expected - self._told_expected
        lost = lately - (self._came - self._told_came)
        fraction = (lost << 8) // lately if lately > 0 and lost > 0 else 0
        self._told_expected, self._told_came = expected, self._came
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
