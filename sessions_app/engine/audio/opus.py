"""Opus through libopus: https://opus-codec.org/docs/opus_api-1.5/ and RFC 6716."""

import ctypes
import ctypes.util
import importlib.util
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np

from sessions_app.engine.core.errors import MediaError
from sessions_app.engine.core.frames import SPEECH_RATE, Samples

OPUS_RATE = 48_000
"""Hz: the clock of Opus RTP timestamps and Ogg granule positions, whatever the coded rate."""

RATES = frozenset({8_000, 12_000, 16_000, 24_000, 48_000})
"""Hz: the rates that libopus encodes from and decodes to."""

MAX_PACKET_MS = 120
"""RFC 6716, section 3.2.5: no packet is longer."""

MAX_PACKET_BYTES = 1_500
"""Buffer for an encoded packet; a frame has at most 1275 bytes (RFC 6716, section 3.2.1)."""

_FIRST_HYBRID, _FIRST_CELT, _BYTE = 12, 16, 7
"""The first configurations of the hybrid and the CELT mode (RFC 6716, section 3.1), and the number
of the highest bit of a byte: flags beyond it lie in the next one."""

_CODE = 0x03
"""The bits of the TOC byte that say how many frames follow."""

_SILK_FRAMES = (1, 1, 2, 3) * 3
"""20 ms SILK frames in a packet of configuration 0 to 11: these last 10, 20, 40, 60 ms in turn."""

Application = Literal["voip", "audio"]

_APPLICATIONS: dict[Application, int] = {"voip": 2048, "audio": 2049}

_SET_BITRATE: Final = 4002
_SET_COMPLEXITY: Final = 4010
_SET_INBAND_FEC: Final = 4012
_SET_PACKET_LOSS_PERC: Final = 4014
_SET_DTX: Final = 4016
_GET_LOOKAHEAD: Final = 4027
"""Requests of libopus's opus_defines.h."""


def _candidates() -> list[str]:
    """Returns where libopus may be: in PyAV's wheel, then the system's."""
    paths: list[str] = []
    spec = importlib.util.find_spec("av")
    if spec is not None and spec.origin is not None:
        bundled = Path(spec.origin).parent.parent / "av.libs"
        paths += [str(path) for path in sorted(bundled.glob("libopus[-.]*"))]
    system = ctypes.util.find_library("opus")
    return paths if system is None else [*paths, system]


@cache
def _load() -> tuple[str, ctypes.PyDLL]:
    """Returns libopus's name and the library; raises MediaError where there is none.

    A PyDLL keeps the GIL during a call: calls take 20 to 200 µs, so releasing and reacquiring it
    costs more than another thread would gain.
    """
    for name in _candidates():
        try:
            return name, _declared(ctypes.PyDLL(name))
        except OSError:
            continue
    raise MediaError(
        "libopus was not found: install the `av` wheel, which carries it, "
        "or the system's package (Debian and Ubuntu: apt install libopus0)"
    )


def libopus_path() -> str:
    """Returns the path (or, for the system's copy, the name) of the libopus in use.

    Raises MediaError, not retryable, where none can be loaded: it names what to install.
    """
    return _load()[0]


def _library() -> ctypes.PyDLL:
    return _load()[1]


def _declared(library: ctypes.PyDLL) -> ctypes.PyDLL:
    """Returns `library` with argument and result types.

    opus_encoder_ctl is variadic: only its fixed arguments are declared, so that ctypes
    passes the others as C variadic arguments on platforms where these differ.
    """
    pointer, integer, int32 = ctypes.c_void_p, ctypes.c_int, ctypes.c_int32
    signatures: dict[str, tuple[Any, list[Any]]] = {
        "opus_encoder_create": (pointer, [int32, integer, integer, ctypes.POINTER(integer)]),
        "opus_encoder_destroy": (None, [pointer]),
        "opus_encoder_ctl": (integer, [pointer, integer]),
        "opus_encode": (int32, [pointer, pointer, integer, pointer, int32]),
        "opus_decoder_create": (pointer, [int32, integer, ctypes.POINTER(integer)]),
        "opus_decoder_destroy": (None, [pointer]),
        "opus_decode": (integer, [pointer, ctypes.c_char_p, int32, pointer, integer, integer]),
        "opus_packet_get_nb_samples": (integer, [ctypes.c_char_p, int32, int32]),
        "opus_strerror": (ctypes.c_char_p, [integer]),
    }
    for name, (result, arguments) in signatures.items():
        function = getattr(library, name)
        function.restype = result
        function.argtypes = arguments
    return library


