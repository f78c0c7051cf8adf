"""The agent that needs no language model: takes notes, reads them back, tells time and date."""

import itertools
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sessions_app.engine.agent.responders.base import Conversation, NoteRefusedError, Responder
from sessions_app.engine.agent.responders.scribe import tidying
from sessions_app.engine.agent.responders.scribe.answers import agrees, declines, dictated
from sessions_app.engine.agent.responders.scribe.breaths import in_one_breath
from sessions_app.engine.agent.responders.scribe.commands import (
    HeardCommand,
    fact,
    orders,
    talk,
    with_time,
)
from sessions_app.engine.agent.responders.scribe.corrections import corrected, put_right
from sessions_app.engine.agent.responders.scribe.readings import read_out
from sessions_app.engine.agent.responders.scribe.removals import WHICH, choice, line
from sessions_app.engine.agent.responders.scribe.vocabulary import TAKES_TEXT, Intent, hints
from sessions_app.engine.agent.responders.scribe.which import counted, which
from sessions_app.engine.agent.responders.scribe.words import spoken
from sessions_app.engine.core.agent_config import AgentConfig
from sessions_app.engine.core.errors import ResponderError
from sessions_app.engine.core.events import NoteKind, Speaker
from sessions_app.engine.text.languages import base_of
from sessions_app.engine.text.writing import closed

WHAT_NOTE = "What should I write down?"
WHAT_ACTION = "What needs to be done?"
NOTHING = "All right, nothing was written down."
SURE = "Should I end the call?"
WRITTEN = {NoteKind.NOTE: "Noted", NoteKind.ACTION: "Action item"}
STILL_HERE = "OK, I'm still here."
"""Without it the question would stand: a later "okay" would end the call."""

HELP = (
    "Say take a note, or action item, and then what to write down. "
    "Say read my notes, delete number two, undo, recap, repeat, what time is it, what day is it, "
    "or end the call."
)
NO_MODEL = "I can take notes and read them back. No language model is configured, so I cannot chat."
MOST_RECALLED, MOST_LOOKED_AT = 5, 100
MOST_LOOKED_BACK = 5
"""In so many of the caller's turns it is sought what "that" means."""

OPTIONS = ("time_zone",)
"""What an agent may have of its own."""

_SETTLES = TAKES_TEXT | {Intent.END}
"""After these what to write down is no open question any more."""

PART = 6
"""A question of which fewer letters were heard was not understood."""


