"""What changes in an agent's notes."""

from typing import Any


def changed_notes(notes: list[dict[str, Any]], change: dict[str, Any]) -> list[dict[str, Any]]:
    """Returns the notes after a `notes` message, which has only what changed."""
    gone = {*change.get("removed", ()), *(note["number"] for note in change["notes"])}
    kept = [] if change.get("whole") else notes
    left = [note for note in kept if note["number"] not in gone]
    return sorted([*left, *change["notes"]], key=lambda note: int(note["number"]))
