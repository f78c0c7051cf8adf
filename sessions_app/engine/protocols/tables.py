"""The tables of messages in docs/protocol.md, made from the types in `messages`.

`make protocol` replaces them, between the marks `<!-- messages: signaling client -->` and
`<!-- end of messages -->`. A test says when the document is not current.
"""

import re
from itertools import pairwise
from pathlib import Path

from sessions_app.engine.protocols.messages.fields import CALL_CLOCK
from sessions_app.engine.protocols.schemas import DOORS, Schema, kind_of, message_schema

DOCUMENT = Path(__file__).parents[3] / "docs" / "protocol.md"
MARKED = re.compile(
    r"(<!-- messages: (\w+) (client|server) -->\n)(.*?)(<!-- end of messages -->)", re.DOTALL
)
HEAD = "| message | keys | meaning |\n| --- | --- | --- |\n"


def filled(document: str) -> str:
    """Returns the document with each table between its marks as the types have it."""
    return MARKED.sub(lambda found: found[1] + table(found[2], found[3]) + found[5], document)


def table(door: str, side: str) -> str:
    """Returns the table of what one side sends at one of DOORS."""
    shapes: tuple[type, ...] = getattr(DOORS[door], side)
    return HEAD + "".join(_row(message_schema(shape), door) for shape in shapes)


def _row(schema: Schema, door: str) -> str:
    meaning = " ".join(schema["description"].split())
    keys = _keys(schema, door)
    return f"| `{kind_of(schema)}` | {keys}{' ' if keys else ''}| {meaning} |\n"


def _keys(schema: Schema, door: str) -> str:
    """Returns the keys beside `type`: those that must be there, and then the others."""
    elsewhere = "" if door == "signaling" else "at `WS /signaling`"
    keys: Schema = {
        key: about
        for key, about in schema["properties"].items()
        if key != "type" and not (elsewhere and about.get("description", "").startswith(elsewhere))
    }
    needed = [_key(key, about) for key, about in keys.items() if key in schema["required"]]
    others = [_key(key, about) for key, about in keys.items() if key not in schema["required"]]
    listed = [_listed(needed)] if needed else []
    listed += [f"optional {_listed(others)}"] if others else []
    return "; ".join(listed)


def _key(name: str, about: Schema) -> str:
    said = about.get("description", CALL_CLOCK)
    return f"`{name}`" if said == CALL_CLOCK else f"`{name}`: {said}"


def _listed(keys: list[str]) -> str:
    """Returns the keys in a row, with a semicolon around those of which something is said."""
    parts = keys[:1]
    for before, key in pairwise(keys):
        parts += ["; " if ": " in before or ": " in key else ", ", key]
    return "".join(parts)


def main() -> None:
    """Replaces the tables of the document."""
    DOCUMENT.write_text(filled(DOCUMENT.read_text()))


if __name__ == "__main__":
    main()