class ScribeResponder(Responder):
    """Obeys a dozen commands, and is silent otherwise.

    What it asked last tells how the next words are meant; all of that is in the conversation, and
    what can be undone in the call's notes.
    `time_zone` is an IANA name; an agent's `responder_options` may name another one.
    """

    speculative = False
    markdown = False

    def __init__(self, time_zone: str = "UTC") -> None:
        self._zone = _zone(time_zone)
        self._obeys: dict[Intent, Callable[[Conversation, str], str]] = {
            Intent.NOTE: self._note,
            Intent.ACTION: self._action,
            Intent.READ: self._read,
            Intent.UNDO: lambda c, _r: tidying.undo(c.host),
            Intent.RESTORE: lambda c, _r: tidying.bring_back(c.host),
            Intent.REDO: lambda c, _r: tidying.redo(c.host),
            Intent.RECAP: self._recap,
            Intent.REPEAT: self._repeat,
            Intent.TIME: self._time,
            Intent.DATE: self._date,
            Intent.LENGTH: self._length,
            Intent.QUIET: lambda _c, _r: "",
            Intent.HELP: lambda _c, _r: HELP,
            Intent.END: lambda _c, _r: SURE,
            Intent.HELLO: self._hello,
        }

    def phrases(self, persona: AgentConfig) -> Sequence[str]:
        if base_of(persona.language) != "en":
            return ()
        return hints()

    def turn_of_keys(self, persona: AgentConfig, keys: str) -> str:
        """Returns nothing: keys are kept in the record, and no command."""
        return ""

    def check(self, persona: AgentConfig) -> None:
        """Raises ResponderError for an option or a time zone that there is not."""
        unknown = [name for name in persona.responder_options if name not in OPTIONS]
        if unknown:
            raise ResponderError(
                f"The agent has an unknown option {unknown[0]!r}; there is: {OPTIONS[0]}."
            )
        self._zone_of(persona)

    def _zone_of(self, persona: AgentConfig) -> ZoneInfo:
        own = persona.responder_options.get("time_zone")
        return self._zone if own is None else _zone(own)

    async def stream(self, conversation: Conversation) -> AsyncGenerator[str, None]:
        answer = self._answer(conversation)
        if answer:
            yield answer

    def _answer(self, conversation: Conversation) -> str:
        asked = _asked(conversation)
        text = conversation.last_text
        if asked in (WHAT_NOTE, WHAT_ACTION):
            return self._dictated(conversation, asked)
        if asked == SURE and (agrees(text) or _ends(text)):
            conversation.host.end_call()
            return "All right."
        if (right := _put_right(conversation)) is not None:
            conversation.host.undo_notes()
            return self._write(conversation, *right)
        heard = [_meant(conversation, one) for one in orders(text) if _is_meant(conversation, one)]
        if asked == WHICH and not heard:
            return self._chosen(conversation)
        if not heard and asked != SURE:
            return self._unasked(conversation)
        said = " ".join(filter(None, (self._obey(conversation, one) for one in heard)))
        return said or (STILL_HERE if asked == SURE else "")

    def _obey(self, conversation: Conversation, heard: HeardCommand) -> str:
        if heard.which is not None:
            act = read_out if heard.command is Intent.READ else tidying.take_out
            return act(conversation.host, heard.which)
        return self._obeys[heard.command](conversation, heard.rest)

    def _dictated(self, conversation: Conversation, asked: str) -> str:
        """Takes the answer to what to write down: its text and its commands, or a change of mind.

        Where neither is written nor dropped what was asked is still open, and asked again after
        what else there was to say.
        """
        answer = dictated(conversation.last_text)
        if not answer.commands and not answer.text:
            return NOTHING if answer.dropped else ""
        kind = NoteKind.NOTE if asked == WHAT_NOTE else NoteKind.ACTION
        text = corrected(in_one_breath(answer.text))
        done = [self._write(conversation, kind, text)] if text else []
        done += [self._obey(conversation, _meant(conversation, one)) for one in answer.commands]
        said = " ".join(filter(None, done))
        settled = answer.text or answer.dropped or _SETTLES & {c.command for c in answer.commands}
        return said if settled or not said or said.endswith(asked) else f"{said} {asked}"

    def _chosen(self, conversation: Conversation) -> str:
        """Takes the answer to which note to remove: its number, or words of it."""
        text = conversation.last_text
        if declines(text) or text.lower().startswith("none"):
            return tidying.KEPT
        words = [word.text for word in spoken(text)]
        chosen = counted(words, bare=True) or which(words, sure=True)
        if chosen is None:
            return self._unasked(conversation)
        return tidying.take_out(conversation.host, chosen)

    def _note(self, conversation: Conversation, rest: str) -> str:
        return self._write(conversation, NoteKind.NOTE, rest) if rest else WHAT_NOTE

    def _action(self, conversation: Conversation, rest: str) -> str:
        return self._write(conversation, NoteKind.ACTION, rest) if rest else WHAT_ACTION

    def _write(self, conversation: Conversation, kind: NoteKind, text: str) -> str:
        try:
            note = conversation.host.add_note(kind, text)
        except NoteRefusedError as refused:
            return str(refused)
        return closed(f"{WRITTEN[kind]}: {note.text}")

    def _read(self, conversation: Conversation, _rest: str) -> str:
        notes = conversation.host.notes
        if not notes:
            return "You have no notes yet."
        counted = "one note" if len(notes) == 1 else f"{len(notes)} notes"
        return " ".join([f"You have {counted}.", *(closed(line(note)) for note in notes)])

    def _recap(self, conversation: Conversation, _rest: str) -> str:
        newest = reversed(conversation.messages[:-1][-MOST_LOOKED_AT:])
        talks = (talk(m.text) for m in newest if m.speaker is Speaker.CALLER)
        told = [*itertools.islice(filter(None, talks), MOST_RECALLED)][::-1]
        notes = [closed(line(note)) for note in conversation.host.notes]
        if not told and not notes:
            return "There is nothing to recap yet."
        return " ".join([*(["You said:"] if told else []), *map(closed, told), *notes])

    def _repeat(self, conversation: Conversation, _rest: str) -> str:
        return _last_said(conversation) or "I haven't said anything yet."

    def _time(self, conversation: Conversation, _rest: str) -> str:
        now = datetime.now(self._zone_of(conversation.persona))
        return f"It is {now.hour % 12 or 12}:{now.minute:02} {'a.m.' if now.hour < 12 else 'p.m.'}"  # noqa: PLR2004

    def _date(self, conversation: Conversation, _rest: str) -> str:
        now = datetime.now(self._zone_of(conversation.persona))
        return f"It is {now:%A}, {now.day} {now:%B} {now.year}."

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


