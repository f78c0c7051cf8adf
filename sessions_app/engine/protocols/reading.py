"""Parses clients' JSON and cleans all text; errors say what is wrong and how to fix it."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import (
    Annotated,
    Any,
    Generic,
    TypeVar,
    get_args,
    get_origin,
    get_type_hints,
)

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails
from typing_extensions import TypedDict

from sessions_app.engine.core import call_data
from sessions_app.engine.core.call_data import CallData, CallDataError
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
from sessions_app.engine.protocols.messages import calls
from sessions_app.engine.protocols.messages.fields import (
    LONGEST_NOTICE,
    MAX_KEYS,
    Consent,
    Says,
    TypedText,
)
from sessions_app.engine.text.cleaning import read_json

MAX_FRAME_BYTES = 64 * 1024
"""The limit of one message of JSON. Larger ones take longer to parse, while other calls wait."""

KEYS, FLASH = "0123456789*#ABCD", "flash"

Message = dict[str, Any]
Told = Mapping[str, Any]
"""A message to a client: one of the TypedDicts of `messages`, maybe with more keys."""

T = TypeVar("T")


class ProtocolError(VoiceError):
    """A message that does not follow docs/protocol.md (not retryable)."""

    code = "bad_message"


def parse(text: str, readers: Mapping[str, Callable[[Message], T]]) -> T:
    """Returns the command that the reader for the message's `type` returns.

    Raises ProtocolError with a code of docs/protocol.md and a sentence that says how to fix it.
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


_USUAL = {
    "string_type": "must be text.",
    "dict_type": "must be an object.",
    "list_type": "must be a list.",
    "bool_type": "must be true or false.",
    "int_type": "must be a whole number, 0 or more.",
    "greater_than_equal": "must be a whole number, 0 or more.",
}
"""The default sentence for each of pydantic's error types, unless the key has another (`Says`)."""


class Reader(Generic[T]):
    """Checks messages against one type of `messages`, a TypedDict.

    `wrong` is the class of the error to raise; its message is about the first mistake, in the
    order of the type's keys.
    """

    def __init__(self, shape: type[T], wrong: type[VoiceError] = ProtocolError) -> None:
        self._shape = shape
        self._wrong = wrong
        self._validate = TypeAdapter(shape).validator.validate_python

    def __call__(self, message: Mapping[str, Any]) -> T:
        """Returns the keys of a message that the type has; raises `wrong` (not retryable)."""
        try:
            read: T = self._validate(message, strict=True)
        except ValidationError as error:
            # not chained: pydantic's error quotes what the client sent
            first = error.errors(include_url=False, include_context=False)[0]
            raise self._wrong(sentence(self._shape, first)) from None
        return read


def sentence(shape: Any, mistake: ErrorDetails) -> str:
    """Returns the sentence for the client about a mistake in a message of the type `shape`."""
    path = [step for step in mistake["loc"] if isinstance(step, str)]
    kind = mistake["type"]
    if kind == "string_too_short" and mistake["input"] == "":
        kind = "missing"
    said = next(filter(None, (says.sentence(kind) for says in _says(shape, path))), "")
    said = said or _USUAL.get(kind, "is wrong: see docs/protocol.md.")
    return said if said.startswith("`") else f"`{path[-1]}` {said}"


def _says(shape: Any, path: list[str]) -> list[Says]:
    """Returns the sentences about mistakes of the key at the end of `path`."""
    found: list[Says] = []
    for name in path:
        shape, found = _unwrapped(_hints(shape)[name])
    return found


@cache
def _hints(shape: Any) -> dict[str, Any]:
    """Returns the types of a TypedDict's keys; cached, as this is the slowest part."""
    return get_type_hints(shape, include_extras=True)


def _unwrapped(hint: Any) -> tuple[Any, list[Says]]:
    """Returns the type within a hint (of a list, that of its items), and its `Says`."""
    says: list[Says] = []
    while get_origin(hint) is not None:
        if get_origin(hint) is Annotated:
            says += [extra for extra in hint.__metadata__ if isinstance(extra, Says)]
        hint = get_args(hint)[0]
    return hint, says


class _Typed(TypedDict):
    text: TypedText


_typed: Reader[_Typed] = Reader(_Typed)


def typed(message: Mapping[str, Any]) -> str:
    """Returns typed text without white space around it; raises ProtocolError."""
    return _typed(message)["text"]


def read_keys(given: str, name: str) -> tuple[str, ...]:
    """Returns the DTMF keys in a text; raises ProtocolError, whose message names the key `name`.

    A, B, C and D, in either case, are the fourth column of the keypad.
    """
    keys = (FLASH,) if given == FLASH else tuple(given.upper().replace(" ", ""))
    if not 0 < len(keys) <= MAX_KEYS or not set(keys) <= {*KEYS, FLASH}:
        raise ProtocolError(f"`{name}` must be 1 to {MAX_KEYS} keys of a telephone, such as 12#.")
    return keys


_read_text, _read_say = Reader(calls.Text), Reader(calls.SayMessage)
_read_keys, _read_agent, _read_mute = (
    Reader(calls.Keys),
    Reader(calls.AgentMessage),
    Reader(calls.MuteMessage),
)

ASKED_OF_A_CALL: dict[str, Callable[[Message], Command | None]] = {
    "text": lambda message: Say(_read_text(message)["text"]),
    "keys": lambda message: Press(read_keys(_read_keys(message)["keys"], "keys")),
    "say": lambda message: Speak(_read_say(message)["text"]),
    "interrupt": lambda _: Interrupt(),
    "agent": lambda message: PauseAgent(_read_agent(message)["paused"]),
    "mute": lambda message: Mute(_read_mute(message)["muted"]),
    "app-message": lambda message: AppMessage(message.get("data")),
    "hang-up": lambda _: HangUp(),
}
"""Readers of the commands for a live call, the same on every socket."""


def read_call_data(given: Mapping[str, Any], wrong: type[VoiceError] = ProtocolError) -> CallData:
    """Returns the `variables` and `metadata` of a message that starts a call; raises `wrong`."""
    try:
        return call_data.read(given.get("variables"), given.get("metadata"))
    except CallDataError as error:
        raise wrong(str(error)) from None


def agreed(consent: Consent | None) -> tuple[bool, str]:
    """Returns whether the caller agreed to be recorded, and by which notice."""
    given = consent or {}
    return given.get("recording") is True, (given.get("notice") or "")[:LONGEST_NOTICE]
