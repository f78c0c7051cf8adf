"""The protocol of vosk-server's clients: a WebSocket, and the data channel `result`.

Messages: the README and the example clients of github.com/alphacep/vosk-server.
"""

import json
from dataclasses import dataclass, field

from sessions_app.engine.core.call_data import CallData
from sessions_app.engine.core.commands import AudioIn, Offer, StartStream
from sessions_app.engine.core.events import (
    CallEvent,
    InterimChanged,
    SegmentFinal,
    Speaker,
    Word,
)
from sessions_app.engine.protocols.messages import vosk as messages
from sessions_app.engine.protocols.reading import ProtocolError, Reader, read_call_data
from sessions_app.engine.protocols.result_channel import ResultChannel, is_speech
from sessions_app.engine.protocols.results import BadRequestError, offer_of, read_object
from sessions_app.engine.text.cleaning import read_json
from sessions_app.engine.text.writing import join_sentences

DOOR = "vosk"
CHANNEL = "result"
USUAL_RATE = 16_000
"""Hz of clients whose `config` names no rate."""


@dataclass(frozen=True, slots=True)
class Config:
    """A client's configuration: the rate of its audio in Hz, and whether it wants `result`.

    `data` is what its call is given.
    """

    sample_rate: int = USUAL_RATE
    words: bool = True
    data: CallData = field(default=CallData(), repr=False)

    @property
    def wish(self) -> StartStream:
        """The command that starts the call."""
        return StartStream(AudioIn("pcm16", self.sample_rate), door=DOOR, data=self.data)


_read_config = Reader(messages.VoskConfig)
_read_offer = Reader(messages.VoskOffer, BadRequestError)


def parse(text: str) -> Config | None:
    """Returns a client's configuration, or None for its end mark `eof`; raises ProtocolError."""
    try:
        given = read_json(text)
    except ValueError as error:
        raise ProtocolError("A text message must be JSON.", code="bad_json") from error
    if not isinstance(given, dict) or not ({"config", "eof"} & set(given)):
        raise ProtocolError('Send {"config": {…}}, audio, or {"eof": 1}.', code="unknown_type")
    if "eof" in given:
        return None
    config = _read_config(given)["config"]
    rate = config.get("sample_rate", USUAL_RATE)
    words = bool(config.get("words", True))
    return Config(round(rate), words=words, data=read_call_data(config))


def parse_offer(body: bytes) -> Offer:
    """Returns the offer in a request's body; raises BadRequestError."""
    given = _read_offer(read_object(body, '{"sdp": "<SDP>", "type": "offer"}'))
    return offer_of(given["sdp"], given, DOOR)


def answer(sdp: str) -> messages.VoskAnswer:
    """Returns the reply to an offer."""
    return {"sdp": sdp, "type": "answer"}


def partial(text: str) -> messages.Partial:
    """Returns the message of an interim."""
    return {"partial": text}


def result(finals: list[SegmentFinal], *, words: bool = True) -> messages.VoskResult:
    """Returns the message of one or more finals; word times are seconds on the call clock."""
    text = join_sentences(final.text for final in finals)
    listed = [_word(word) for final in finals for word in final.words]
    return {"result": listed, "text": text} if words and listed else {"text": text}


def _word(word: Word) -> messages.VoskWord:
    confidence = 1.0 if word.confidence is None else word.confidence
    return {
        "conf": confidence,
        "start": round(word.start_ms / 1000, 3),
        "end": round(word.end_ms / 1000, 3),
        "word": word.text,
    }


class Replies:
    """Collects the caller's transcript for a client that gets one reply per audio message.

    Implements `core.ports.EventSink`.
    """

    def __init__(self, *, words: bool) -> None:
        self._words = words
        self._partial = ""
        self._finals: list[SegmentFinal] = []

    def emit(self, event: CallEvent) -> None:
        if isinstance(event, InterimChanged) and event.speaker is Speaker.CALLER:
            self._partial = event.text
        elif isinstance(event, SegmentFinal) and is_speech(event):
            self._partial = ""
            self._finals.append(event)

    def next(self) -> messages.Partial | messages.VoskResult:
        """Returns the oldest final that was not sent yet, or else the current interim."""
        if self._finals:
            return result([self._finals.pop(0)], words=self._words)
        return partial(self._partial)

    def last(self) -> messages.VoskResult:
        """Returns all finals that were not sent yet as one result: the reply to `eof`."""
        finals, self._finals = self._finals, []
        return result(finals, words=self._words)


class VoskChannelPeer(ResultChannel[str]):
    """The data channel `result`: interims and finals as text."""

    def encode(self, event: CallEvent) -> str | None:
        if isinstance(event, InterimChanged) and event.speaker is Speaker.CALLER:
            return json.dumps(partial(event.text), ensure_ascii=False)
        if isinstance(event, SegmentFinal) and is_speech(event):
            return json.dumps(result([event]), ensure_ascii=False)
        return None