def _put_right(conversation: Conversation) -> tuple[NoteKind, str] | None:
    """Returns what the note is that was taken a moment ago, where the caller puts it right."""
    notes, said = conversation.host.notes, _last_said(conversation)
    if not notes or not said.startswith(WRITTEN[notes[-1].kind]):
        return None
    right = put_right(notes[-1].text, conversation.last_text)
    return None if right is None else (notes[-1].kind, right)


def _zone(name: Any) -> ZoneInfo:
    """Returns a time zone; raises ResponderError, which names it, for one that there is not."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, TypeError, OSError) as error:
        raise ResponderError(
            f"There is no time zone {name!r}: give an IANA name, such as Europe/Berlin."
        ) from error


def _asked(conversation: Conversation) -> str:
    """Returns the question that the scribe asked last, heard whole or in part; else nothing."""
    said = [m for m in conversation.messages if m.speaker is Speaker.AGENT]
    if not said:
        return ""
    heard = said[-1].text
    for question in (WHAT_NOTE, WHAT_ACTION, SURE, WHICH):
        if heard.endswith(question):
            return question
        if said[-1].interrupted and len(heard) >= PART and question.startswith(heard):
            return question
    return ""


def _last_said(conversation: Conversation) -> str:
    said = (m.text for m in reversed(conversation.messages) if m.speaker is Speaker.AGENT)
    return next(said, "")


def _ends(text: str) -> bool:
    """Returns whether `text` asks for the end of the call, and says nothing else."""
    return [heard.command for heard in orders(text)] == [Intent.END] and not talk(text)


def _is_meant(conversation: Conversation, heard: HeardCommand) -> bool:
    """Returns whether a command is one: words that no note has are plain talk."""
    if heard.which is None or heard.which.sure:
        return True
    chosen = choice(heard.which, conversation.host.notes)
    return bool(chosen.notes or chosen.problem)


def _meant(conversation: Conversation, heard: HeardCommand) -> HeardCommand:
    """Returns a command whose text is what the caller told last, in the turns before."""
    if heard.command not in TAKES_TEXT or not heard.refers or heard.rest:
        return heard
    said = (m.text for m in conversation.messages[-2::-1] if m.speaker is Speaker.CALLER)
    facts = (fact(text) for text in itertools.islice(said, MOST_LOOKED_BACK))
    return replace(heard, rest=with_time(next(filter(None, facts), ""), heard.when))


def _counted(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"
