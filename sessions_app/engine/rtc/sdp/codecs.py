"""Chooses the codec of a client's audio line, and the payload types that go with it.

Opus is preferred; then G.722 or G.711, whichever the client lists first, as it need not transcode
that one. Telephone events (RFC 4733), which aiortc does not support, are accepted at the clock rate
of the audio and at 8 kHz, which many clients use with Opus. Comfort noise (RFC 3389) is always
accepted, but requested only with DTX.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sessions_app.engine.audio.g711_g722 import CLOCK, Telephone
from sessions_app.engine.audio.opus import OPUS_RATE
from sessions_app.engine.rtc.sdp import opus_preferences
from sessions_app.engine.rtc.sdp.lines import END, sections

EVENTS = "0-16"
"""The supported events: DTMF keys (0 to 15) and flash (RFC 4733, section 3.2)."""

STATIC = {0: "PCMU/8000", 8: "PCMA/8000", 9: "G722/8000", 13: "CN/8000"}
"""Static payload types, which need no `a=rtpmap` (RFC 3551, section 6)."""

NOISE = 13
"""The static payload type of comfort noise at 8 kHz."""

_RTPMAP = re.compile(r"(?m)^a=rtpmap:(\d+) ([\w.-]+)/(\d+)(?:/1)?\s*$")


@dataclass(frozen=True, slots=True)
class PayloadTypes:
    """The payload types of an answered audio line."""

    audio: int
    """The codec's."""

    red: int | None = None
    """That of RED with Opus."""

    codec: Telephone | None = None
    """None is Opus."""

    noise: tuple[int, ...] = ()
    """Those of comfort noise."""

    keys: tuple[tuple[int, int], ...] = ()
    """Those of telephone events: (payload type, clock rate in Hz)."""

    line: int = 0
    """The index of the media line, from 0."""

    silence: int | None = None
    """The comfort noise that the client offers for DTX."""

    @property
    def clock(self) -> int:
        """The audio's timestamp units per second."""
        return OPUS_RATE if self.codec is None else CLOCK

    @property
    def numbers(self) -> tuple[int, ...]:
        red = () if self.red is None else (self.red,)
        return (self.audio, *red, *self.noise, *(number for number, _ in self.keys))

    @property
    def soundless(self) -> frozenset[int]:
        """The types without audio: comfort noise and telephone events."""
        return frozenset((*self.noise, *(number for number, _ in self.keys)))

    def __contains__(self, payload_type: int) -> bool:
        return payload_type in self.numbers


def with_static(sdp: str) -> str:
    """Returns the offer with an `a=rtpmap` for each static payload type that lacks one."""
    return "".join(_with_rtpmaps(section) for section in sections(sdp))


def choose(sdp: str, line: int) -> PayloadTypes | None:
    """Returns the payload types to answer media line `line` (from 0) with; None for no codec."""
    section = _line(sdp, line)
    named = {int(number): (name, int(rate)) for number, name, rate in _RTPMAP.findall(section)}
    opus = opus_preferences.offered(sdp, line)
    codecs = {number: codec for number in named if (codec := _telephone(*named[number]))}
    number = next((n for n in _numbers(section) if n in codecs), None)
    if opus is None and number is None:
        return None
    codec = None if opus is not None or number is None else codecs[number]
    clocks = (OPUS_RATE, CLOCK) if codec is None else (CLOCK,)
    others = [(n, *named[n]) for n in _numbers(section) if n in named]
    noise = tuple(n for n, name, _ in others if name.upper() == "CN")
    if codec is not None and NOISE not in named:
        noise += (NOISE,)  # telephones send it even if it is not negotiated
    return PayloadTypes(
        audio=opus.opus if opus is not None else number or 0,
        red=opus.red if opus is not None else None,
        codec=codec,
        noise=noise,
        keys=tuple(
            (n, rate)
            for n, name, rate in others
            if name.lower() == "telephone-event" and rate in clocks
        ),
        line=line,
        silence=next(
            (n for n, name, rate in others if name.upper() == "CN" and rate == CLOCK), None
        ),
    )


def put_first(codecs: Sequence[Any], types: PayloadTypes) -> list[Any]:
    """Returns aiortc's codecs with the chosen one first, as aiortc sends with the first.

    aiortc labels packets with that payload type whatever they contain: a wrong one is heard as
    noise at full volume. An answer may reorder codecs (RFC 3264, section 6.1).
    """
    return sorted(codecs, key=lambda codec: bool(codec.payloadType != types.audio))


def with_extra_types(answer: str, types: PayloadTypes, *, noise: bool = False) -> str:
    """Adds the payload types that aiortc does not support to their line of the answer.

    `noise` lets the client send comfort noise instead of silence.
    """
    out, at = [], -1
    for section in sections(answer):
        at += section.startswith("m=")
        mine = at == types.line and f"a=rtpmap:{types.audio} " in section
        out.append(_with_extra_types(section, types, noise=noise) if mine else section)
    return "".join(out)


def _with_extra_types(section: str, types: PayloadTypes, *, noise: bool) -> str:
    lines = section.removesuffix(END).split(END)
    numbers = [number for number, _ in types.keys]
    for number, rate in types.keys:
        lines += [f"a=rtpmap:{number} telephone-event/{rate}", f"a=fmtp:{number} {EVENTS}"]
    if types.codec is not None:
        lines.append(f"a=rtcp-fb:{types.audio} nack")
        if noise and types.silence is not None:
            numbers.append(types.silence)
            lines.append(f"a=rtpmap:{types.silence} CN/{CLOCK}")
    lines[0] = " ".join([lines[0], *map(str, numbers)])
    return END.join([*lines, ""])


def _telephone(name: str, rate: int) -> Telephone | None:
    found = (codec for codec in Telephone if codec.value == name.upper() and rate == CLOCK)
    return next(found, None)


def _with_rtpmaps(section: str) -> str:
    if not section.startswith("m=audio"):
        return section
    unmapped = [n for n in _numbers(section) if n in STATIC and f"a=rtpmap:{n} " not in section]
    rtpmaps = "".join(f"a=rtpmap:{n} {STATIC[n]}{END}" for n in unmapped)
    return section.removesuffix(END) + END + rtpmaps if unmapped else section


def _line(sdp: str, line: int) -> str:
    media = [section for section in sections(sdp) if section.startswith("m=")]
    return media[line] if 0 <= line < len(media) and media[line].startswith("m=audio") else ""


def _numbers(section: str) -> list[int]:
    """Returns the payload types of a media line, in order."""
    return [int(text) for text in section.split(END, 1)[0].split()[3:] if text.isdecimal()]
