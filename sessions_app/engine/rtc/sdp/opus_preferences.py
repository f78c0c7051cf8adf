"""What an answer asks of the client's Opus encoder: parameters for speech, RED and NACK.

RFC 7587 (Opus in SDP), RFC 2198 (RED), RFC 4585 (NACK). The answer that is sent says more than
aiortc's local description, as aiortc does not know RED. Browsers do not offer NACK for audio, but
retransmit where the answer asks for it.
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
    """`bitrate` in bits per second; with `dtx` silence is not sent; `ptime_ms` 0 asks for none.

    `rate` is the sample rate in Hz that audio is decoded to here, so that clients spend no bits on
    more (`maxplaybackrate`, RFC 7587, section 6.1).
    """

    bitrate: int = 32_000
    dtx: bool = False
    ptime_ms: int = 0
    rate: int = SPEECH_RATE


@dataclass(frozen=True, slots=True)
class Offered:
    """The payload types of Opus, and of RED with Opus, in one audio line of an offer."""

    opus: int
    red: int | None


def offered(sdp: str, line: int = 0) -> Offered | None:
    """Returns the payload types in media line `line` (from 0) of an offer; None without Opus."""
    media = [section for section in sections(sdp) if section.startswith("m=")]
    section = media[line] if line < len(media) and media[line].startswith("m=audio") else ""
    opus = _OPUS.search(section)
    if opus is None:
        return None
    red = _RED.search(section)
    same = red is not None and f"a=fmtp:{red[1]} {opus[1]}/{opus[1]}" in section
    return Offered(int(opus[1]), int(red[1]) if red is not None and same else None)


def with_preferences(answer: str, offer: str, preferences: OpusPreferences) -> str:
    """Returns the answer with the preferences in its audio lines, and RED first where offered.

    Unused lines have them, too: a payload type has one meaning in all of a BUNDLE (RFC 9143,
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


def _with_preferences(section: str, types: Offered | None, preferences: OpusPreferences) -> str:
    has_opus = types is not None and f"a=rtpmap:{types.opus} opus/" in section
    return _asking_for(section, types, preferences) if types is not None and has_opus else section


def _asking_for(section: str, types: Offered, preferences: OpusPreferences) -> str:
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
