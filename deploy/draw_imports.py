"""`make picture`: draws which room of sessions_app imports which, into ARCHITECTURE.md.

The picture is Mermaid's text, made of what the modules import now. An arrow that only repeats a
longer way is left out: where `views` imports `runtime`, and `runtime` imports `services`, there is
no arrow from `views` to `services`.
"""

import re
from collections.abc import Iterable
from itertools import groupby
from operator import itemgetter
from pathlib import Path

import grimp

ROOT = Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "ARCHITECTURE.md"
PACKAGE = "sessions_app"
ENGINE = "engine"
_BELOW = f"{ENGINE}."
LEFT_OUT = frozenset({"migrations"})
"""Rooms that Django writes and nobody reads for their imports."""

BLOCK = re.compile(r"(?<=^```mermaid\n).*?(?=^```$)", re.DOTALL | re.MULTILINE)

Arrow = tuple[str, str]
"""A room, and one that it imports: "views" and "engine.core"."""


def room_of(module: str) -> str:
    """Returns the room of a dotted module; empty for the packages that only hold rooms."""
    _, *path = module.split(".")
    if path[:1] == [ENGINE]:
        return ".".join(path[:2]) if path[1:] else ""
    return path[0] if path and path[0] not in LEFT_OUT else ""


def arrows_of_imports() -> set[Arrow]:
    """Returns which rooms import which, by what the modules on disk import."""
    graph = grimp.build_graph(PACKAGE, cache_dir=None)
    found = {
        (room_of(module), room_of(imported))
        for module in graph.modules
        for imported in graph.find_modules_directly_imported_by(module)
    }
    return {(room, other) for room, other in found if room and other and room != other}


def without_shortcuts(arrows: Iterable[Arrow]) -> list[Arrow]:
    """Returns the arrows, sorted, without those that a longer way of arrows makes needless.

    Raises ValueError where rooms import each other in a circle.
    """
    below: dict[str, set[str]] = {}
    for room, other in arrows:
        below.setdefault(room, set()).add(other)
    reached = {room: _reached(room, below) for room in below}
    if circles := sorted(room for room, rooms in reached.items() if room in rooms):
        raise ValueError(f"These rooms import each other: {', '.join(circles)}.")
    return sorted(
        (room, other)
        for room, others in below.items()
        for other in others
        if not any(other in reached.get(third, ()) for third in others)
    )


def _reached(room: str, below: dict[str, set[str]]) -> set[str]:
    """Returns all rooms that `room` imports, itself or by others."""
    found: set[str] = set()
    ahead = list(below.get(room, ()))
    while ahead:
        if (other := ahead.pop()) not in found:
            found.add(other)
            ahead += below.get(other, ())
    return found


def drawing(arrows: Iterable[Arrow]) -> str:
    """Returns a Mermaid flowchart: the Django half above, the engine below.

    Raises ValueError where a room of the engine has the name of another room.
    """
    kept = sorted(without_shortcuts(arrows), key=lambda arrow: arrow[0].startswith(_BELOW))
    rooms = sorted({room for arrow in kept for room in arrow})
    if len({_name(room) for room in rooms}) < len(rooms):
        raise ValueError("Two rooms have one name, and would be one box.")
    engine = [room for room in rooms if room.startswith(_BELOW)]
    return "\n".join(
        [
            "flowchart TD",
            *_group("django", "sessions_app: Django", [r for r in rooms if r not in engine]),
            *_group("engine", "sessions_app/engine: no Django", engine),
            *(f"  {_name(room)} --> {others}" for room, others in _by_room(kept)),
            "",
        ]
    )


def _group(name: str, title: str, rooms: list[str]) -> list[str]:
    boxes = "; ".join(map(_name, rooms))
    return [f'  subgraph {name}_half["{title}"]', f"    {boxes}", "  end"]


def _by_room(arrows: Iterable[Arrow]) -> list[tuple[str, str]]:
    """Returns each room with all that its arrows lead to, as Mermaid joins them."""
    return [
        (room, " & ".join(_name(other) for _, other in found))
        for room, found in groupby(arrows, itemgetter(0))
    ]


def _name(room: str) -> str:
    return room.removeprefix(_BELOW)


def redrawn(document: str) -> str:
    """Returns the document with its one Mermaid block redrawn; ValueError where it has none."""
    picture = drawing(arrows_of_imports())
    text, count = BLOCK.subn(lambda _: picture, document)
    if count != 1:
        raise ValueError("There must be one block of Mermaid in the document.")
    return text


if __name__ == "__main__":
    DOCUMENT.write_text(redrawn(DOCUMENT.read_text()))
