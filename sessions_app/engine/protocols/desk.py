"""The protocol of `WS /ws/calls/<callId>/desk`, by which staff watch a live call: docs/live.md."""

from collections.abc import Callable
from typing import Any

from sessions_app.engine.core.desk import (
    DeskCommand,
    DeskState,
    GiveBack,
    Listen,
    StaffSays,
    TakeOver,
    Whisper,
)
from sessions_app.engine.core.events import StaffActed
from sessions_app.engine.protocols import reading
from sessions_app.engine.protocols.messages import desk
from sessions_app.engine.protocols.reading import Message, ProtocolError, Reader

Told = dict[str, Any]

# -- from the client -------------------------------------------------------------------

_read_whisper, _read_says = Reader(desk.WhisperMessage), Reader(desk.StaffSaysMessage)
_read_listen = Reader(desk.ListenMessage)

_READERS: dict[str, Callable[[Message], DeskCommand]] = {
    "whisper": lambda message: Whisper(_read_whisper(message)["text"]),
    "listen": lambda message: Listen(_read_listen(message)["on"]),
    "take-over": lambda _: TakeOver(),
    "say": lambda message: StaffSays(_read_says(message)["text"]),
    "give-back": lambda _: GiveBack(),
}


def parse(message: str | bytes) -> DeskCommand:
    """Returns the command of a message; raises ProtocolError (not retryable)."""
    if isinstance(message, bytes):
        raise ProtocolError("Send text with JSON.", code="bad_json")
    return reading.parse(message, _READERS)


# -- to the client ---------------------------------------------------------------------


def state(now: DeskState, member: int) -> Told:
    """Returns the `desk` message: the call's state, for the user with the key `member`."""
    told: Told = {
        "type": "desk",
        "caller": now.caller_speaks,
        "agent": now.agent_speaks,
        "over": now.over,
        "answers": now.answers,
        "heeds": now.heeds,
        "listeners": now.listeners,
    }
    if now.held_by is not None:
        told |= {"heldBy": now.held_by.name, "mine": now.held_by.key == member}
    return told


def acted(event: StaffActed) -> Told:
    """Returns the `acted` message: what somebody did, by their user's name."""
    told: Told = {
        "type": "acted",
        "deed": event.action.value,
        "by": event.by.name,
        "atMs": round(event.at_ms),
    }
    return told | ({"text": event.text} if event.text else {})
