"""The protocol of `POST /api/voice/offer`; docs/protocol.md has every message."""

from sessions_app.engine.core.commands import Offer
from sessions_app.engine.protocols.messages import http
from sessions_app.engine.protocols.reading import Reader
from sessions_app.engine.protocols.results import BadRequestError, offer_of, read_object

DOOR = "offer"

_read = Reader(http.HttpOffer, BadRequestError)


def parse(body: bytes) -> Offer:
    """Returns the offer in a request's body; raises BadRequestError, which says what is wrong."""
    given = _read(read_object(body, '{"sdp": "<SDP>", "type": "offer"}'))
    return offer_of(given["sdp"], given, DOOR)


def answer(sdp: str, call_id: str) -> http.HttpAnswer:
    """Returns the reply to an offer; later ICE candidates name the call by `call_id`."""
    return {"sdp": sdp, "type": "answer", "callId": call_id}
