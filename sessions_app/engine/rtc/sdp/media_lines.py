"""Which media lines of an offer a call uses, and in which direction.

RFC 8829 (JSEP), section 5.3.1: an offer says what the client wants from then on, and lines of
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
    """The transceivers that a call uses, by the newest offer; None for none.

    The client's audio is received on `receiving` with `receiving_types`, which are None for a codec
    that only aiortc decodes. The agent's voice is sent on `sending` with `sending_types`. `video`
    is the line of the client's video, on which pictures for it are sent, too.
    """

    receiving: Any = None
    receiving_types: PayloadTypes | None = None
    sending: Any = None
    sending_types: PayloadTypes | None = None
    video: Any = None

    @property
    def types(self) -> tuple[PayloadTypes, ...]:
        """The payload types of both lines, once where they are the same line."""
        sending = self.sending_types if self.sending is not self.receiving else None
        return tuple(one for one in (self.receiving_types, sending) if one is not None)


def of_offer(transceivers: Sequence[Any], sdp: str) -> list[Any]:
    """Returns the transceivers of the offer's lines, in its order, and retires all others.

    Numbers them, as rejected lines were taken out of the offer.
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


def chosen(present: Sequence[Any], sdp: str, before: Lines, *, voice: bool, video: bool) -> Lines:
    """Returns which of the offer's lines are used; those in use `before` go first.

    The agent is sent on the line that audio is received on, or else on another that the client
    takes audio on. `voice` and `video` say whether there is an agent's voice, and video, to send.
    """
    audio = [one for one in present if one.kind == "audio"]
    places = _places(sdp)
    types = {one: codecs.chosen(sdp, places[one.mid]) for one in audio}
    receiving = _first([one for one in audio if _may_receive(one)], before.receiving)
    able = [one for one in audio if may_send(one) and types[one] is not None]
    sending = None
    if voice:
        sending = _first(able, receiving if receiving in able else before.sending)
    shown = next((one for one in present if one.kind == "video"), None) if video else None
    return Lines(receiving, types.get(receiving), sending, types.get(sending), shown)


def set_directions(present: Sequence[Any], lines: Lines) -> None:
    """Answers each line with the direction it is used in, the chosen codec first."""
    for one in present:
        receives, sends = one is lines.receiving, one is lines.sending
        one.direction = {
            (True, True): "sendrecv",
            (True, False): "recvonly",
            (False, True): "sendonly",
            (False, False): "inactive",
        }[receives, sends]
        if one is lines.video:
            one.direction = negotiation.offered_direction(one) or "inactive"
        types = lines.receiving_types if receives else lines.sending_types if sends else None
        if types is not None:
            negotiation.set_codecs(one, codecs.put_first(negotiation.codecs(one), types))


def may_send(transceiver: Any) -> bool:
    """Returns whether the newest offer has the client receive on this line."""
    return negotiation.offered_direction(transceiver) in _SENDS


def _may_receive(transceiver: Any) -> bool:
    return negotiation.offered_direction(transceiver) in _RECEIVES


def _first(found: Sequence[Any], preferred: Any) -> Any:
    return preferred if preferred in found else next(iter(found), None)


def _places(sdp: str) -> dict[str, int]:
    """Returns the number of each media line, from 0, by its mid."""
    return {mid_of(section): number for number, section in enumerate(sections(sdp)[1:])}
