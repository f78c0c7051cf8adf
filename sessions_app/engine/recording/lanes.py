"""Lanes: one side of a call as an Ogg Opus file that grows during the call.

A granule position is a time on the call clock, in 48 kHz samples, plus the codec's delay (pre-skip,
RFC 7845). A page holds contiguous packets and ends at its granule position, so the start of every
packet is known, and a gap in the call stays a gap of the same length.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from sessions_app.engine.audio.opus import (
    OPUS_RATE,
    OpusDecoder,
    OpusEncoder,
    packet_duration_samples,
)
from sessions_app.engine.core.errors import MediaError
from sessions_app.engine.core.frames import FRAME_MS, SPEECH_RATE, AudioFrame, Samples
from sessions_app.engine.core.ports import ByteSink
from sessions_app.engine.recording.ogg import (
    MAX_SEGMENTS,
    OpusHead,
    OpusPage,
    OpusWriter,
    lacing_values,
    opus_pages,
)

TOLERANCE_MS = 1
"""Smaller steps between frames are rounding, not gaps."""

PAGE_MS = 1_000
"""How much audio a page holds, and how long packets wait for it to fill.

Lower costs bytes; higher loses more if the process is killed.
"""

FILLED_GAP_MS = 40
"""Gaps up to this long are encoded as silence; for longer ones nothing is written.

Lower writes many small pages; higher costs bytes.
"""

_RATIO = OPUS_RATE // SPEECH_RATE
_BLOCK = SPEECH_RATE * FRAME_MS // 1000
_PER_MS = SPEECH_RATE // 1000
_OPUS_PER_MS = OPUS_RATE // 1000


class LaneRecorder:
    """Writes one lane, of audio that it encodes or of Opus packets that it copies.

    Each second of audio is given to the sink as a whole page. Never blocks. Not thread-safe.
    """

    def __init__(self, sink: ByteSink) -> None:
        self._sink = sink
        # "voip" would filter low frequencies and so change the waveform of the recording
        self._encoder = OpusEncoder(SPEECH_RATE, application="audio")
        self._delay = self._encoder.lookahead_48k
        head = OpusHead(channels=1, pre_skip=self._delay, sample_rate=SPEECH_RATE)
        self._pages = _Pages(OpusWriter(sink.write, head))
        self._pending: Samples = np.zeros(0, np.int16)
        self._position = 0
        self._running = False
        self._closed = False

    def add(self, frame: AudioFrame) -> None:
        """Adds the next audio (int16, 16 kHz, mono) in the order of the call clock; keeps gaps.

        Drops audio from before the end of what was added, and all audio after `aclose`. Raises
        MediaError (not retryable) for another rate: resample first.
        """
        if frame.sample_rate != SPEECH_RATE:
            raise MediaError(f"a lane takes {SPEECH_RATE} Hz, not {frame.sample_rate}: resample")
        if self._closed:
            return
        samples = frame.samples
        gap = round(frame.start_ms * _PER_MS) - self._position
        if gap > FILLED_GAP_MS * _PER_MS:
            self._end_run()
            self._position += gap
        elif gap > TOLERANCE_MS * _PER_MS:
            self._code(np.zeros(gap, np.int16))
        elif gap < -TOLERANCE_MS * _PER_MS:
            samples = samples[-gap:]
        self._code(samples)

    def add_packet(self, packet: bytes, start_ms: float, duration_ms: float) -> None:
        """Takes an Opus packet that starts at `start_ms` on the call clock.

        One that overlaps earlier audio is dropped, as is any after `aclose`. Raises MediaError
        (not retryable) if it is not an Opus packet of `duration_ms`.
        """
        length = packet_duration_samples(packet, OPUS_RATE)
        if length != round(duration_ms * _OPUS_PER_MS):
            raise MediaError(f"an Opus packet of {length} samples does not last {duration_ms} ms")
        if self._closed:
            return
        self._end_run()
        start = round(start_ms * _OPUS_PER_MS)
        gap = start - self._pages.end
        if gap < -TOLERANCE_MS * _OPUS_PER_MS:
            return
        if gap <= TOLERANCE_MS * _OPUS_PER_MS:
            start = self._pages.end
        self._pages.add(packet, start, length)
        self._position = -(-self._pages.end // _RATIO)

    def flush_due(self, now_ms: float) -> None:
        """Writes packets that have waited for a second; `now_ms` is the call clock.

        For a lane that has fallen silent, whose page no new audio completes.
        """
        if not self._closed:
            self._pages.flush_older(round((now_ms - PAGE_MS) * _OPUS_PER_MS))

    async def aclose(self) -> None:
        """Ends the stream; returns when the sink has written everything. May be called twice."""
        if not self._closed:
            self._closed = True
            end = self._position * _RATIO + self._delay if self._running else None
            self._end_run()
            self._pages.finish(end)
            self._encoder.close()
        await self._sink.aclose()

    def _code(self, samples: Samples) -> None:
        if not len(samples):
            return
        self._running = True
        self._position += len(samples)
        pending = np.concatenate((self._pending, samples))
        start = self._position - len(pending)
        whole = len(pending) // _BLOCK * _BLOCK
        for at in range(0, whole, _BLOCK):
            packet = self._encoder.encode(pending[at : at + _BLOCK])
            self._pages.add(packet, (start + at) * _RATIO, _BLOCK * _RATIO)
        self._pending = pending[whole:]

    def _end_run(self) -> None:
        """Encodes silence until all audio has left the encoder, which delays it."""
        if not self._running:
            return
        end = self._position
        padding = -len(self._pending) % _BLOCK
        if padding * _RATIO < self._delay:
            padding += _BLOCK
        self._code(np.zeros(padding, np.int16))
        self._position = end
        self._running = False


class _Pages:
    """Collects contiguous packets into pages of a second at most. All in 48 kHz samples."""

    def __init__(self, writer: OpusWriter) -> None:
        self._writer = writer
        self._packets: list[bytes] = []
        self._start = 0
        self._last_start = 0
        self._written_to = 0
        self._lacing = 0
        self.end = 0

    def add(self, packet: bytes, start: int, length: int) -> None:
        values = lacing_values(packet)
        if start != self.end or self._lacing + values > MAX_SEGMENTS:
            self._flush()
        if not self._packets:
            self._start = start
        self._packets.append(packet)
        self._lacing += values
        self._last_start = start
        self.end = start + length
        if self.end - self._start >= OPUS_RATE:
            self._flush()

    def flush_older(self, than: int) -> None:
        """Writes the current page if it starts at `than` or before."""
        if self._packets and self._start <= than:
            self._flush()

    def finish(self, end: int | None) -> None:
        """Writes what is left; playback ends at `end` if that is within the last packet.

        The truncated packet gets a page of its own, after a page that it follows without a gap:
        otherwise its start would be unknown.
        """
        packets = self._packets
        if len(packets) > 1:
            self._packets, rest = packets[:-1], packets[-1:]
            full_end, self.end = self.end, self._last_start
            self._flush()
            self._packets, self.end = rest, full_end
        granule = self.end
        if end is not None and self._packets and self._written_to == self._last_start:
            granule = min(self.end, max(end, self._written_to))
        self._writer.page(self._packets, granule, last=True)
        self._packets = []

    def _flush(self) -> None:
        if self._packets:
            self._writer.page(self._packets, self.end)
            self._written_to = self.end
        self._packets = []
        self._lacing = 0


def read_lane(path: Path, side: int | None = None) -> Iterator[AudioFrame]:
    """Yields a lane's audio, 16 kHz mono, on the call clock: a frame for each page.

    `side` 0 (left) or 1 chooses a channel of a finished recording, which is stereo. The codec's
    delay is removed. From a truncated or damaged file the intact pages are returned; only reading
    raises (OSError).
    """
    with path.open("rb") as file:
        head: OpusHead | None = None
        end = 0
        for page in opus_pages(file):
            if page.head is not head:
                head, end = page.head, 0
                decoder = OpusDecoder(SPEECH_RATE, 1 if side is None else 2)
            start = _start_of(page, end)
            end = page.granule
            decoded = [_decoded(decoder, packet) for packet in page.packets]
            if side is not None:
                decoded = [np.ascontiguousarray(samples[:, side]) for samples in decoded]
            frame = _placed(page, start, decoded)
            if len(frame.samples):
                yield frame


HEADERS_BYTES = 1024
"""More than a lane's headers take: what is longer held audio once."""


