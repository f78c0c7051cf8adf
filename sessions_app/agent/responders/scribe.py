"""The agent that needs no language model: takes notes, reads them back, keeps the time."""

from collections.abc import AsyncGenerator, Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from sessions_app.agent.responders.base import Conversation, NoteRefusedError, Responder
from sessions_app.agent.responders.commands import Command, agrees, understood
from sessions_app.core.events import Note, NoteKind, Speaker

WHAT_NOTE = "What shall I write down?"
WHAT_ACTION = "What is to be done?"
SURE = "Shall I end the call?"
HELP = (
    "Say take a note, or action item, and then what I shall write down. "
    "Say read my notes, undo, recap, repeat, what time is it, or end the call."
)
NO_MODEL = "I can take notes and read them back. No language model is configured, so I cannot chat."
MOST_RECALLED, MOST_LOOKED_AT = 5, 100
PART = 6
"""A question of which fewer letters were heard was not understood."""


class ScribeResponder(Responder):
    """Obeys a dozen commands, and is silent otherwise.

    What it asked last tells how the next words are meant; all of that is in the conversation.
    `time_zone` is an IANA name.
    """

    speculative = False

    def __init__(self, time_zone: str = "UTC") -> None:
        self._zone = ZoneInfo(time_zone)
        self._obeys: dict[Command, Callable[[Conversation, str], str]] = {
            Command.NOTE: self._note,
            Command.ACTION: self._action,
            Command.READ: self._read,
            Command.UNDO: self._undo,
            Command.RECAP: self._recap,
            Command.REPEAT: self._repeat,
            Command.TIME: self._time,
            Command.LENGTH: self._length,
            Command.QUIET: lambda _c, _r: "",
            Command.HELP: lambda _c, _r: HELP,
            Command.END: lambda _c, _r: SURE,
            Command.HELLO: self._hello,
        }

    async def stream(self, conversation: Conversation) -> AsyncGenerator[str, None]:
        answer = self._answer(conversation)
        if answer:
            yield answer

    def _answer(self, conversation: Conversation) -> str:
        asked = _asked(conversation)
        text = conversation.last_text
        if asked in (WHAT_NOTE, WHAT_ACTION):
            kind = NoteKind.NOTE if asked == WHAT_NOTE else NoteKind.ACTION
            return self._write(conversation, kind, text)
        if asked == SURE:
            if agrees(text):
                conversation.host.end_call()
                return "All right."
            return "I stay."
        heard = understood(text)
        if heard is None:
            return self._unasked(conversation)
        return self._obeys[heard.command](conversation, heard.rest)

    def _note(self, conversation: Conversation, rest: str) -> str:
        return self._write(conversation, NoteKind.NOTE, rest) if rest else WHAT_NOTE

    def _action(self, conversation: Conversation, rest: str) -> str:
        return self._write(conversation, NoteKind.ACTION, rest) if rest else WHAT_ACTION

    def _write(self, conversation: Conversation, kind: NoteKind, text: str) -> str:
        try:
            note = conversation.host.add_note(kind, text)
        except NoteRefusedError as refused:
            return str(refused)
        what = "Noted" if kind is NoteKind.NOTE else "Action item"
        return f"{what}: {note.text}."

    def _read(self, conversation: Conversation, _rest: str) -> str:
        notes = conversation.host.notes
        if not notes:
            return "There are no notes yet."
        counted = "one note" if len(notes) == 1 else f"{len(notes)} notes"
        return " ".join([f"You have {counted}.", *(_line(note) for note in notes)])

    def _undo(self, conversation: Conversation, _rest: str) -> str:
        note = conversation.host.undo_note()
        return f"Removed: {note.text}." if note else "There is nothing to undo."

    def _recap(self, conversation: Conversation, _rest: str) -> str:
        newest = conversation.messages[:-1][-MOST_LOOKED_AT:]
        said = [m.text for m in newest if m.speaker is Speaker.CALLER]
        told = [text for text in said if understood(text) is None][-MOST_RECALLED:]
        notes = [_line(note) for note in conversation.host.notes]
        if not told and not notes:
            return "There is nothing to tell yet."
        return " ".join([*(["You said:"] if told else []), *(f"{text}." for text in told), *notes])

    def _repeat(self, conversation: Conversation, _rest: str) -> str:
        return _last_said(conversation) or "I have not said anything yet."

    def _time(self, _conversation: Conversation, _rest: str) -> str:
        now = datetime.now(self._zone)
        return f"It is {now.hour % 12 or 12} {now.minute:02} {'a.m.' if now.hour < 12 else 'p.m.'}"  # noqa: PLR2004

    def _length(self, conversation: Conversation, _rest: str) -> str:
        minutes, seconds = divmod(round(conversation.host.now_ms() / 1000), 60)
        parts = [_counted(minutes, "minute")] if minutes else []
        return f"We have talked for {' and '.join([*parts, _counted(seconds, 'second')])}."

    def _hello(self, conversation: Conversation, _rest: str) -> str:
        return f"Hello. {self._once(conversation)}".strip()

    def _unasked(self, conversation: Conversation) -> str:
        """Answers somebody who talks to it and means no command; keeps out of plain talk."""
        text = f" {conversation.last_text.lower()} "
        named = " scribe " in text or ((name := conversation.persona.name.lower()) and name in text)
        if not named and not text.strip().endswith("?"):
            return ""
        return self._once(conversation) or "Say help to hear what I can do."

    def _once(self, conversation: Conversation) -> str:
        told = any(NO_MODEL in m.text for m in conversation.messages)
        return "" if told else NO_MODEL


def _asked(conversation: Conversation) -> str:
    """Returns the question that the scribe asked last, heard whole or in part; else nothing."""
    said = [m for m in conversation.messages if m.speaker is Speaker.AGENT]
    if not said:
        return ""
    heard = said[-1].text
    for question in (WHAT_NOTE, WHAT_ACTION, SURE):
        if heard.endswith(question):
            return question
        if said[-1].interrupted and len(heard) >= PART and question.startswith(heard):
            return question
    return ""


def _last_said(conversation: Conversation) -> str:
    said = (m.text for m in reversed(conversation.messages) if m.speaker is Speaker.AGENT)
    return next(said, "")


def _line(note: Note) -> str:
    what = "Note" if note.kind is NoteKind.NOTE else "Action item"
    return f"{what} {note.number}: {note.text}."


def _counted(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"
