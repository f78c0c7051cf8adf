"""Decodes packets by their codec, and repairs or conceals lost ones. Pure.

All lengths of runs are in samples at 48 kHz, also for codecs whose timestamps count 8 kHz.
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
from sessions_app.engine.rtc.rtp.packet_runs import RATE, PacketRun

RATIO = RATE // SPEECH_RATE
_STEP = SPEECH_RATE // 400
"""Opus conceals in steps of 2.5 ms (RFC 6716, section 2), here in samples at 16 kHz."""

_MAX_CONCEALED = SPEECH_RATE * MAX_PACKET_MS // 1000
CONFIG_BITS = 0xFC
"""The bits of an Opus packet's TOC byte for mode, bandwidth, frame size and channels."""


class PayloadDecoder(Protocol):
    """Decodes one client's audio: int16, 16 kHz, mono. Not thread-safe."""

    def duration(self, payload: bytes) -> int:
        """Returns a payload's length in samples at 48 kHz; 0 for an invalid one."""
        ...

    def decode(self, payload: bytes) -> Samples:
        """Returns a payload's audio; raises MediaError (not retryable) for an invalid one."""
        ...

    def repair(self, run: PacketRun) -> Samples | None:
        """Returns a lost run's audio from the next packet's in-band FEC; None if it has none."""
        ...

    def conceal(self, run: PacketRun) -> Samples:
        """Returns concealment audio as long as the run."""
        ...

    def packet_to_record(self, run: PacketRun, *, whole: bool) -> bytes:
        """Returns the Opus packet to record for the run; empty to encode its audio instead.

        `whole` says whether its payload could be decoded.
        """
        ...

    def close(self) -> None:
        """Frees the codec; may be called twice."""
        ...


class OpusPayloadDecoder:
    """Decodes Opus directly to 16 kHz; its packets are recorded as they arrived."""

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

    def repair(self, run: PacketRun) -> Samples | None:
        count = run.samples // RATIO
        if not run.repair or not has_fec(run.repair) or count % _STEP:
            return None
        try:
            return self._decoder.repair(run.repair, count)
        except MediaError:
            return None

    def conceal(self, run: PacketRun) -> Samples:
        """Returns concealment audio; a remainder of less than 2.5 ms is silent."""
        count = run.samples // RATIO
        samples = np.zeros(count, np.int16)
        concealed = min(count, _MAX_CONCEALED) // _STEP * _STEP
        if concealed:
            samples[:concealed] = self._decoder.conceal(concealed)
        return samples

    def packet_to_record(self, run: PacketRun, *, whole: bool) -> bytes:
        """Returns the packet; for a loss a packet without a frame, which every player conceals."""
        if run.payload:
            return run.payload if whole else b""
        frameless = bytes([self._toc & CONFIG_BITS])
        return frameless if self.duration(frameless) == run.samples else b""

    def close(self) -> None:
        self._decoder.close()


class TelephonePayloadDecoder:
    """Decodes G.711 or G.722; the audio is encoded as Opus for the recording."""

    def __init__(self, codec: Telephone) -> None:
        self._decoder = TelephoneDecoder(codec)

    def duration(self, payload: bytes) -> int:
        return PER_BYTE * len(payload)

    def decode(self, payload: bytes) -> Samples:
        return self._decoder.decode(payload)

    def repair(self, run: PacketRun) -> Samples | None:
        return None

    def conceal(self, run: PacketRun) -> Samples:
        return self._decoder.conceal(run.samples // RATIO)

    def packet_to_record(self, run: PacketRun, *, whole: bool) -> bytes:
        return b""

    def close(self) -> None:
        """Does nothing, as there is nothing to free."""


def payload_decoder(codec: Telephone | None) -> PayloadDecoder:
    """Returns the decoder of a codec; None is Opus."""
    return OpusPayloadDecoder() if codec is None else TelephonePayloadDecoder(codec)
