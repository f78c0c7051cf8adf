"""Which media lines of an offer a call uses, and in which direction.

RFC 8829 (JSEP), section 5.3.1: an offer replaces all earlier ones; lines that it lacks or rejects
have ended. aiortc keeps a transceiver for each line there ever was.
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
class MediaLines:
    """The transceivers that a call uses, by the newest offer; None for none.

    The client's audio is received on `receiving` with `receiving_types`, which are None for a codec
    that only aiortc decodes. The agent's voice is sent on `sending` with `sending_types`. `video`
    is the line of the client's video, on which the agent's is sent, too.
    """

    receiving: Any = None
    receiving_types: PayloadTypes | None = None
    sending: Any = None
    sending_types: PayloadTypes | None = None
    video: Any = None

    @property
    def types(self) -> tuple[PayloadTypes, ...]:
        """The payload types of both lines; of one if both are the same line."""
        sending = self.sending_types if self.sending is not self.receiving else None
        return tuple(one for one in (self.receiving_types, sending) if one is not None)


def match_offer(transceivers: Sequence[Any], sdp: str) -> list[Any]:
    """Returns the transceivers of the offer's lines, in its order, and retires all others.

    Sets their indices, which change when rejected lines are removed from the offer.
    """
    indices = _indices(sdp)
    present = {}
    for one in transceivers:
        index = indices.get(one.mid)
        negotiation.set_line_number(one, index)
        if index is None:
            negotiation.retire(one)
        else:
            present[index] = one
    return [present[index] for index in sorted(present)]


def choose(
    present: Sequence[Any], sdp: str, before: MediaLines, *, voice: bool, video: bool
) -> MediaLines:
    """Returns which of the offer's lines to use; those in use `before` are preferred.

    The agent's voice is sent on the line that audio is received on, if possible, else on another
    that the client receives audio on. `voice` and `video` say whether there is any to send.
    """
    audio = [one for one in present if one.kind == "audio"]
    indices = _indices(sdp)
    types = {one: codecs.choose(sdp, indices[one.mid]) for one in audio}
    receiving = _first([one for one in audio if _may_receive(one)], before.receiving)
    sendable = [one for one in audio if may_send(one) and types[one] is not None]
    sending = None
    if voice:
        sending = _first(sendable, receiving if receiving in sendable else before.sending)
    video_line = next((one for one in present if one.kind == "video"), None) if video else None
    return MediaLines(receiving, types.get(receiving), sending, types.get(sending), video_line)


def set_directions(present: Sequence[Any], lines: MediaLines) -> None:
    """Sets each line's direction to how it is used, and puts the chosen codec first."""
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
    """Returns whether the newest offer lets the client receive on this line."""
    return negotiation.offered_direction(transceiver) in _SENDS


def _may_receive(transceiver: Any) -> bool:
    return negotiation.offered_direction(transceiver) in _RECEIVES


def _first(found: Sequence[Any], preferred: Any) -> Any:
    return preferred if preferred in found else next(iter(found), None)


def _indices(sdp: str) -> dict[str, int]:
    """Returns the index of each media line, from 0, by its mid."""
    return {mid_of(section): index for index, section in enumerate(sections(sdp)[1:])}
