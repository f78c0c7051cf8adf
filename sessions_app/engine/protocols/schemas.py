"""The messages of each door as JSON Schema (2020-12), served at /api/v1/protocol/.

They are generated from the types in `messages`, by which the messages are parsed and built.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema

from sessions_app.engine.protocols.messages import http, rtvi, signaling, stream, vosk

Schema = dict[str, Any]

DRAFT = "https://json-schema.org/draft/2020-12/schema"
NOTHING: Schema = {"not": {}}
"""The schema of a side that sends no messages."""


@dataclass(frozen=True, slots=True)
class DoorMessages:
    """One door: its title, and the types of the client's and the server's messages."""

    title: str
    client: tuple[type, ...]
    server: tuple[type, ...]


DOORS: dict[str, DoorMessages] = {
    "signaling": DoorMessages("WS /signaling", signaling.CLIENT, signaling.SERVER),
    "stream": DoorMessages("WS /ws/voice", stream.CLIENT, stream.SERVER),
    "live": DoorMessages("WS /ws/calls/<callId>/live", (), signaling.LIVE),
    "session": DoorMessages("POST /session", http.SESSION_CLIENT, http.SESSION_SERVER),
    "offer": DoorMessages("POST /api/voice/offer", http.OFFER_CLIENT, http.OFFER_SERVER),
    "pipecat": DoorMessages(
        "POST /start, POST and PATCH /api/offer", http.PIPECAT_CLIENT, http.PIPECAT_SERVER
    ),
    "rtvi": DoorMessages("Data channel chat (RTVI)", rtvi.CLIENT, rtvi.SERVER),
    "vosk": DoorMessages("WS / and POST /offer (vosk-server's clients)", vosk.CLIENT, vosk.SERVER),
}
"""Each door by its name in the URL."""


@cache
def schema_of(door: str) -> Schema:
    """Returns the schema of one of DOORS; `client` and `server` are a schema each."""
    plan = DOORS[door]
    sides = {"client": _any_of(plan.client), "server": _any_of(plan.server)}
    return {"$schema": DRAFT, "title": plan.title} | sides


@cache
def message_schema(shape: type) -> Schema:
    """Returns the schema of one type of `messages`, which refers to no other."""
    made = TypeAdapter(shape).json_schema(schema_generator=_Untitled)
    within: Schema = _inlined(made, made.pop("$defs", {}))
    return within


def kind_of(schema: Schema) -> str:
    """Returns the `type` of the message that a schema is of; empty where it has none."""
    kind: str = schema["properties"].get("type", {}).get("const", "")
    return kind


def kinds(door: str, side: str) -> set[str]:
    """Returns the types of the messages that one side of a door sends."""
    shapes: Iterable[type] = getattr(DOORS[door], side)
    return {kind for shape in shapes if (kind := kind_of(message_schema(shape)))}


def _any_of(shapes: tuple[type, ...]) -> Schema:
    return {"anyOf": [message_schema(shape) for shape in shapes]} if shapes else NOTHING


class _Untitled(GenerateJsonSchema):
    """Leaves out titles that repeat the names of keys; types have the titles that clients know."""

    def typed_dict_schema(self, schema: Any) -> Any:
        made = super().typed_dict_schema(schema)
        if made.get("title", "") not in {"", "ClientMessage", "ServerMessage"}:  # RTVI's own names
            made["title"] = made["title"].removesuffix("Message").removeprefix("Vosk")
        return made

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


def _inlined(schema: Any, definitions: Schema) -> Any:
    """Returns a schema with the types that it names put in their places."""
    if isinstance(schema, list):
        return [_inlined(item, definitions) for item in schema]
    if not isinstance(schema, dict):
        return schema
    named = schema.get("$ref")
    if named is not None:
        rest = {key: value for key, value in schema.items() if key != "$ref"}
        return _inlined(definitions[named.rpartition("/")[2]] | rest, definitions)
    return {key: _inlined(value, definitions) for key, value in schema.items()}
