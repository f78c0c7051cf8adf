"""A voice's audio as the Opus packets that go out, and fixed prompts kept that way."""

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
"""Hz: all that speech needs, in Opus; a voice of 16 kHz costs a third less without more."""

PACKET_MS = 20.0
BITRATE = 40_000
"""CELT without any search (complexity 0) takes 1.2 ms of CPU a second of speech where SILK takes
7 at its usual complexity, 5, and 24 kbit/s; at 40 kbit/s it sounds as good (4.33 and 4.31 of PESQ,
ten people): bits cost a voice server less than cycles."""

FEC_COMPLEXITY = 1
"""Only SILK has in-band FEC."""
MOST_EXPECTED_LOSS = 30
CACHE_BYTES = 8 * 1024 * 1024
_LOWEST_RATE, _HIGHEST_RATE = 8_000, 96_000


class SpeechEncoder:
    """Codes one text's audio, chunk by chunk, as 20 ms mono packets. Not thread-safe.

    The first chunk's rate says at which of RATES all is coded. With `expected_loss` (percent)
    packets carry what repairs their predecessors.
    """

    def __init__(self, expected_loss: int = 0) -> None:
        self._expected_loss = min(expected_loss, MOST_EXPECTED_LOSS)
        self._encoder: OpusEncoder | None = None
        self._resampler: Any = None
        self._rate = self._coded_rate = 0
        self._rest: Samples = np.zeros(0, np.int16)

    def feed(self, samples: Samples, sample_rate: int) -> list[bytes]:
        """Returns the packets that are full.

        `samples` is int16 mono of shape (n,). The rate may change from one call to the next.
        Raises MediaError for a rate outside 8 to 96 kHz.
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
        out = [] if sample_rate == self._rate else self._flushed()
        self._rate = sample_rate
        return self._coded([*out, *self._resampled(samples)])

    def finish(self) -> list[bytes]:
        """Returns the last packets, filled up with silence; the encoder is closed."""
        if self._encoder is None:
            return []
        parts = self._flushed()
        held = len(self._rest) + sum(len(part) for part in parts)
        # the decoder is late by the lookahead: one more packet when the end would be cut off
        late = self._encoder.lookahead_48k * self._coded_rate // OPUS_RATE if held else 0
        missing = -(held + late) % self._block + late
        packets = self._coded([*parts, np.zeros(missing if held else 0, np.int16)])
        self._encoder.close()
        return packets

    @property
    def _block(self) -> int:
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

    def _flushed(self) -> list[Samples]:
        """Returns what the resampler still holds."""
        resampler, self._resampler = self._resampler, None
        return [] if resampler is None else _arrays(resampler.resample(None))

    def _coded(self, parts: list[Samples]) -> list[bytes]:
        assert self._encoder is not None  # noqa: S101 - made by the first chunk
        pcm = np.concatenate((self._rest, *parts)).astype(np.int16, copy=False)
        block = self._block
        whole = len(pcm) // block * block
        self._rest = pcm[whole:]
        return [self._encoder.encode(pcm[at : at + block]) for at in range(0, whole, block)]


def _arrays(frames: list[Any]) -> list[Samples]:
    return [np.asarray(frame.to_ndarray(), np.int16).reshape(-1) for frame in frames]


@cache
def silent_packet() -> bytes:
    """Returns 20 ms of silence."""
    encoder = OpusEncoder(RATES[0], bitrate=BITRATE, complexity=0, application="audio")
    try:
        return encoder.encode(np.zeros(round(RATES[0] * PACKET_MS / 1000), np.int16))
    finally:
        encoder.close()


@dataclass(frozen=True, slots=True)
class SpokenClip:
    """A text that was made once: 20 ms packets, and where its words sound."""

    packets: tuple[bytes, ...]
    words: tuple[SpokenWord, ...]
    text: str

    @property
    def size(self) -> int:
        """Bytes of its packets."""
        return sum(len(packet) for packet in self.packets)


class ClipCache:
    """The clips used last, up to `limit` bytes of packets."""

    def __init__(self, limit: int = CACHE_BYTES) -> None:
        self._limit = limit
        self._clips: OrderedDict[Hashable, SpokenClip] = OrderedDict()
        self._size = 0

    def __len__(self) -> int:
        return len(self._clips)

    def get(self, key: Hashable) -> SpokenClip | None:
        """Returns the clip of (engine, voice, speed, text), if it is kept."""
        clip = self._clips.get(key)
        if clip is not None:
            self._clips.move_to_end(key)
        return clip

    def put(self, key: Hashable, clip: SpokenClip) -> None:
        """Keeps a clip; those unused longest make room for it."""
        self._size += clip.size - (self._clips[key].size if key in self._clips else 0)
        self._clips[key] = clip
        self._clips.move_to_end(key)
        while self._size > self._limit and len(self._clips) > 1:
            _, gone = self._clips.popitem(last=False)
            self._size -= gone.size
