"""What vosk-server's clients send and are sent."""

from typing import Annotated, Any, Literal, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from sessions_app.engine.protocols.messages import calls
from sessions_app.engine.protocols.messages.fields import Consent, Metadata, Says, Variables
from sessions_app.engine.protocols.messages.http import Problem, Sdp

LOWEST_RATE, HIGHEST_RATE = 8_000, 192_000
"""Hz. Audio of other rates cannot be resampled, so such a client is refused."""


_RATE = Says(f"`sample_rate` must be a number from {LOWEST_RATE} to {HIGHEST_RATE}.")


class Settings(TypedDict):
    """What a client says of its audio, and gives to its call; `words` counts as truth in Python."""

    sample_rate: NotRequired[Annotated[float, Field(ge=LOWEST_RATE, le=HIGHEST_RATE), _RATE]]
    words: NotRequired[Any]
    variables: NotRequired[Variables | None]
    metadata: NotRequired[Metadata | None]


class VoskConfig(TypedDict):
    """What audio the client sends, told before any of it."""

    config: Annotated[Settings, _RATE]


class EndMark(TypedDict):
    """Says that no more audio comes."""

    eof: Annotated[Any, Field(description="anything, such as 1")]


class VoskOffer(TypedDict):
    """The SDP offer of a page, at `POST /offer`."""

    sdp: Sdp
    consent: NotRequired[Consent | None]
    agentId: NotRequired[str]
    variables: NotRequired[Variables | None]
    metadata: NotRequired[Metadata | None]


class VoskAnswer(TypedDict):
    """The SDP answer to the offer of a page."""

    sdp: str
    type: Literal["answer"]


class Partial(TypedDict):
    """The words so far of an utterance that is still being spoken."""

    partial: str


class VoskWord(TypedDict):
    """One word; times in seconds of the call."""

    conf: Annotated[float, Field(ge=0, le=1)]
    start: float
    end: float
    word: str


class VoskResult(TypedDict):
    """The words of an utterance, which do not change any more."""

    result: NotRequired[list[VoskWord]]
    text: str


CLIENT = (VoskConfig, EndMark, VoskOffer)
SERVER = (Partial, VoskResult, VoskAnswer, Problem, calls.Error)
