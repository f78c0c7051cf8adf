"""Which lines of an offer a call uses: where its client is heard, and where the client hears.

RFC 8829 (JSEP), section 5.3.1. An offer says what the client wants from then on; lines of
earlier offers that it lacks, or rejects, are over. aiortc keeps a transceiver for each line there
ever was.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sessions_app.engine.rtc.aiortc_compat import negotiation
from sessions_app.engine.rtc.sdp import codecs
from sessions_app.engine.rtc.sdp.codecs import PayloadTypes
from sessions_app.engine.rtc.sdp.lines import mid_of, sections

_RECEIVES = ("recvonly", "sendrecv")
_SENDS = ("sendonly", "sendrecv")


@dataclass(frozen=True, slots=True)
class Lines:
    """The transceivers of the present offer that the call uses, each None for none.

    The client is heard on `heard`, by `hears`, None for what aiortc alone decodes; it hears the
    agent on `told`, by `tells`; and it is seen on `seen`.
    """

    heard: Any = None
    hears: PayloadTypes | None = None
    told: Any = None
    tells: PayloadTypes | None = None
    seen: Any = None

    @property
    def types(self) -> tuple[PayloadTypes, ...]:
        """What goes over the lines, of each once."""
        both = (self.hears, self.tells if self.told is not self.heard else None)
        return tuple(one for one in both if one is not None)


def of_offer(transceivers: Sequence[Any], sdp: str) -> list[Any]:
    """Returns those of the offer's lines, in its order, and retires all others.

    Each gets the number of its line, which aiortc goes by, as rejected lines were taken out.
    """
    places = _places(sdp)
    present = {}
    for one in transceivers:
        place = places.get(one.mid)
        negotiation.set_line_number(one, place)
        if place is None:
            negotiation.retire(one)
        else:
            present[place] = one
    return [present[place] for place in sorted(present)]


def chosen(present: Sequence[Any], sdp: str, before: Lines, *, answers: bool, shows: bool) -> Lines:
    """Returns which of the offer's lines are used, those in use `before` going first.

    The agent is sent on the line that its caller speaks on, or else on another that the client
    hears. `answers` and `shows` say whether there is a voice, and a picture, to send.
    """
    audio = [one for one in present if one.kind == "audio"]
    places = _places(sdp)
    types = {one: codecs.chosen(sdp, places[one.mid]) for one in audio}
    heard = _first([one for one in audio if _may_receive(one)], before.heard)
    hearing = [one for one in audio if may_send(one) and types[one] is not None]
    told = _first(hearing, heard if heard in hearing else before.told) if answers else None
    video = [one for one in present if one.kind == "video"]
    return Lines(
        heard, types.get(heard), told, types.get(told), video[0] if shows and video else None
    )


def direct(present: Sequence[Any], lines: Lines) -> None:
    """Answers each line with what it is used for, the chosen codec first."""
    for one in present:
        hears, tells = one is lines.heard, one is lines.told
        one.direction = {
            (True, True): "sendrecv",
            (True, False): "recvonly",
            (False, True): "sendonly",
            (False, False): "inactive",
        }[hears, tells]
        if one is lines.seen:
            one.direction = negotiation.offered_direction(one) or "inactive"
        types = lines.hears if hears else lines.tells if tells else None
        if types is not None:
            negotiation.set_codecs(one, codecs.put_first(negotiation.codecs(one), types))


def _first(found: Sequence[Any], liked: Any) -> Any:
    return liked if liked in found else next(iter(found), None)


def may_send(transceiver: Any) -> bool:
    """Returns whether the newest offer has the client take what is sent on this line."""
    return negotiation.offered_direction(transceiver) in _SENDS


def _may_receive(transceiver: Any) -> bool:
    return negotiation.offered_direction(transceiver) in _RECEIVES


def _places(sdp: str) -> dict[str, int]:
    """Returns the number of each media line, from 0, by its mid."""
    return {mid_of(section): number for number, section in enumerate(sections(sdp)[1:])}
