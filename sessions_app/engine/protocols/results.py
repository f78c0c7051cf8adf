"""The protocol of speech-to-text pages: `POST /session` and the data channel `results`.

docs/protocol.md has every message.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

from sessions_app.engine.core.commands import Offer
from sessions_app.engine.core.errors import VoiceError
from sessions_app.engine.core.events import (
    CallEvent,
    InterimChanged,
    SegmentFinal,
    Speaker,
)
from sessions_app.engine.protocols import reading
from sessions_app.engine.protocols.messages import http, vosk
from sessions_app.engine.protocols.reading import Reader
from sessions_app.engine.protocols.result_channel import ResultChannel, is_speech
from sessions_app.engine.text.cleaning import read_json

CHANNEL = DOOR = "results"
INTERIMS = "interims"


class BadRequestError(VoiceError):
    """A body that does not follow docs/protocol.md (not retryable)."""

    code = "bad_request"


_read = Reader(http.SessionOffer, BadRequestError)


def parse(body: bytes, *, interims: bool = False) -> Offer:
    """Returns the offer in a request's body; raises BadRequestError, which says what is wrong."""
    given = _read(read_object(body, '{"offer": "<SDP>"}'))
    features = frozenset({INTERIMS}) if interims else frozenset()
    return offer_of(given["offer"], given, DOOR, features)


def read_object(body: bytes, example: str) -> Mapping[str, Any]:
    """Returns the JSON object in a body; raises BadRequestError with an example."""
    try:
        given = read_json(body)
    except ValueError as error:
        raise BadRequestError(f"The body must be JSON: {example}.") from error
    if not isinstance(given, dict):
        raise BadRequestError(f"The body must be a JSON object: {example}.")
    return given


def offer_of(
    sdp: str,
    given: http.SessionOffer | http.HttpOffer | http.Known | vosk.VoskOffer,
    door: str,
    features: frozenset[str] = frozenset(),
) -> Offer:
    """Returns the offer of a parsed body. The notice of a consent counts on sockets only."""
    records, _ = reading.agreed(given.get("consent"))
    data = reading.read_call_data(given, BadRequestError)
    return Offer(sdp, given.get("agentId", ""), features, records=records, door=door, data=data)


def answer(sdp: str) -> http.SessionAnswer:
    """Returns the reply to an offer."""
    return {"answer": sdp}


def result(event: InterimChanged | SegmentFinal) -> bytes:
    """Returns a message of the channel; `confidence` is 0.0 where the STT engine gives none."""
    final = isinstance(event, SegmentFinal)
    confidence = event.confidence if isinstance(event, SegmentFinal) else None
    message: http.ResultMessage = {
        "text": event.text,
        "confidence": confidence or 0.0,
        "final": final,
    }
    return json.dumps(message, ensure_ascii=False).encode()


class ResultsOutlet(ResultChannel[bytes]):
    """The data channel `results`: finals, and interims where the page asked for them."""

    def __init__(
        self, send: Callable[[bytes], None], close: Callable[[], None], *, interims: bool
    ) -> None:
        super().__init__(send, close)
        self._interims = interims

    def encode(self, event: CallEvent) -> bytes | None:
        if isinstance(event, SegmentFinal) and is_speech(event) and event.text:
            return result(event)
        if isinstance(event, InterimChanged) and self._interims and event.text:
            return result(event) if event.speaker is Speaker.CALLER else None
        return None