def lane_is_unreadable(path: Path) -> bool:
    """Returns whether a lane holds more than its headers, and none of it can be read as audio.

    Raises OSError when the file cannot be read at all.
    """
    return path.stat().st_size > HEADERS_BYTES and not lane_length_ms(path)


def lane_length_ms(path: Path) -> float:
    """Returns where the lane's audio ends on the call clock; 0.0 when it holds none.

    Reads the pages without decoding them. Raises OSError when the file cannot be read.
    """
    with path.open("rb") as file:
        ends = ((page.granule - page.head.pre_skip) / _OPUS_PER_MS for page in opus_pages(file))
        return max(ends, default=0.0)


def _start_of(page: OpusPage, previous_end: int) -> int:
    length = sum(_length(packet) for packet in page.packets)
    shortened = page.last and previous_end <= page.granule < previous_end + length
    return previous_end if shortened else page.granule - length


def _length(packet: bytes) -> int:
    try:
        return packet_duration_samples(packet, OPUS_RATE)
    except MediaError:
        return _BLOCK * _RATIO


def _decoded(decoder: OpusDecoder, packet: bytes) -> Samples:
    try:
        return decoder.decode(packet)
    except MediaError:
        return decoder.conceal(_length(packet) // _RATIO)


def _placed(page: OpusPage, start: int, decoded: list[Samples]) -> AudioFrame:
    """Returns the page's audio without the part before the call or after the stream's end."""
    samples = np.concatenate(decoded)[: max(0, page.granule - start) // _RATIO]
    start -= page.head.pre_skip
    early = max(0, -(start // _RATIO)) if start < 0 else 0
    return AudioFrame(samples[early:], SPEECH_RATE, (start + early * _RATIO) / _OPUS_PER_MS)
