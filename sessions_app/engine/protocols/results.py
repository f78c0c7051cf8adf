"""The speech-to-text demo page's wire: `POST /session` and data channel `results`.

docs/protocol.md states every message.
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
    StateChanged,
)
from sessions_app.engine.core.states import TERMINAL
from sessions_app.engine.protocols import reading
from sessions_app.engine.protocols.messages import http, vosk
from sessions_app.engine.protocols.reading import Reader
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
    given: http.SessionOffer | http.HttpOffer | http.Known | vosk.Offer,
    door: str,
    features: frozenset[str] = frozenset(),
) -> Offer:
    """Returns the offer of a body that was read; it names no notice over HTTP."""
    records, _ = reading.agreed(given.get("consent"))
    return Offer(sdp, given.get("agentId", ""), features, records=records, door=door)


def answer(sdp: str) -> http.SessionAnswer:
    """Returns the reply to an offer."""
    return {"answer": sdp}


def result(event: InterimChanged | SegmentFinal) -> bytes:
    """Returns a message of the channel; `confidence` is 0.0 where the engine gives none."""
    final = isinstance(event, SegmentFinal)
    confidence = event.confidence if isinstance(event, SegmentFinal) else None
    message: http.Result = {"text": event.text, "confidence": confidence or 0.0, "final": final}
    return json.dumps(message, ensure_ascii=False).encode()


class ResultsOutlet:
    """Tells the data channel `results`. Fulfils `core.ports.EventSink`.

    The channel is closed after the last result.
    """

    def __init__(
        self, send: Callable[[bytes], None], close: Callable[[], None], *, interims: bool
    ) -> None:
        self._send = send
        self._close = close
        self._interims = interims

    def receive(self, message: str | bytes) -> None:
        """This page says nothing on its channel."""

    def tell(self, problem: VoiceError) -> None:
        """This page knows no errors."""

    def emit(self, event: CallEvent) -> None:
        if isinstance(event, StateChanged) and event.state in TERMINAL:
            self._close()
        elif isinstance(event, SegmentFinal | InterimChanged) and self._wants(event):
            self._send(result(event))

    def _wants(self, event: SegmentFinal | InterimChanged) -> bool:
        if event.speaker is not Speaker.CALLER or not event.text:
            return False
        if isinstance(event, SegmentFinal):
            return not event.key  # which no recogniser heard
        return self._interims
