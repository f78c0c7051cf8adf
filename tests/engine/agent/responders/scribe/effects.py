"""What the scribe does for an utterance, with notes kept and just read out: "change 1: milk"."""

import asyncio
import re
from pathlib import Path

from sessions_app.engine.agent.responders.base import Message
from sessions_app.engine.agent.responders.scribe.changes import CHANGED
from sessions_app.engine.agent.responders.scribe.commands import commands_in
from sessions_app.engine.agent.responders.scribe.responder import ScribeResponder
from sessions_app.engine.core.events import NoteKind, NoteTaken, Speaker
from sessions_app.engine.text.writing import plain_words
from tests.engine.agent.responders.scribe.rooms import Room

KEPT = (
    (NoteKind.NOTE, "call Bob about the roof"),
    (NoteKind.ACTION, "buy oat milk"),
    (NoteKind.NOTE, "the meeting is at nine on Thursday"),
    (NoteKind.ACTION, "send the invoice to Clara"),
)
READ_OUT = (
    "You have 4 notes. Note 1: call Bob about the roof. Action item 2: buy oat milk. "
    "Note 3: the meeting is at nine on Thursday. Action item 4: send the invoice to Clara."
)
_ABOUT_NOTES = re.compile(r"(?:Note|Action item) (\d+)")
_OF_NOTES = frozenset({"note", "action", "read", "undo", "change", "restore", "redo"})


def rows(file: Path) -> list[tuple[str, str]]:
    """Returns the lines of a table: what is said, and what is to be done."""
    lines = [line for line in file.read_text().splitlines() if line and not line.startswith("#")]
    split = (line.rpartition("|") for line in lines)
    return [(text.strip(), _plain(shown)) for text, _, shown in split]


def effect(text: str) -> str:
    """Returns what is done to the notes, or else which command was obeyed; "-" for nothing."""
    room = Room(ScribeResponder())
    for kind, kept in KEPT:
        room.host.add_note(kind, kept)
    room.messages += [Message(Speaker.CALLER, "Read my notes."), Message(Speaker.AGENT, READ_OUT)]
    before = list(room.host.kept)
    answer = asyncio.run(room.ask(text))
    after = list(room.host.kept)
    if after != before:
        return _changes(before, after)
    others = [str(c.intent) for c in commands_in(text) if str(c.intent) not in _OF_NOTES]
    if others:
        return " ".join(others)
    if answer.startswith(("You have", "Note", "Action item")):
        found = sorted({*_ABOUT_NOTES.findall(answer)})
        return "read" if answer.startswith("You have") else f"read {' '.join(found)}"
    if answer.startswith("No note has"):
        return "read none"
    if answer.startswith(CHANGED) or not answer:
        return "-"
    return "-"


def _changes(before: list[NoteTaken], after: list[NoteTaken]) -> str:
    """Returns how the notes differ now."""
    if len(after) < len(before):
        left = [note.text for note in after]
        return (
            f"undo {' '.join(str(n + 1) for n, one in enumerate(before) if one.text not in left)}"
        )
    pairs = zip(before, after, strict=False)
    changed = [(n, new) for n, (old, new) in enumerate(pairs, 1) if old.text != new.text]
    shown = [f"change {n}: {_words(new.text)}" for n, new in changed]
    shown += [f"{note.kind}: {_words(note.text)}" for note in after[len(before) :]]
    return "; ".join(shown)


def _plain(shown: str) -> str:
    parts = (part.partition(":") for part in shown.split(";"))
    return "; ".join(
        f"{name.strip()}: {_words(text)}" if text.strip() else name.strip()
        for name, _, text in parts
    )


def _words(text: str) -> str:
    return " ".join(plain_words(text))
