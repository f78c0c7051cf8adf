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
    """What is understood; anything else gets `error-response`."""

    type: Literal[
        "client-ready",
        "send-text",
        "client-message",
        "dtmf",
        "disconnect-bot",
        "llm-function-call-result",
    ]


class ServerMessage(OfRtvi):
    """What is sent."""

    type: ServerKind


class SignallingDetail(TypedDict):
    """What the transport says."""

    type: str


class Signalling(TypedDict):
    """A message of the transport itself, beside RTVI."""

    type: Literal["signalling"]
    message: SignallingDetail


CLIENT = (ClientMessage, Signalling)
SERVER = (ServerMessage, Signalling)
