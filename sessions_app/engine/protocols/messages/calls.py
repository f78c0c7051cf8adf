"""Messages about a live call that several sockets have in common."""

from typing import Annotated, Any, Literal, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from sessions_app.engine.protocols.messages.fields import (
    MAX_KEYS,
    ByeReason,
    FilledText,
    Flag,
    FloorName,
    Milliseconds,
    Role,
    Share,
    State,
    TypedText,
    Whole,
)

# -- from the client -------------------------------------------------------------------


class Text(TypedDict):
    """Words that the caller typed; the agent answers them as if they had been spoken."""

    type: Literal["text"]
    text: TypedText


class Keys(TypedDict):
    """Presses keys of a telephone: 0-9, `*`, `#`, A-D, or `flash` alone; see below."""

    type: Literal["keys"]
    keys: Annotated[
        FilledText, Field(description="such as `12#`", json_schema_extra={"maxLength": MAX_KEYS})
    ]


class InterruptMessage(TypedDict):
    """Stops the answer that the agent is giving."""

    type: Literal["interrupt"]


class AgentMessage(TypedDict):
    """Pauses the agent, or lets it go on."""

    type: Literal["agent"]
    paused: Flag


class SayMessage(TypedDict):
    """Has the agent say this text at once, in place of what it is saying."""

    type: Literal["say"]
    text: TypedText


class MuteMessage(TypedDict):
    """While `muted` is true, the caller is not heard, recorded or recognised."""

    type: Literal["mute"]
    muted: Flag


class ToApp(TypedDict):
    """JSON for the operator's own code, which gets it in `Responder.on_app_message`."""

    type: Literal["app-message"]
    data: NotRequired[Annotated[Any, Field(description="any JSON, null unless told")]]


class HangUpMessage(TypedDict):
    """Ends the call."""

    type: Literal["hang-up"]


ASKED = (Text, Keys, InterruptMessage, AgentMessage, SayMessage, MuteMessage, ToApp, HangUpMessage)
"""What a client may ask of its call, at both sockets and on the data channel `control`."""

# -- to the client ---------------------------------------------------------------------


class Heard(TypedDict):
    """The text of a segment, and whether the user or the agent said it."""

    role: Role
    text: str


class Span(TypedDict):
    """A segment's number, and when it began and ended."""

    seq: Whole
    startMs: Milliseconds
    endMs: Milliseconds


class WordMessage(TypedDict):
    """One word of a segment, with its times and the recogniser's confidence in it."""

    text: str
    startMs: Milliseconds
    endMs: Milliseconds
    confidence: Share | None
    speaker: NotRequired[str]


Confidence = Annotated[Share | None, Field(description="0..1 or null")]
Words = Annotated[
    list[WordMessage],
    Field(
        description="`[{text, startMs, endMs, confidence}]`, with `speaker` where the "
        "recogniser tells several people on one line apart"
    ),
]


class OfFinal(TypedDict):
    """The optional keys of a final: its turn, its telephone key, and how it was interrupted."""

    turn: NotRequired[Whole]
    key: NotRequired[Annotated[str, Field(description="of a telephone, where one was pressed")]]
    interrupted: NotRequired[Annotated[bool, Field(description="true where it was")]]
    fullText: NotRequired[Annotated[str, Field(description="where it was interrupted")]]
    redacted: NotRequired[
        Annotated[bool, Field(description="true where it takes the place of the same `seq`")]
    ]


class FinalDetails(OfFinal):
    """The keys that a final has beyond an interim, with the time of each word."""

    confidence: Confidence
    words: Words


class NoteMessage(TypedDict):
    """One note or action item that the agent wrote down in this call."""

    number: Whole
    kind: Literal["note", "action"]
    text: str
    atMs: Milliseconds


class OfCall(TypedDict):
    """The id of the call that a message is about."""

    callId: NotRequired[Annotated[str, Field(description="at `WS /signaling` with `details`")]]


class FromApp(OfCall):
    """JSON from the operator's own code, which sent it by `host.send_app`."""

    type: Literal["app-message"]
    data: Annotated[Any, Field(description="any JSON")]


class FloorMessage(OfCall):
    """Who has the floor in a call with an agent, whenever that changes."""

    type: Literal["floor"]
    floor: Annotated[
        FloorName,
        Field(description="`listening`, `user_speaking`, `thinking`, `agent_speaking` or `paused`"),
    ]
    atMs: Milliseconds


class Notes(OfCall):
    """What changed in the agent's notes; see below."""

    type: Literal["notes"]
    notes: Annotated[
        list[NoteMessage],
        Field(description="`[{number, kind, text, atMs}]`, `kind` being `note` or `action`"),
    ]
    removed: NotRequired[Annotated[list[Whole], Field(description="numbers")]]
    whole: NotRequired[Annotated[bool, Field(description="true")]]


class GapMessage(OfCall):
    """The connection was lost in between, for half a second or more: nothing said then arrived."""

    type: Literal["gap"]
    startMs: Milliseconds
    endMs: Milliseconds


class StaffMessage(OfCall):
    """Whether a member of staff hears the call now, where the server is set up to tell."""

    type: Literal["staff"]
    listening: Annotated[bool, Field(description="true or false")]


TOLD = (FromApp, FloorMessage, Notes, GapMessage, StaffMessage)


class Status(OfCall):
    """Where the call stands; always on the data channel `control`."""

    type: Literal["status"]
    status: Annotated[
        str, Field(description="a sentence for people, which also says when staff ended the call")
    ]
    state: State


class Error(TypedDict):
    """Something could not be done; the socket stays open."""

    type: Literal["error"]
    code: str
    message: str
    recoverable: bool
    retryAfterS: NotRequired[Annotated[Whole, Field(description="seconds, where waiting helps")]]


class Ending(TypedDict):
    """Why a call ended, and how long it was."""

    callId: str
    reason: ByeReason
    durationMs: Whole


class Bye(Ending):
    """The call has ended, for one of the reasons below."""

    type: Literal["bye"]
