"""The messages of `WS /signaling`, of the data channel `control`, and of a live call's window."""

from typing import Annotated, Literal, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from sessions_app.engine.protocols.messages import calls
from sessions_app.engine.protocols.messages.fields import (
    Consent,
    FilledText,
    Lenient,
    MaybeMilliseconds,
    Metadata,
    Milliseconds,
    Names,
    Says,
    State,
    Variables,
    Whole,
)

# -- from the client -------------------------------------------------------------------


class OfferMessage(TypedDict):
    """Starts a call.

    The same offer sent again is the same call; a changed one of the same connection
    [changes it](#later-offers); with `callId` of a live call that call goes on over the new
    connection. With `check` it only [tries the way](#trying-the-way): nothing is kept.
    """

    type: Literal["offer"]
    consent: NotRequired[Consent | None]
    sdp: FilledText
    agentId: NotRequired[str | None]
    callId: NotRequired[str | None]
    features: NotRequired[Names | None]
    variables: NotRequired[Variables | None]
    metadata: NotRequired[Metadata | None]
    check: NotRequired[Lenient]


class CandidateInit(TypedDict):
    """An ICE candidate, as in W3C `RTCIceCandidateInit`."""

    candidate: NotRequired[str | None]
    sdpMid: NotRequired[str | None]
    sdpMLineIndex: NotRequired[Annotated[int, Says("must be a whole number or null.")] | None]


_CANDIDATE = "`{candidate, sdpMid, sdpMLineIndex}`, or null"


class CandidateMessage(TypedDict):
    """A local candidate; empty ones and null (the end marker) are ignored."""

    type: Literal["ice-candidate"]
    candidate: NotRequired[
        Annotated[
            CandidateInit | None,
            Field(description=_CANDIDATE),
            Says(on=(("dict_type", "must be an object or null."),)),
        ]
    ]
    callId: NotRequired[str | None]


class ResumeMessage(TypedDict):
    """Comes back to a live call after the socket dropped."""

    type: Literal["resume"]
    callId: FilledText
    lastSeq: NotRequired[Whole | None]
    features: NotRequired[Names | None]


class PingMessage(TypedDict):
    """Asks for a `pong`: a socket that gives none leads nowhere, and is better opened again."""

    type: Literal["ping"]


class Away(TypedDict):
    """The page goes, and may come back.

    The call waits 8 s for a `resume`, and then 30 s for an `offer` with its `callId`; without
    them the caller has left. A client with the feature `details`, which can come back, is waited
    for in the same way when it closes its connection without a word; any other has left at once.
    Who is done says `bye`.
    """

    type: Literal["away"]


class ByeMessage(TypedDict):
    """Ends the call, as `hang-up` does."""

    type: Literal["bye"]


CLIENT = (
    OfferMessage,
    CandidateMessage,
    ResumeMessage,
    *calls.ASKED,
    PingMessage,
    Away,
    ByeMessage,
)

# -- to the client ---------------------------------------------------------------------


class AnswerMessage(TypedDict):
    """The SDP answer to an offer."""

    type: Literal["answer"]
    sdp: str
    callId: NotRequired[Annotated[str, Field(description="with `details`")]]
    resumeToken: NotRequired[Annotated[str, Field(description="for who came with a ticket")]]


class ServerCandidate(TypedDict):
    """A server candidate found after the answer was sent."""

    type: Literal["ice-candidate"]
    candidate: Annotated[CandidateInit | None, Field(description="as above")]


class Transcript(calls.Heard, calls.OfFinal, calls.OfCall):
    """What one side said, so far or finally; all keys but the first three come with `details`."""

    type: Literal["transcript"]
    final: bool
    seq: NotRequired[Whole]
    startMs: NotRequired[Milliseconds]
    endMs: NotRequired[Milliseconds]
    confidence: NotRequired[calls.Confidence]
    words: NotRequired[calls.Words]


class Metrics(calls.OfCall):
    """When the stages of one answer came; null for one that did not."""

    type: Literal["metrics"]
    turn: Whole
    speechEndMs: MaybeMilliseconds
    endpointMs: MaybeMilliseconds
    finalMs: MaybeMilliseconds
    firstTokenMs: MaybeMilliseconds
    firstAudioMs: MaybeMilliseconds


class Pong(TypedDict):
    """The answer to `ping`."""

    type: Literal["pong"]


class Resumed(TypedDict):
    """The answer to `resume`; the finals after `lastSeq` follow."""

    type: Literal["resumed"]
    callId: str
    state: State


SERVER = (
    *(AnswerMessage, ServerCandidate, Transcript, *calls.TOLD, calls.Status, Metrics),
    *(Pong, Resumed, calls.Bye, calls.Error),
)


class WatchedTranscript(Transcript):
    """The same in a window on a live call, with who of the staff typed a line of the agent."""

    typedBy: NotRequired[
        Annotated[
            str,
            Field(
                description="who of the staff typed a final of the agent, in a call that they took "
                "over; only for those who may know"
            ),
        ]
    ]


LIVE = (WatchedTranscript, calls.Status, calls.FromApp, calls.Bye, calls.Error)
"""What the window on a live call is told."""
