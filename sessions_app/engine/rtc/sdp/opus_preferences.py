"""What an answer requests of the client's Opus encoder: parameters for speech, RED and NACK.

RFC 7587 (Opus in SDP), RFC 2198 (RED), RFC 4585 (NACK). The answer that is sent has more than
aiortc's local description, as aiortc does not support RED. Browsers do not offer NACK for audio,
but retransmit if the answer has it.
"""

import re
from dataclasses import dataclass

from sessions_app.engine.core.frames import SPEECH_RATE
from sessions_app.engine.rtc.sdp.lines import END, sections

_OPUS = re.compile(r"a=rtpmap:(\d+) opus/48000(?:/2)?\s", re.IGNORECASE)
"""RFC 7587 requires `/2`; GStreamer's webrtcbin leaves it out until its encoder has started."""

_RED = re.compile(r"a=rtpmap:(\d+) red/48000/2", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class OpusPreferences:
    """The parameters that the answer requests."""

    bitrate: int = 32_000
    """In bits per second. Lower costs words; higher costs the client's bandwidth."""

    dtx: bool = False
    """Whether the client should not send silence."""

    ptime_ms: int = 0
    """The packet length; 0 requests none."""

    rate: int = SPEECH_RATE
    """The sample rate in Hz that audio is decoded to here (`maxplaybackrate`, RFC 7587, 6.1).

    Clients then spend no bits on higher frequencies.
    """


@dataclass(frozen=True, slots=True)
class OfferedTypes:
    """The payload types of Opus, and of RED with Opus, in one audio line of an offer."""

    opus: int
    red: int | None


def offered(sdp: str, line: int = 0) -> OfferedTypes | None:
    """Returns the payload types in media line `line` (from 0) of an offer; None without Opus."""
    media = [section for section in sections(sdp) if section.startswith("m=")]
    section = media[line] if line < len(media) and media[line].startswith("m=audio") else ""
    opus = _OPUS.search(section)
    if opus is None:
        return None
    red = _RED.search(section)
    same = red is not None and f"a=fmtp:{red[1]} {opus[1]}/{opus[1]}" in section
    return OfferedTypes(int(opus[1]), int(red[1]) if red is not None and same else None)


def with_preferences(answer: str, offer: str, preferences: OpusPreferences) -> str:
    """Adds the preferences to the answer's audio lines, with RED first if it was offered.

    Unused lines get them, too: a payload type has one meaning in all of a BUNDLE (RFC 9143,
    section 9.1), and the line may be used after the next offer.
    """
    head, *media = sections(answer)
    return "".join(
        [
            head,
            *(
                _with_preferences(one, offered(offer, n), preferences)
                for n, one in enumerate(media)
            ),
        ]
    )


def _with_preferences(
    section: str, types: OfferedTypes | None, preferences: OpusPreferences
) -> str:
    has_opus = types is not None and f"a=rtpmap:{types.opus} opus/" in section
    return _with_fmtp(section, types, preferences) if types is not None and has_opus else section


def _with_fmtp(section: str, types: OfferedTypes, preferences: OpusPreferences) -> str:
    parameters = f"minptime=10;useinbandfec=1;stereo=0;maxaveragebitrate={preferences.bitrate}"
    parameters += f";maxplaybackrate={preferences.rate}"
    parameters += ";usedtx=1" if preferences.dtx else ""
    kept = [line for line in section.split(END) if not line.startswith(f"a=fmtp:{types.opus} ")]
    out = []
    for line in kept:
        out.append(line)
        if line.lower().startswith(f"a=rtpmap:{types.opus} opus/"):
            out.append(f"a=fmtp:{types.opus} {parameters}")
            out.append(f"a=rtcp-fb:{types.opus} nack")
            if types.red is not None:
                out.append(f"a=rtpmap:{types.red} red/48000/2")
                out.append(f"a=fmtp:{types.red} {types.opus}/{types.opus}")
                out.append(f"a=rtcp-fb:{types.red} nack")
            if preferences.ptime_ms:
                out.append(f"a=ptime:{preferences.ptime_ms}")
    if types.red is not None:
        first, port, profile, *numbers = out[0].split(" ")
        out[0] = " ".join([first, port, profile, str(types.red), *numbers])
    return END.join(out)
