"""Decodes runs of packets by their codec: audio, repair and concealment of losses. Pure.

All lengths of runs are in 48 kHz samples, whatever clock the codec's timestamps count in.
"""

from typing import Protocol

import numpy as np

from sessions_app.engine.audio.g711_g722 import PER_BYTE, Telephone, TelephoneDecoder
from sessions_app.engine.audio.opus import (
    MAX_PACKET_MS,
    OpusDecoder,
    has_fec,
    packet_duration_samples,
)
from sessions_app.engine.core.errors import MediaError
from sessions_app.engine.core.frames import SPEECH_RATE, Samples
from sessions_app.engine.rtc.rtp.jitter_buffer import RATE, PacketRun

RATIO = RATE // SPEECH_RATE
_STEP = SPEECH_RATE // 400
"""Opus conceals in steps of 2.5 ms (RFC 6716, section 2)."""

_LONGEST = SPEECH_RATE * MAX_PACKET_MS // 1000
CONFIG_BITS = 0xFC
"""The bits of an Opus packet's first byte for mode, bandwidth, frame size and channels."""


class Decoding(Protocol):
    """One client's codec. Not thread-safe."""

    def duration(self, payload: bytes) -> int:
        """Returns a payload's length; 0 for an invalid one."""
        ...

    def decode(self, payload: bytes) -> Samples:
        """Returns a payload's audio, int16 16 kHz mono; raises MediaError for an invalid one."""
        ...

    def repaired(self, run: PacketRun) -> Samples | None:
        """Returns a lost run's audio from the next packet's FEC; None where it has none."""
        ...

    def conceal(self, run: PacketRun) -> Samples:
        """Returns concealment audio as long as the run."""
        ...

    def kept(self, run: PacketRun, *, whole: bool) -> bytes:
        """Returns the Opus packet that is recorded for the run; empty where there is none.

        `whole` says that its payload could be decoded.
        """
        ...

    def close(self) -> None:
        """Frees everything; may be called twice."""
        ...


class OpusDecoding:
    """Opus, decoded straight to 16 kHz; its packets are recorded as they arrived."""

    def __init__(self) -> None:
        self._decoder = OpusDecoder(SPEECH_RATE)
        self._toc = 0

    def duration(self, payload: bytes) -> int:
        try:
            return packet_duration_samples(payload, RATE)
        except MediaError:
            return 0

    def decode(self, payload: bytes) -> Samples:
        samples = self._decoder.decode(payload)
        self._toc = payload[0]
        return samples

    def repaired(self, run: PacketRun) -> Samples | None:
        count = run.samples // RATIO
        if not run.repair or not has_fec(run.repair) or count % _STEP:
            return None
        try:
            return self._decoder.repair(run.repair, count)
        except MediaError:
            return None

    def conceal(self, run: PacketRun) -> Samples:
        """Returns concealment audio; a rest of less than 2.5 ms is silent."""
        count = run.samples // RATIO
        samples = np.zeros(count, np.int16)
        made = min(count, _LONGEST) // _STEP * _STEP
        if made:
            samples[:made] = self._decoder.conceal(made)
        return samples

    def kept(self, run: PacketRun, *, whole: bool) -> bytes:
        """Returns the packet, or one without a frame, which players of the recording conceal."""
        if run.payload:
            return run.payload if whole else b""
        bare = bytes([self._toc & CONFIG_BITS])
        return bare if self.duration(bare) == run.samples else b""

    def close(self) -> None:
        self._decoder.close()


class TelephoneDecoding:
    """G.711 or G.722; the decoded audio is encoded again for the recording."""

    def __init__(self, codec: Telephone) -> None:
        self._decoder = TelephoneDecoder(codec)

    def duration(self, payload: bytes) -> int:
        return PER_BYTE * len(payload)

    def decode(self, payload: bytes) -> Samples:
        return self._decoder.decode(payload)

    def repaired(self, run: PacketRun) -> Samples | None:
        return None

    def conceal(self, run: PacketRun) -> Samples:
        return self._decoder.conceal(run.samples // RATIO)

    def kept(self, run: PacketRun, *, whole: bool) -> bytes:
        return b""

    def close(self) -> None:
        """There is nothing to free."""


def decoding(codec: Telephone | None) -> Decoding:
    """Returns the decoder of a codec, where None is Opus."""
    return OpusDecoding() if codec is None else TelephoneDecoding(codec)
