"""RTVI's messages over the data channel `chat`: docs.pipecat.ai, "The RTVI Standard"."""

from typing import Any, Literal, NotRequired

from typing_extensions import TypedDict

ServerKind = Literal[
    "bot-ready",
    "user-started-speaking",
    "user-stopped-speaking",
    "user-transcription",
    "user-llm-text",
    "bot-llm-started",
    "bot-llm-text",
    "bot-llm-stopped",
    "bot-tts-started",
    "bot-tts-text",
    "bot-tts-stopped",
    "bot-transcription",
    "bot-output",
    "bot-started-speaking",
    "bot-stopped-speaking",
    "bot-interrupted",
    "metrics",
    "server-message",
    "server-response",
    "error-response",
    "error",
]


class OfRtvi(TypedDict):
    """What every RTVI message has beside its type."""

    label: Literal["rtvi-ai"]
    id: NotRequired[str]
    data: NotRequired[Any]


class ClientMessage(OfRtvi):
    """A message of an RTVI client; one of any other type gets `error-response`."""

    type: Literal[
        "client-ready",
        "send-text",
        "client-message",
        "dtmf",
        "disconnect-bot",
        "llm-function-call-result",
    ]


class ServerMessage(OfRtvi):
    """A message to an RTVI client: what is said, how the agent answers, or an error."""

    type: ServerKind


class SignallingDetail(TypedDict):
    """The kind of a message of the transport."""

    type: str


class Signalling(TypedDict):
    """A message of the transport itself, beside RTVI."""

    type: Literal["signalling"]
    message: SignallingDetail


CLIENT = (ClientMessage, Signalling)
SERVER = (ServerMessage, Signalling)
