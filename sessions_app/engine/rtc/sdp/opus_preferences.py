"""What our answer asks of the client's Opus: what speech needs, and what survives a network.

RFC 7587 (Opus in SDP), RFC 2198 (RED), RFC 4585 (packets sent again). The answer that is sent may
say more than the local description that aiortc holds, which knows nothing of RED. Browsers send
lost audio again to whoever's answer says that it is asked for, though they do not offer it.
"""

import re
from dataclasses import dataclass

from sessions_app.engine.core.frames import SPEECH_RATE
from sessions_app.engine.rtc.sdp.lines import END, sections

_OPUS = re.compile(r"a=rtpmap:(\d+) opus/48000(?:/2)?\s", re.IGNORECASE)
"""RFC 7587 has it always stereo; webrtcbin leaves that out while its encoder has not begun."""

_RED = re.compile(r"a=rtpmap:(\d+) red/48000/2", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class OpusPreferences:
    """`bitrate` in bits a second; `ptime_ms` 0 leaves it to the client.

    `rate` is what the sound is played at here, in Hz: clients spend no bits on more
    (`maxplaybackrate` of RFC 7587, section 6.1).
    """

    bitrate: int = 32_000
    dtx: bool = False
    ptime_ms: int = 0
    rate: int = SPEECH_RATE


@dataclass(frozen=True, slots=True)
class Offered:
    """The payload types of Opus and of RED of it in one audio line of an offer."""

    opus: int
    red: int | None


def offered(sdp: str, line: int = 0) -> Offered | None:
    """Returns what the offer's media line of that number (from 0) has; None for no Opus."""
    media = [section for section in sections(sdp) if section.startswith("m=")]
    section = media[line] if line < len(media) and media[line].startswith("m=audio") else ""
    opus = _OPUS.search(section)
    if opus is None:
        return None
    red = _RED.search(section)
    same = red is not None and f"a=fmtp:{red[1]} {opus[1]}/{opus[1]}" in section
    return Offered(int(opus[1]), int(red[1]) if red is not None and same else None)


def with_wishes(answer: str, offer: str, wishes: OpusPreferences) -> str:
    """Returns the answer's SDP with what is asked of its audio lines, RED first where offered.

    Lines that are not used now are asked for the same: in one BUNDLE a payload type means one
    thing (RFC 9143, section 9.1), and the line may be used after the next offer.
    """
    head, *media = sections(answer)
    return "".join([head, *(_asked(one, offered(offer, n), wishes) for n, one in enumerate(media))])


def _asked(section: str, types: Offered | None, wishes: OpusPreferences) -> str:
    taken = types is not None and f"a=rtpmap:{types.opus} opus/" in section
    return _asking(section, types, wishes) if types is not None and taken else section


def _asking(section: str, types: Offered, wishes: OpusPreferences) -> str:
    parameters = f"minptime=10;useinbandfec=1;stereo=0;maxaveragebitrate={wishes.bitrate}"
    parameters += f";maxplaybackrate={wishes.rate}"
    parameters += ";usedtx=1" if wishes.dtx else ""
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
            if wishes.ptime_ms:
                out.append(f"a=ptime:{wishes.ptime_ms}")
    if types.red is not None:
        first, port, profile, *numbers = out[0].split(" ")
        out[0] = " ".join([first, port, profile, str(types.red), *numbers])
    return END.join(out)
