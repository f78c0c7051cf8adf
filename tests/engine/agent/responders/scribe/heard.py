"""What the scribe makes of an utterance, as short text: "note: buy milk", "undo 2"."""

from sessions_app.engine.agent.responders.scribe.commands import HeardCommand, commands_in
from sessions_app.engine.agent.responders.scribe.note_references import NoteReference
from sessions_app.engine.text.writing import plain_words

WITH_TEXT = ("note", "action", "change")


def heard(text: str) -> list[str]:
    """Returns the commands in an utterance; "?" after what the notes have to bear out."""
    return [_shown(command) for command in commands_in(text)]


def first_command(text: str) -> HeardCommand | None:
    """Returns the first command in an utterance, or None."""
    return next(iter(commands_in(text)), None)


def plain(shown: str) -> str:
    """Returns a command as a table has it, in the form that `heard` gives it."""
    name, _, text = shown.partition(":")
    name = name.strip()
    return f"{name}: {' '.join(plain_words(text))}".rstrip(": ") if text.strip() else name


def _shown(command: HeardCommand) -> str:
    name = str(command.intent)
    if command.notes is not None:
        name += _which(command.notes, only_about=name == "read")
    mark = "" if command.certain else "?"
    return f"{name}{mark}: {' '.join(plain_words(command.text))}".rstrip(": ")


def _which(notes: NoteReference, *, only_about: bool) -> str:
    numbers = " ".join(map(str, notes.numbers))
    if numbers or notes.words:
        return f" {numbers or ' '.join(notes.words)}"
    return "" if only_about else " all"
