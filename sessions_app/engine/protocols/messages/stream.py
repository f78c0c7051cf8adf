"""The messages of `WS /ws/voice`."""

from typing import Annotated, Literal, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from sessions_app.engine.protocols.messages import calls
from sessions_app.engine.protocols.messages.fields import (
    Consent,
    Lenient,
    Metadata,
    Names,
    Variables,
    Whole,
)

# -- from the client -------------------------------------------------------------------


class Audio(TypedDict):
    """The audio that the client sends: a codec, and for raw samples rate in Hz and channels."""

    codec: NotRequired[str | None]
    sampleRate: NotRequired[Whole | None]
    sample_rate: NotRequired[Whole | None]
    channels: NotRequired[Annotated[Whole, Field(json_schema_extra={"enum": [1, 2]})] | None]


class Output(TypedDict):
    """The audio of the agent's voice: a codec, and for raw samples the rate in Hz."""

    codec: NotRequired[str | None]
    sample_rate: NotRequired[Whole | None]
    sampleRate: NotRequired[Whole | None]


class Auth(TypedDict):
    """An API token, where neither cookie nor header of the socket says who calls."""

    token: NotRequired[str | None]


class SessionStart(TypedDict):
    """Starts a call, or goes on with one; with `check` it only [tries the way](#trying-the-way)."""

    type: Literal["session_start"]
    consent: NotRequired[Consent | None]
    audio: NotRequired[Audio | None]
    output: NotRequired[Output | None]
    agentId: NotRequired[str | None]
    features: NotRequired[Names | None]
    callId: NotRequired[str | None]
    locale: NotRequired[str | None]
    voice: NotRequired[str | None]
    auth: NotRequired[Auth | None]
    lastSeq: NotRequired[Whole | None]
    continues: NotRequired[Lenient]
    heldMs: NotRequired[Whole | None]
    variables: NotRequired[Variables | None]
    metadata: NotRequired[Metadata | None]
    check: NotRequired[Lenient]


class AudioChunk(TypedDict):
    """Says something about the binary frame that follows, in any keys; it is not needed."""

    type: Literal["audio_chunk"]


class AudioEnd(TypedDict):
    """The caller stopped speaking, or sending; what was said is recognised at once."""

    type: Literal["audio_end"]


class SessionEnd(TypedDict):
    """Ends the call; closing the socket with 1000 or 1001 does too."""

    type: Literal["session_end"]


CLIENT = (SessionStart, AudioChunk, AudioEnd, *calls.ASKED, SessionEnd)

# -- to the client ---------------------------------------------------------------------


class SessionStarted(TypedDict):
    """The call has begun, or goes on, and audio may come now.

    `received` binary frames of this stream came before; the last `backlogMs` of what the client
    held are wanted first.
    """

    type: Literal["session_started"]
    callId: str
    resumed: bool
    received: Whole
    backlogMs: Whole
    resumeToken: NotRequired[Annotated[str, Field(description="for who came with a ticket")]]


class TranscriptPartial(calls.Heard, calls.Span):
    """The words so far of a segment that is still being spoken."""

    type: Literal["transcript_partial"]


class TranscriptFinal(calls.Heard, calls.Span, calls.FinalDetails):
    """A segment whose words do not change any more."""

    type: Literal["transcript_final"]


class TokenMessage(TypedDict):
    """The next piece of the agent's answer, as it is generated."""

    type: Literal["llm_token"]
    turn: Whole
    text: str


class VoiceChunkMessage(TypedDict):
    """The binary frame that follows is the agent's voice."""

    type: Literal["tts_audio_chunk"]
    seq: Whole
    codec: Annotated[str, Field(json_schema_extra={"enum": ["pcm16", "opus"]})]
    sampleRate: Whole
    channels: Literal[1]
    durationMs: Whole
    bytes: Whole
    sizes: NotRequired[Annotated[list[Whole], Field(description="of the packets, for `opus`")]]


class TurnEnd(TypedDict):
    """The answer is over; when it was interrupted, drop what you have not played."""

    type: Literal["turn_end"]
    turn: Whole
    interrupted: bool


class AudioAck(TypedDict):
    """So many binary frames came; for clients with the feature `acks`."""

    type: Literal["audio_ack"]
    received: Whole


class SessionEnded(calls.Ending):
    """The call is over; the socket is closed with 1000."""

    type: Literal["session_ended"]


SERVER = (
    *(
        SessionStarted,
        TranscriptPartial,
        TranscriptFinal,
        TokenMessage,
        VoiceChunkMessage,
        TurnEnd,
        AudioAck,
    ),
    *(*calls.TOLD, calls.Status, SessionEnded, calls.Error),
)