def _checked(code: int, action: str) -> int:
    """Returns libopus's result; raises MediaError where it is an error code (negative)."""
    if code < 0:
        reason = _library().opus_strerror(code).decode("ascii", "replace")
        raise MediaError(f"libopus could not {action}: {reason}")
    return code


def _check_format(sample_rate: int, channels: int) -> None:
    if sample_rate not in RATES:
        raise MediaError(
            f"Opus has no rate of {sample_rate} Hz: resample to one of {sorted(RATES)}"
        )
    if channels not in (1, 2):
        raise MediaError(f"Opus takes 1 or 2 channels here, not {channels}: mix down first")


def packet_duration_samples(packet: bytes, rate: int) -> int:
    """Returns how many samples at `rate` Hz (per channel) the packet holds, from its header.

    Raises MediaError for an empty or invalid packet (RFC 6716, section 3.4).
    """
    has_count_byte = packet[:1] and packet[0] & _CODE == _CODE
    return _duration(packet[: 2 if has_count_byte else 1], rate)


@lru_cache(maxsize=1024)
def _duration(header: bytes, rate: int) -> int:
    """Returns the duration in samples that a TOC byte (with code 3, and a frame count) gives."""
    count = _library().opus_packet_get_nb_samples(header, len(header), rate)
    return _checked(count, "read a packet")


def has_fec(packet: bytes) -> bool:
    """Returns whether the packet carries in-band FEC (LBRR) of the packet before it.

    RFC 6716: only the SILK and hybrid modes have it (section 3.1); the LBRR flag follows the VAD
    flags of the packet's frames, channel by channel (section 4.2.3).
    """
    if len(packet) < 2:  # noqa: PLR2004 - a TOC byte and a frame
        return False
    configuration, stereo, code = packet[0] >> 3, packet[0] & 0x04, packet[0] & 0x03
    if configuration >= _FIRST_CELT or code:
        return False
    frames = _SILK_FRAMES[configuration] if configuration < _FIRST_HYBRID else 1
    flags = packet[1]
    mid = flags >> (7 - frames) & 1
    side = flags >> (7 - 2 * frames - 1) & 1 if stereo and 2 * frames + 1 <= _BYTE else 0
    return bool(mid or side)


class OpusEncoder:
    """Encodes int16 audio, one packet a call. Not thread-safe.

    `bitrate` is in bits a second, `complexity` 0 (cheap) to 10 (best); `application` is "voip"
    for speech alone, "audio" for all else. With `expected_loss` (percent) packets carry in-band
    FEC (RFC 6716, section 2.1.7); with `dtx` silence takes a byte or two a packet. Raises
    MediaError for values that libopus does not take.
    """

    def __init__(
        self,
        sample_rate: int,
        channels: int = 1,
        bitrate: int = 24_000,
        complexity: int = 5,
        application: Application = "voip",
        *,
        expected_loss: int = 0,
        dtx: bool = False,
    ) -> None:
        self._state: int | None = None
        _check_format(sample_rate, channels)
        self._library = _library()
        self._sample_rate = sample_rate
        self._channels = channels
        self._packet = ctypes.create_string_buffer(MAX_PACKET_BYTES)
        self._packet_address = ctypes.addressof(self._packet)
        error = ctypes.c_int()
        self._state = self._library.opus_encoder_create(
            sample_rate, channels, _APPLICATIONS[application], ctypes.byref(error)
        )
        _checked(error.value, "make an encoder")
        self._set(_SET_BITRATE, bitrate, "bitrate")
        self._set(_SET_COMPLEXITY, complexity, "complexity")
        if expected_loss:
            self._set(_SET_INBAND_FEC, 1, "FEC")
            self._set(_SET_PACKET_LOSS_PERC, expected_loss, "expected loss")
        if dtx:
            self._set(_SET_DTX, 1, "DTX")

    def __del__(self) -> None:
        self.close()

    @property
    def lookahead_48k(self) -> int:
        """The codec's delay in samples at 48 kHz (RFC 7845: the pre-skip)."""
        samples = ctypes.c_int32()
        code = self._library.opus_encoder_ctl(self._opened(), _GET_LOOKAHEAD, ctypes.byref(samples))
        _checked(code, "tell its lookahead")
        return samples.value * OPUS_RATE // self._sample_rate

    def encode(self, samples: Samples) -> bytes:
        """Returns one packet.

        `samples` is int16 of shape (n,) mono or (n, channels), with n a length that Opus has:
        2.5, 5, 10, 20, 40 or 60 ms. Raises MediaError for any other.
        """
        if samples.dtype != np.int16:
            raise MediaError(f"Opus takes int16 samples, not {samples.dtype}")
        size = self._library.opus_encode(
            self._opened(),
            samples.tobytes(),
            samples.size // self._channels,
            self._packet_address,
            MAX_PACKET_BYTES,
        )
        if size < 0:
            _checked(size, f"encode {len(samples)} samples")
        return ctypes.string_at(self._packet_address, size)

    def close(self) -> None:
        """Frees the encoder; may be called twice."""
        state, self._state = self._state, None
        if state is not None:
            self._library.opus_encoder_destroy(state)

    def _set(self, request: int, value: int, name: str) -> None:
        code = self._library.opus_encoder_ctl(self._opened(), request, ctypes.c_int32(value))
        _checked(code, f"take {name} = {value}")

    def _opened(self) -> int:
        if self._state is None:
            raise MediaError("this Opus encoder is closed: make a new one")
        return self._state


