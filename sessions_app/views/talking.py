"""The agent's notes, for the page of a call."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sessions_app.engine.core.events import NoteKind
from sessions_app.i18n import gettext_lazy
from sessions_app.models import Note
from sessions_app.views import wording

NOTE_KINDS = {
    NoteKind.NOTE.value: gettext_lazy("Note"),
    NoteKind.ACTION.value: gettext_lazy("To do"),
}


@dataclass(frozen=True, slots=True)
class ShownNote:
    """A note of the agent; `seq` is the segment during which it was made."""

    kind: str
    label: str
    text: str
    time: str
    seq: int | None


def notes(kept: Iterable[Note], starts: Mapping[int, int]) -> list[ShownNote]:
    """Returns the agent's notes, each with the last line that began before it.

    `starts` maps each line's `seq`, in the order of the lines, to its start on the call clock.
    """
    return [
        ShownNote(
            kind=note.kind,
            label=NOTE_KINDS[note.kind],
            text=note.text,
            time=wording.clock(note.at_ms),
            seq=next((seq for seq in reversed(starts) if starts[seq] <= note.at_ms), None),
        )
        for note in kept
    ]
