"""Reading clients' JSON, all of it cleaned: each mistake says what is wrong and how to mend it."""

from collections.abc import Callable, Mapping
from typing import Any

from sessions_app.engine.core.commands import (
    AppMessage,
    Command,
    HangUp,
    Interrupt,
    Mute,
    PauseAgent,
    Press,
    Say,
    Speak,
)
from sessions_app.engine.core.errors import VoiceError
from sessions_app.engine.text.cleaning import read_json

MAX_FRAME_BYTES = 64 * 1024
MAX_TYPED_CHARS = 2_000
MAX_KEYS = 64
LONGEST_NOTICE = 50
KEYS, FLASH = "0123456789*#ABCD", "flash"

Message = dict[str, Any]
Readers = Mapping[str, Callable[[Message], Command | None]]


class ProtocolError(VoiceError):
    """A message that does not follow docs/protocol.md (not retryable)."""

    code = "bad_message"


def parse(text: str, readers: Readers) -> Command | None:
    """Returns what the reader for the message's `type` makes of it.

    Raises ProtocolError with the code of docs/protocol.md and a sentence that helps.
    """
    if len(text) > MAX_FRAME_BYTES:
        raise ProtocolError(
            f"A message may be at most {MAX_FRAME_BYTES // 1024} KiB.", code="too_large"
        )
    try:
        message = read_json(text)
    except ValueError as error:
        raise ProtocolError("A message must be a JSON object.", code="bad_json") from error
    if not isinstance(message, dict):
        raise ProtocolError("A message must be a JSON object.", code="bad_json")
    kind = message.get("type")
    reader = readers.get(kind) if isinstance(kind, str) else None
    if reader is None:
        known = ", ".join(readers)
        raise ProtocolError(f"`type` must be one of: {known}.", code="unknown_type")
    return reader(message)


_NAMES = {str: "text", dict: "an object", list: "a list", int: "a number", float: "a number"}
"""What JSON's values are called by whoever writes a client."""


def required(message: Mapping[str, Any], key: str, kind: type) -> Any:
    """Returns a value that must be there; raises ProtocolError."""
    value = message.get(key)
    if not isinstance(value, kind) or value == "":
        raise ProtocolError(f"`{key}` is missing, or not {_NAMES[kind]}.")
    return value


def optional(message: Mapping[str, Any], key: str, kind: type, default: Any) -> Any:
    """Returns a value, or `default` where it is missing or null; raises ProtocolError."""
    value = message.get(key)
    if value is None:
        return default
    if not isinstance(value, kind):
        raise ProtocolError(f"`{key}` must be {_NAMES[kind]}.")
    return value


def whole(message: Mapping[str, Any], key: str, default: int) -> int:
    """Returns a whole number from 0; raises ProtocolError."""
    value = message.get(key)
    if value is None:
        return default
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ProtocolError(f"`{key}` must be a whole number, 0 or more.")
    return value


def flag(message: Mapping[str, Any], key: str) -> bool:
    """Returns a truth value that must be there; raises ProtocolError."""
    value = message.get(key)
    if not isinstance(value, bool):
        raise ProtocolError(f"`{key}` must be true or false.")
    return value


def typed(message: Mapping[str, Any]) -> str:
    """Returns what was typed instead of said, without space around it; raises ProtocolError."""
    text = str(required(message, "text", str)).strip()
    if not text or len(text) > MAX_TYPED_CHARS:
        raise ProtocolError(f"`text` must hold 1 to {MAX_TYPED_CHARS} characters.")
    return text


def pressed(given: str, name: str) -> tuple[str, ...]:
    """Returns the keys of a telephone that a text names; raises ProtocolError.

    `name` is what the client calls them. A letter is one of the fourth column, of any case.
    """
    keys = (FLASH,) if given == FLASH else tuple(given.upper().replace(" ", ""))
    if not 0 < len(keys) <= MAX_KEYS or not set(keys) <= {*KEYS, FLASH}:
        raise ProtocolError(f"`{name}` must be 1 to {MAX_KEYS} keys of a telephone, such as 12#.")
    return keys


def asked_of_a_call() -> dict[str, Callable[[Message], Command | None]]:
    """Returns readers of what clients ask of a call that goes on, the same at every socket."""
    return {
        "text": lambda message: Say(typed(message)),
        "keys": lambda message: Press(pressed(required(message, "keys", str), "keys")),
        "say": lambda message: Speak(typed(message)),
        "interrupt": lambda _: Interrupt(),
        "agent": lambda message: PauseAgent(flag(message, "paused")),
        "mute": lambda message: Mute(flag(message, "muted")),
        "app-message": lambda message: AppMessage(message.get("data")),
        "hang-up": lambda _: HangUp(),
    }


def features(message: Mapping[str, Any]) -> frozenset[str]:
    """Returns what the client says that it understands; raises ProtocolError."""
    given = optional(message, "features", list, [])
    if not all(isinstance(item, str) for item in given):
        raise ProtocolError("`features` must be a list of names.")
    return frozenset(given)


def consent(message: Mapping[str, Any]) -> tuple[bool, str]:
    """Returns whether the caller agreed to be recorded, and by which notice.

    Raises ProtocolError: who sends 1 or "true" would take the call for recorded.
    """
    given = optional(message, "consent", dict, {})
    recording, notice = given.get("recording"), given.get("notice")
    if not isinstance(recording, bool | None):
        raise ProtocolError("`consent.recording` must be true or false.")
    if not isinstance(notice, str | None):
        raise ProtocolError("`consent.notice` must be text.")
    return recording is True, (notice or "")[:LONGEST_NOTICE]
