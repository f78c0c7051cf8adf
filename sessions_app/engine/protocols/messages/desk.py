"""The messages of `WS /ws/calls/<callId>/desk`, which staff look on by: docs/live.md."""

from typing import Literal

from typing_extensions import TypedDict

from sessions_app.engine.protocols.messages.fields import Flag, TypedText


class WhisperMessage(TypedDict):
    """Tells the agent something for its next answers; the caller is not told."""

    type: Literal["whisper"]
    text: TypedText


class ListenMessage(TypedDict):
    """Begins or ends to send the sound of both sides, as bytes."""

    type: Literal["listen"]
    on: Flag


class TakeOverMessage(TypedDict):
    """Silences the agent, until `give-back`."""

    type: Literal["take-over"]


class StaffSaysMessage(TypedDict):
    """Says this in the agent's voice, in a call that was taken over."""

    type: Literal["say"]
    text: TypedText


class GiveBackMessage(TypedDict):
    """Lets the agent answer again."""

    type: Literal["give-back"]
