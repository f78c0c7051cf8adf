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
"""Hz: what RTP timestamps and Ogg granule positions of Opus count in, whatever was coded."""

RATES = frozenset({8_000, 12_000, 16_000, 24_000, 48_000})
"""Hz: the rates at which libopus codes and decodes."""

MAX_PACKET_MS = 120
"""RFC 6716, section 3.2.5: no packet is longer."""

MAX_PACKET_BYTES = 1_500
"""Room for a coded frame: RFC 6716 allows 1275 bytes; a larger room is never filled."""

_FIRST_HYBRID, _FIRST_CELT, _BYTE = 12, 16, 7
_CODE = 0x03
_SILK_FRAMES = (1, 1, 2, 3) * 3
"""Frames of 20 ms in a SILK packet of configuration 0 to 11, which last 10, 20, 40, 60 ms."""

Application = Literal["voip", "audio"]

_APPLICATIONS: dict[Application, int] = {"voip": 2048, "audio": 2049}
_SET_BITRATE: Final = 4002
_SET_COMPLEXITY: Final = 4010
_SET_INBAND_FEC: Final = 4012
_SET_PACKET_LOSS_PERC: Final = 4014
_SET_DTX: Final = 4016
_GET_LOOKAHEAD: Final = 4027


def _candidates() -> list[str]:
    """Returns where libopus may be: beside PyAV (its wheel carries one), then the system's."""
    found: list[str] = []
    spec = importlib.util.find_spec("av")
    if spec is not None and spec.origin is not None:
        bundled = Path(spec.origin).parent.parent / "av.libs"
        found += [str(path) for path in sorted(bundled.glob("libopus[-.]*"))]
    system = ctypes.util.find_library("opus")
    return found if system is None else [*found, system]


@cache
def _loaded() -> tuple[str, ctypes.PyDLL]:
    """Returns libopus's name and the library; raises MediaError where there is none.

    It is loaded as a PyDLL, which keeps the interpreter lock over a call: at 20 to 200 µs a
    call, giving it away and winning it back costs more than another thread would gain.
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
    return _loaded()[0]


def _library() -> ctypes.PyDLL:
    return _loaded()[1]


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


def _checked(code: int, doing: str) -> int:
    """Returns libopus's answer; raises MediaError where it is an error code."""
    if code < 0:
        reason = _library().opus_strerror(code).decode("ascii", "replace")
        raise MediaError(f"libopus could not {doing}: {reason}")
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

    Raises MediaError for what is no Opus packet (RFC 6716, section 3.4), among it an empty one.
    """
    counted = packet[:1] and packet[0] & _CODE == _CODE
    return _duration(packet[: 2 if counted else 1], rate)


@lru_cache(maxsize=1024)
def _duration(head: bytes, rate: int) -> int:
    """Returns what a packet's first bytes say: of code 3 the second counts its frames."""
    count = _library().opus_packet_get_nb_samples(head, len(head), rate)
    return _checked(count, "read a packet")


def has_fec(packet: bytes) -> bool:
    """Returns whether the packet carries what repairs its predecessor (LBRR).

    RFC 6716: only the SILK and hybrid modes have it (section 3.1); the flag is the bit after
    the voice activity bits of the packet's frames, channel by channel (section 4.2.3).
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
    """Codes int16 audio, one packet a call. Not thread-safe.

    `bitrate` is in bits a second, `complexity` 0 (cheap) to 10 (best); `application` is "voip"
    for speech alone, "audio" for all else. With `expected_loss` (percent) packets carry what
    repairs their predecessor (in-band FEC, RFC 6716 section 2.1.7); with `dtx` silence is coded
    as packets of a byte or two. Raises MediaError for values that libopus does not take.
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
        self._room = ctypes.addressof(self._packet)
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
        """How late the decoded audio is, in samples at 48 kHz (RFC 7845: the pre-skip)."""
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
            self._room,
            MAX_PACKET_BYTES,
        )
        if size < 0:
            _checked(size, f"encode {len(samples)} samples")
        return ctypes.string_at(self._room, size)

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
        # to ask a new array for its address costs as much as to copy out of one that is known
        longest = sample_rate * MAX_PACKET_MS // 1000
        self._pcm: Samples = np.empty(longest if channels == 1 else (longest, channels), np.int16)
        self._room = self._pcm.ctypes.data
        error = ctypes.c_int()
        self._state = self._library.opus_decoder_create(sample_rate, channels, ctypes.byref(error))
        _checked(error.value, "make a decoder")

    def __del__(self) -> None:
        self.close()

    def decode(self, packet: bytes) -> Samples:
        """Returns the packet's audio; raises MediaError for what is no Opus packet."""
        return self._decode(packet, packet_duration_samples(packet, self._sample_rate))

    def repair(self, following: bytes, count: int) -> Samples:
        """Returns `count` samples in place of the lost packet right before `following`.

        They come from that packet's FEC; where it has none they are made up as by `conceal`.
        `following` itself is still to be decoded. Raises MediaError for what is no Opus packet.
        """
        packet_duration_samples(following, self._sample_rate)
        return self._decode(following, count, fec=1)

    def conceal(self, count: int) -> Samples:
        """Returns audio in place of a lost packet, made up from what came before.

        `count` samples are a multiple of 2.5 ms and at most 120 ms; else MediaError.
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
        count = self._library.opus_decode(self._state, packet, size, self._room, samples, fec)
        if count < 0:
            _checked(count, f"decode a packet of {size} bytes")
        return self._pcm[:count].copy()