class OpusDecoder:
    """Decodes packets straight to `sample_rate` Hz. Not thread-safe.

    All lengths are samples per channel at that rate; all results are int16, of shape (n,) mono
    or (n, 2). Broken packets raise MediaError and leave the decoder usable.
    """

    def __init__(self, sample_rate: int = SPEECH_RATE, channels: int = 1) -> None:
        self._state: int | None = None
        _check_format(sample_rate, channels)
        self._library = _library()
        self._sample_rate = sample_rate
        self._channels = channels
        # one array for all packets: asking a new one for its address costs as much as a copy
        longest = sample_rate * MAX_PACKET_MS // 1000
        self._pcm: Samples = np.empty(longest if channels == 1 else (longest, channels), np.int16)
        self._pcm_address = self._pcm.ctypes.data
        error = ctypes.c_int()
        self._state = self._library.opus_decoder_create(sample_rate, channels, ctypes.byref(error))
        _checked(error.value, "make a decoder")

    def __del__(self) -> None:
        self.close()

    def decode(self, packet: bytes) -> Samples:
        """Returns the packet's audio; raises MediaError for an invalid packet."""
        return self._decode(packet, packet_duration_samples(packet, self._sample_rate))

    def repair(self, following: bytes, count: int) -> Samples:
        """Returns `count` samples in place of the lost packet right before `following`.

        They are decoded from its in-band FEC; where it has none they are concealed as by
        `conceal`. `following` itself is still to be decoded. Raises MediaError for an invalid
        packet.
        """
        packet_duration_samples(following, self._sample_rate)
        return self._decode(following, count, fec=1)

    def conceal(self, count: int) -> Samples:
        """Returns `count` samples in place of a lost packet (packet loss concealment).

        Raises MediaError unless `count` is a multiple of 2.5 ms and at most 120 ms.
        """
        return self._decode(None, count)

    def close(self) -> None:
        """Frees the decoder; may be called twice."""
        state, self._state = self._state, None
        if state is not None:
            self._library.opus_decoder_destroy(state)

    def _decode(self, packet: bytes | None, samples: int, fec: int = 0) -> Samples:
        if self._state is None:
            raise MediaError("this Opus decoder is closed: make a new one")
        if not 0 < samples <= self._sample_rate * MAX_PACKET_MS // 1000:
            raise MediaError(f"Opus has no run of {samples} samples: ask for 2.5 to 120 ms")
        size = 0 if packet is None else len(packet)
        count = self._library.opus_decode(
            self._state, packet, size, self._pcm_address, samples, fec
        )
        if count < 0:
            _checked(count, f"decode a packet of {size} bytes")
        return self._pcm[:count].copy()
