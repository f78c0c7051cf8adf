"""Telephony codecs, encoding and decoding through FFmpeg: G.711 (PCMU, PCMA) and G.722.

RFC 3551, section 4.5: one payload byte is one tick of an 8 kHz RTP clock. That holds for G.722 too,
whose audio is 16 kHz: a mistake of an early RFC that was kept for compatibility.
"""

from enum import StrEnum
from functools import cache
from typing import Any, Literal

import av
import numpy as np
from numpy.typing import NDArray

from sessions_app.engine.audio.loss_concealment import Concealer
from sessions_app.engine.audio.opus import OPUS_RATE, OpusDecoder
from sessions_app.engine.audio.resample import Resampler
from sessions_app.engine.core.errors import MediaError
from sessions_app.engine.core.frames import SPEECH_RATE, Samples

CLOCK = 8_000
"""Hz of the RTP clock of all three codecs."""

PER_BYTE = OPUS_RATE // CLOCK
"""Samples at 48 kHz that one payload byte lasts, in all three codecs."""


class Telephone(StrEnum):
    """A telephony codec, by its encoding name in SDP."""

    PCMU = "PCMU"
    PCMA = "PCMA"
    G722 = "G722"

    @property
    def rate(self) -> int:
        """The audio's sample rate in Hz, which is not the RTP clock's."""
        return 16_000 if self is Telephone.G722 else 8_000


_FFMPEG = {Telephone.PCMU: "pcm_mulaw", Telephone.PCMA: "pcm_alaw", Telephone.G722: "g722"}


class TelephoneDecoder:
    """Decodes one stream's RTP payloads to 16 kHz mono, with loss concealment. Not thread-safe.

    Raises MediaError for an empty or broken payload; the next one can be decoded.
    """

    def __init__(self, codec: Telephone) -> None:
        self._decode = _Decoder(codec)
        self._concealer = Concealer(codec.rate)
        self._resampler = Resampler(codec.rate, 1)
        self._rate = codec.rate

    def decode(self, payload: bytes) -> Samples:
        """Returns the payload's audio, int16 of shape (n,)."""
        if not payload:
            raise MediaError("an empty payload holds no audio")
        return self._resampled(self._concealer.receive(self._decode(payload)))

    def conceal(self, count: int) -> Samples:
        """Returns `count` samples at 16 kHz in place of lost ones, int16 of shape (count,)."""
        return self._resampled(self._concealer.conceal(count * self._rate // SPEECH_RATE))

    def _resampled(self, samples: Samples) -> Samples:
        if self._rate == SPEECH_RATE:
            return samples
        return self._resampler.process(samples.reshape(1, -1))


class FromOpus:
    """Transcodes the agent's Opus packets into payloads of one codec, packet by packet.

    So the playout and the recording handle Opus alone, whatever codec the call has.
    """

    def __init__(self, codec: Telephone) -> None:
        self._decoder = OpusDecoder(codec.rate)
        self._encode = _Encoder(codec)

    def __call__(self, packet: bytes) -> bytes:
        """Returns the payload; raises MediaError for what is no Opus packet."""
        return self._encode(self._decoder.decode(packet))

    def close(self) -> None:
        """Frees the decoder; may be called twice."""
        self._decoder.close()


class _Decoder:
    def __init__(self, codec: Telephone) -> None:
        self._table = None if codec is Telephone.G722 else _decoding_table(codec)
        self._context = _context(codec, "r") if codec is Telephone.G722 else None

    def __call__(self, payload: bytes) -> Samples:
        if self._table is not None:
            return self._table[np.frombuffer(payload, np.uint8)]
        assert self._context is not None  # noqa: S101 - one of the two is there
        return _decoded(self._context, payload)


class _Encoder:
    def __init__(self, codec: Telephone) -> None:
        self._table = None if codec is Telephone.G722 else _encoding_table(codec)
        self._context = _context(codec, "w") if codec is Telephone.G722 else None

    def __call__(self, samples: Samples) -> bytes:
        if self._table is not None:
            return self._table[samples.view(np.uint16)].tobytes()
        assert self._context is not None  # noqa: S101 - one of the two is there
        return _encoded(self._context, samples)


@cache
def _decoding_table(codec: Telephone) -> Samples:
    """Returns the sample of each G.711 byte, int16 of shape (256,): the codec has no state."""
    return _decoded(_context(codec, "r"), bytes(range(256)))


@cache
def _encoding_table(codec: Telephone) -> NDArray[np.uint8]:
    """Returns the G.711 byte of each sample, indexed by the sample's bits as uint16."""
    every = np.arange(1 << 16, dtype=np.uint16).view(np.int16)
    return np.frombuffer(_encoded(_context(codec, "w"), every), np.uint8)


def _context(codec: Telephone, mode: Literal["r", "w"]) -> Any:
    context: Any = av.CodecContext.create(_FFMPEG[codec], mode)
    context.format, context.layout, context.sample_rate = "s16", "mono", codec.rate
    return context


def _decoded(context: Any, payload: bytes) -> Samples:
    try:
        frames = context.decode(av.Packet(payload))
    except av.FFmpegError as error:
        raise MediaError(f"a payload of {len(payload)} bytes cannot be decoded") from error
    return np.concatenate(
        [np.asarray(frame.to_ndarray(), np.int16).reshape(-1) for frame in frames]
    )


def _encoded(context: Any, samples: Samples) -> bytes:
    frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), "s16", "mono")
    frame.sample_rate = context.sample_rate
    return b"".join(bytes(packet) for packet in context.encode(frame))
