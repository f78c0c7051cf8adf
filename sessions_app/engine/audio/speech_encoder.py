"""Encodes a voice's audio as 20 ms Opus packets, and caches prompts that are spoken again."""

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from functools import cache
from typing import Any

import av
import numpy as np

from sessions_app.engine.audio.opus import OPUS_RATE, OpusEncoder
from sessions_app.engine.core.errors import MediaError
from sessions_app.engine.core.frames import Samples, SpokenWord

RATES = (16_000, 24_000)
"""The rates, in Hz, that voices are encoded at. 16 kHz costs a third less CPU.

A voice that is made at 16 kHz or less would gain nothing from the higher one.
"""

PACKET_MS = 20.0
"""Audio in one packet."""

BITRATE = 40_000
"""Bits per second. Lower saves bandwidth and sounds worse; higher costs bandwidth.

CELT at complexity 0 takes 1.2 ms of CPU per second of speech, SILK at 24 kbit/s and complexity 5
takes 7. At 40 kbit/s CELT sounds as good (PESQ 4.33 against 4.31, ten speakers), and a voice server
can spare bandwidth rather than CPU.
"""

FEC_COMPLEXITY = 1
"""Complexity with in-band FEC, which only SILK has. Higher sounds better and costs more CPU."""

MOST_EXPECTED_LOSS = 30
"""The highest loss, in percent, that FEC is set to. More would spend most bits on redundancy."""

CACHE_BYTES = 8 * 1024 * 1024
"""The size of a cache's packets: some 28 minutes of speech. Smaller synthesises prompts again."""

_LOWEST_RATE, _HIGHEST_RATE = 8_000, 96_000
"""Hz. A voice with another rate is refused: it is a wrong setting or a broken backend."""


class SpeechEncoder:
    """Encodes one text's audio, chunk by chunk, as 20 ms mono packets. Not thread-safe.

    The first chunk's rate chooses the coded rate among RATES. With `expected_loss` (percent)
    packets carry in-band FEC.
    """

    def __init__(self, expected_loss: int = 0) -> None:
        self._expected_loss = min(expected_loss, MOST_EXPECTED_LOSS)
        self._encoder: OpusEncoder | None = None
        self._resampler: Any = None
        self._rate = self._coded_rate = 0
        self._partial_packet: Samples = np.zeros(0, np.int16)

    def feed(self, samples: Samples, sample_rate: int) -> list[bytes]:
        """Takes int16 mono of shape (n,); returns the packets that are complete.

        The rate may change from one call to the next. Raises MediaError for a rate outside
        8 to 96 kHz.
        """
        if not _LOWEST_RATE <= sample_rate <= _HIGHEST_RATE:
            raise MediaError(f"a voice of {sample_rate} Hz cannot be sent: make it 8 to 96 kHz")
        if self._encoder is None:
            self._coded_rate = RATES[0] if sample_rate <= RATES[0] else RATES[1]
            self._encoder = OpusEncoder(
                self._coded_rate,
                bitrate=BITRATE,
                complexity=FEC_COMPLEXITY if self._expected_loss else 0,
                application="voip" if self._expected_loss else "audio",
                expected_loss=self._expected_loss,
            )
        out = [] if sample_rate == self._rate else self._flush_resampler()
        self._rate = sample_rate
        return self._encode([*out, *self._resampled(samples)])

    def finish(self) -> list[bytes]:
        """Returns the last packets, padded with silence; the encoder is closed."""
        if self._encoder is None:
            return []
        parts = self._flush_resampler()
        left = len(self._partial_packet) + sum(len(part) for part in parts)
        # decoded audio is late by the lookahead: one more packet when the end would be cut off
        lookahead = self._encoder.lookahead_48k * self._coded_rate // OPUS_RATE if left else 0
        padding = -(left + lookahead) % self._packet_samples + lookahead
        packets = self._encode([*parts, np.zeros(padding if left else 0, np.int16)])
        self._encoder.close()
        return packets

    @property
    def _packet_samples(self) -> int:
        return round(self._coded_rate * PACKET_MS / 1000)

    def _resampled(self, samples: Samples) -> list[Samples]:
        if self._rate == self._coded_rate or not len(samples):
            return [samples]
        if self._resampler is None:
            self._resampler = av.AudioResampler(format="s16", layout="mono", rate=self._coded_rate)
        frame = av.AudioFrame.from_ndarray(
            np.ascontiguousarray(samples).reshape(1, -1), format="s16", layout="mono"
        )
        frame.sample_rate = self._rate
        return _arrays(self._resampler.resample(frame))

    def _flush_resampler(self) -> list[Samples]:
        """Returns the samples that the resampler still holds; the next chunk gets a new one."""
        resampler, self._resampler = self._resampler, None
        return [] if resampler is None else _arrays(resampler.resample(None))

    def _encode(self, parts: list[Samples]) -> list[bytes]:
        assert self._encoder is not None  # noqa: S101 - made by the first chunk
        pcm = np.concatenate((self._partial_packet, *parts)).astype(np.int16, copy=False)
        size = self._packet_samples
        whole = len(pcm) // size * size
        self._partial_packet = pcm[whole:]
        return [self._encoder.encode(pcm[at : at + size]) for at in range(0, whole, size)]


def _arrays(frames: list[Any]) -> list[Samples]:
    return [np.asarray(frame.to_ndarray(), np.int16).reshape(-1) for frame in frames]


@cache
def silent_packet() -> bytes:
    """Returns an Opus packet of 20 ms of silence."""
    encoder = OpusEncoder(RATES[0], bitrate=BITRATE, complexity=0, application="audio")
    try:
        return encoder.encode(np.zeros(round(RATES[0] * PACKET_MS / 1000), np.int16))
    finally:
        encoder.close()


@dataclass(frozen=True, slots=True)
class SpokenClip:
    """A text that was synthesised before: its 20 ms packets and its words' times."""

    packets: tuple[bytes, ...]
    words: tuple[SpokenWord, ...]
    text: str

    @property
    def size(self) -> int:
        """Bytes of its packets."""
        return sum(len(packet) for packet in self.packets)


class ClipCache:
    """An LRU cache of clips, up to `limit` bytes of packets; one clip may exceed it."""

    def __init__(self, limit: int = CACHE_BYTES) -> None:
        self._limit = limit
        self._clips: OrderedDict[Hashable, SpokenClip] = OrderedDict()
        self._size = 0

    def __len__(self) -> int:
        return len(self._clips)

    def get(self, key: Hashable) -> SpokenClip | None:
        """Returns the clip of (engine, voice, speed, text); None where it is not cached."""
        clip = self._clips.get(key)
        if clip is not None:
            self._clips.move_to_end(key)
        return clip

    def put(self, key: Hashable, clip: SpokenClip) -> None:
        """Caches a clip, and evicts the least recently used ones over the limit."""
        self._size += clip.size - (self._clips[key].size if key in self._clips else 0)
        self._clips[key] = clip
        self._clips.move_to_end(key)
        while self._size > self._limit and len(self._clips) > 1:
            _, evicted = self._clips.popitem(last=False)
            self._size -= evicted.size
