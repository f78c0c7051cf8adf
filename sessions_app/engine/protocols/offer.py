"""The HTTP offer's wire: `POST /api/voice/offer`. docs/protocol.md states every message."""

from sessions_app.engine.core.commands import Offer
from sessions_app.engine.protocols.results import BadRequestError, offer_of, read_object

DOOR = "offer"


def parse(body: bytes) -> Offer:
    """Returns the offer in a request's body; raises BadRequestError, which says what is wrong."""
    given = read_object(body, '{"sdp": "<SDP>", "type": "offer"}')
    if given.get("type", "offer") != "offer":
        raise BadRequestError("`type` must be `offer`.")
    return offer_of(given, "sdp", DOOR)


def answer(sdp: str, call_id: str) -> dict[str, str]:
    """Returns the reply to an offer; later candidates name the call by its id."""
    return {"sdp": sdp, "type": "answer", "callId": call_id}
