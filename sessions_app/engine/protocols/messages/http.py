"""The bodies of offers over HTTP, their answers, and the messages of the channel `results`."""

from typing import Annotated, Any, Literal, NotRequired

from pydantic import Field, WithJsonSchema
from typing_extensions import TypedDict

from sessions_app.engine.protocols.messages.fields import (
    Consent,
    Lenient,
    Metadata,
    Says,
    Variables,
)

LONGEST_SLUG = 50
"""Characters of an agent's id, as the database holds them."""

MOST_CANDIDATES = 100
"""ICE candidates in one message; a client has a few for each of its addresses."""

Sdp = Annotated[
    str,
    Field(min_length=1),
    Says("is missing: send the SDP of the local description as text."),
]
OfOffer = Annotated[Literal["offer"], Says("must be `offer`.")]
_Object = Annotated[Any, WithJsonSchema({"type": "object"})]
"""An object; anything else counts as an empty one."""


class Problem(TypedDict):
    """Why a request was refused; `info` is the message again, for Pipecat's client."""

    code: str
    message: str
    info: str


# -- POST /session ---------------------------------------------------------------------


class SessionOffer(TypedDict):
    """The SDP offer of a speech-to-text page."""

    offer: Sdp
    consent: NotRequired[Consent | None]
    agentId: NotRequired[str]
    variables: NotRequired[Variables | None]
    metadata: NotRequired[Metadata | None]


class SessionAnswer(TypedDict):
    """The SDP answer to the offer of a speech-to-text page."""

    answer: str


class ResultMessage(TypedDict):
    """What the caller said, so far or for good; `confidence` is 0.0 where there is none."""

    text: str
    confidence: Annotated[float, Field(ge=0, le=1)]
    final: bool


SESSION_CLIENT = (SessionOffer,)
SESSION_SERVER = (SessionAnswer, Problem, ResultMessage)

# -- POST /api/voice/offer -------------------------------------------------------------


class HttpOffer(TypedDict):
    """An SDP offer; candidates may follow on `WS /signaling`."""

    type: NotRequired[OfOffer]
    sdp: Sdp
    consent: NotRequired[Consent | None]
    agentId: NotRequired[str]
    variables: NotRequired[Variables | None]
    metadata: NotRequired[Metadata | None]


class HttpAnswer(TypedDict):
    """The SDP answer to an offer; later candidates name the call by its id."""

    sdp: str
    type: Literal["answer"]
    callId: str


OFFER_CLIENT = (HttpOffer,)
OFFER_SERVER = (HttpAnswer, Problem)

# -- POST /start, POST and PATCH /api/offer --------------------------------------------


class Known(TypedDict):
    """The keys of a client's own data that this server reads."""

    consent: NotRequired[Consent | None]
    agentId: NotRequired[str]
    variables: NotRequired[Variables | None]
    metadata: NotRequired[Metadata | None]


class Start(TypedDict):
    """What is told before an offer: anything, of which these keys count."""

    body: NotRequired[_Object]
    agentId: NotRequired[
        Annotated[
            str,
            Field(max_length=LONGEST_SLUG),
            Says(on=(("string_too_long", f"may hold {LONGEST_SLUG} characters."),)),
        ]
    ]
    consent: NotRequired[Consent | None]
    variables: NotRequired[Variables | None]
    metadata: NotRequired[Metadata | None]


class PeerOfferMessage(TypedDict):
    """An offer for a new peer connection, or for the one that `pc_id` names."""

    type: NotRequired[OfOffer]
    pc_id: NotRequired[Annotated[str, Says("must be text or null.")] | None]
    sdp: Sdp
    restart_pc: NotRequired[Lenient]
    requestData: NotRequired[_Object]


class PeerCandidate(TypedDict):
    """One ICE candidate, with the names of its keys in Pipecat's client."""

    candidate: str
    sdp_mid: NotRequired[str | None]
    sdp_mline_index: NotRequired[int | None]


class PeerCandidates(TypedDict):
    """Candidates of a connection, as they are found."""

    pc_id: Annotated[str, Field(min_length=1)]
    candidates: Annotated[list[PeerCandidate], Field(max_length=MOST_CANDIDATES)]


class Started(TypedDict):
    """Where the offer goes: to `/sessions/<sessionId>/api/offer`."""

    sessionId: str
    iceConfig: _Object


class PeerAnswerMessage(TypedDict):
    """The answer to an offer, and the connection's name."""

    sdp: str
    type: Literal["answer"]
    pc_id: str


class Taken(TypedDict):
    """Says that the candidates were accepted."""

    status: Literal["success"]


PIPECAT_CLIENT = (PeerOfferMessage, PeerCandidates, Start)
PIPECAT_SERVER = (PeerAnswerMessage, Taken, Started, Problem)
