"""The agent that needs no language model: takes notes, reads them back, tells time and date."""

import itertools
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sessions_app.engine.agent.responders.base import Conversation, NoteRefusedError, Responder
from sessions_app.engine.agent.responders.scribe import changes, tidying
from sessions_app.engine.agent.responders.scribe.answers import agrees, declines, split_dictation
from sessions_app.engine.agent.responders.scribe.breaths import in_one_breath
from sessions_app.engine.agent.responders.scribe.commands import (
    HeardCommand,
    commands_in,
    last_statement,
    taken_back_in,
    with_time,
    without_commands,
)
from sessions_app.engine.agent.responders.scribe.corrections import corrected, corrected_note
from sessions_app.engine.agent.responders.scribe.done_reports import done_to_do
from sessions_app.engine.agent.responders.scribe.hints import hints
from sessions_app.engine.agent.responders.scribe.note_choice import (
    WHICH_NOTE,
    choose_notes,
    note_line,
)
from sessions_app.engine.agent.responders.scribe.note_references import (
    note_reference,
    numbered_notes,
)
from sessions_app.engine.agent.responders.scribe.note_texts import as_meant
from sessions_app.engine.agent.responders.scribe.readings import read_out
from sessions_app.engine.agent.responders.scribe.second_thoughts import takes_back
from sessions_app.engine.agent.responders.scribe.substitutions import (
    replace_words,
    without_quotes,
)
from sessions_app.engine.agent.responders.scribe.vocabulary import TAKES_TEXT, Intent
from sessions_app.engine.agent.responders.scribe.words import command_words
from sessions_app.engine.core.agent_config import AgentConfig
from sessions_app.engine.core.errors import ResponderError
from sessions_app.engine.core.events import NoteKind, Speaker
from sessions_app.engine.summaries.repairs import repaired, withdraws
from sessions_app.engine.text.languages import base_of
from sessions_app.engine.text.writing import closed

WHAT_NOTE = "What should I write down?"
WHAT_ACTION = "What needs to be done?"
NOTHING = "All right, nothing was written down."
SURE = "Should I end the call?"
_OF_NOTES = ("Note", "Action item", "You have", "Removed", "Brought back", changes.CHANGED)
"""How answers about notes begin."""

WRITTEN = {NoteKind.NOTE: "Noted", NoteKind.ACTION: "Action item"}
STILL_HERE = "OK, I'm still here."
"""Closes the question SURE; otherwise a later "okay" would end the call."""

_NOT_DONE = {Intent.NOTE: NOTHING, Intent.ACTION: NOTHING, Intent.END: STILL_HERE}

HELP = (
    "Say take a note, or action item, and then what to write down. "
    "Say read my notes, delete number two, undo, recap, repeat, what time is it, what day is it, "
    "or end the call."
)
NO_MODEL = "I can take notes and read them back. No language model is configured, so I cannot chat."

MOST_RECALLED, MOST_SEARCHED = 5, 100
"""How many of the caller's turns a recap repeats, and how many of the newest messages it reads."""

MOST_LOOKED_BACK = 5
"""How many of the caller's turns are searched for what "that" refers to."""

OPTIONS = ("time_zone",)
"""Names that an agent's `responder_options` may have."""

_ABOUT_NOTES = TAKES_TEXT | {Intent.READ, Intent.UNDO, Intent.RESTORE, Intent.CHANGE}
"""After one of these in the same turn, "what's on it" asks for the notes."""

_SETTLES = TAKES_TEXT | {Intent.END}
"""Commands after which the question what to write down is no longer open."""

SHORTEST_PART = 6
"""Letters of an interrupted question that must have been heard for it to count as asked."""


class ScribeResponder(Responder):
    """Carries out a dozen commands, and is silent otherwise.

    It keeps no state: its last question, which the caller may be answering, is found in the
    conversation, and what can be undone is kept with the call's notes.
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

    def phrases(self, config: AgentConfig) -> Sequence[str]:
        if base_of(config.language) != "en":
            return ()
        return hints()

    def turn_of_keys(self, config: AgentConfig, keys: str) -> str:
        """Returns nothing: keys are recorded, but are no command."""
        return ""

    def check(self, config: AgentConfig) -> None:
        """Raises ResponderError for an unknown option or time zone."""
        unknown = [name for name in config.responder_options if name not in OPTIONS]
        if unknown:
            raise ResponderError(
                f"The agent has an unknown option {unknown[0]!r}; there is: {OPTIONS[0]}."
            )
        self._zone_of(config)

    def _zone_of(self, config: AgentConfig) -> ZoneInfo:
        own = config.responder_options.get("time_zone")
        return self._zone if own is None else _zone(own)

    async def stream(self, conversation: Conversation) -> AsyncGenerator[str, None]:
        answer = self._answer(conversation)
        if answer:
            yield answer

    def _answer(self, conversation: Conversation) -> str:
        question = _open_question(conversation)
        text = conversation.last_text
        if question in (WHAT_NOTE, WHAT_ACTION):
            return self._answer_to_what(conversation, question)
        if question == SURE and (agrees(text) or _ends(text)):
            conversation.host.end_call()
            return "All right."
        if answer := self._after_a_change(conversation):
            return answer
        meant = _meant(conversation, commands_in(text))
        commands = [_with_earlier_text(conversation, command) for command in meant]
        if not commands and (answer := self._answer_to_no_command(conversation, question)):
            return answer
        answers = (self._execute(conversation, command) for command in commands)
        return " ".join(filter(None, answers)) or (STILL_HERE if question == SURE else "")

    def _answer_to_no_command(self, conversation: Conversation, question: str) -> str:
        """Answers a turn that asks for nothing; "" for talk that needs no answer."""
        if answer := _without_command(conversation):
            return answer
        if question == WHICH_NOTE:
            return self._answer_to_which(conversation)
        return "" if question == SURE else self._answer_to_talk(conversation)

    def _after_a_change(self, conversation: Conversation) -> str:
        """Answers second thoughts about what was just done to the notes; "" if there are none."""
        if _just_written(conversation) and (answer := self._changed_just_written(conversation)):
            return answer
        return _undone_change(conversation) if takes_back(conversation.last_text) else ""

    def _changed_just_written(self, conversation: Conversation) -> str:
        """Corrects or takes back the note just written; returns "" if that was not asked for."""
        if (correction := _correction(conversation)) is not None:
            conversation.host.undo_notes()
            return self._write(conversation, *correction)
        return tidying.undo(conversation.host) if withdraws(conversation.last_text) else ""

    def _execute(self, conversation: Conversation, command: HeardCommand) -> str:
        if command.notes is not None and (command.notes.replaced or command.notes.added):
            return replace_words(conversation.host, command.notes, without_quotes(command.text))
        if command.intent is Intent.CHANGE and command.notes is not None:
            return changes.change_note(conversation.host, command.notes, command.text)
        if command.notes is not None:
            act = read_out if command.intent is Intent.READ else tidying.remove
            return act(conversation.host, command.notes)
        return self._obeys[command.intent](conversation, command.text)

    def _answer_to_what(self, conversation: Conversation, question: str) -> str:
        """Handles the answer to what to write down: a text, commands, or a change of mind.

        If the caller only gives a command, such as "what time is it", the question is repeated
        after the answer to that.
        """
        answer = split_dictation(conversation.last_text)
        if not answer.commands and not answer.text:
            return NOTHING if answer.dropped else ""
        kind = NoteKind.NOTE if question == WHAT_NOTE else NoteKind.ACTION
        text = as_meant(repaired(corrected(in_one_breath(answer.text))))
        replies = [self._write(conversation, kind, text)] if text else []
        commands = (_with_earlier_text(conversation, command) for command in answer.commands)
        replies += [self._execute(conversation, command) for command in commands]
        reply = " ".join(filter(None, replies))
        settled = answer.text or answer.dropped or _SETTLES & {c.intent for c in answer.commands}
        if settled or not reply or reply.endswith(question):
            return reply
        return f"{reply} {question}"

    def _answer_to_which(self, conversation: Conversation) -> str:
        """Handles the answer to which note to remove: its number, or words in it."""
        text = conversation.last_text
        if declines(text) or text.lower().startswith("none"):
            return tidying.KEPT
        words = [word.text for word in command_words(text)]
        reference = numbered_notes(words, bare=True) or note_reference(words, sure=True)
        if reference is None:
            return self._answer_to_talk(conversation)
        return tidying.remove(conversation.host, reference)

    def _note(self, conversation: Conversation, text: str) -> str:
        return self._write(conversation, NoteKind.NOTE, text) if text else WHAT_NOTE

    def _action(self, conversation: Conversation, text: str) -> str:
        return self._write(conversation, NoteKind.ACTION, text) if text else WHAT_ACTION

    def _write(self, conversation: Conversation, kind: NoteKind, text: str) -> str:
        try:
            note = conversation.host.add_note(kind, text)
        except NoteRefusedError as refused:
            return str(refused)
        return closed(f"{WRITTEN[kind]}: {note.text}")

    def _read(self, conversation: Conversation, _text: str) -> str:
        notes = conversation.host.notes
        if not notes:
            return "You have no notes yet."
        count = "one note" if len(notes) == 1 else f"{len(notes)} notes"
        return " ".join([f"You have {count}.", *(closed(note_line(note)) for note in notes)])

    def _recap(self, conversation: Conversation, _text: str) -> str:
        newest = reversed(conversation.messages[:-1][-MOST_SEARCHED:])
        talks = (without_commands(m.text) for m in newest if m.speaker is Speaker.CALLER)
        recalled = [*itertools.islice(filter(None, talks), MOST_RECALLED)][::-1]
        notes = [closed(note_line(note)) for note in conversation.host.notes]
        if not recalled and not notes:
            return "There is nothing to recap yet."
        return " ".join([*(["You said:"] if recalled else []), *map(closed, recalled), *notes])

    def _repeat(self, conversation: Conversation, _text: str) -> str:
        return _last_said(conversation) or "I haven't said anything yet."

    def _time(self, conversation: Conversation, _text: str) -> str:
        now = datetime.now(self._zone_of(conversation.agent_config))
        return f"It is {now.hour % 12 or 12}:{now.minute:02} {'a.m.' if now.hour < 12 else 'p.m.'}"  # noqa: PLR2004

    def _date(self, conversation: Conversation, _text: str) -> str:
        now = datetime.now(self._zone_of(conversation.agent_config))
        return f"It is {now:%A}, {now.day} {now:%B} {now.year}."

    def _length(self, conversation: Conversation, _text: str) -> str:
        minutes, seconds = divmod(round(conversation.host.now_ms() / 1000), 60)
        parts = [_counted(minutes, "minute")] if minutes else []
        return f"We have talked for {' and '.join([*parts, _counted(seconds, 'second')])}."

    def _hello(self, conversation: Conversation, _text: str) -> str:
        return f"Hello. {self._no_model_once(conversation)}".strip()

    def _answer_to_talk(self, conversation: Conversation) -> str:
        """Answers questions and those who address it by name, though no command was found."""
        text = f" {conversation.last_text.lower()} "
        name = conversation.agent_config.name.lower()
        addressed = " scribe " in text or (name and name in text)
        if not addressed and not text.strip().endswith("?"):
            return ""
        return self._no_model_once(conversation) or "Say help to hear what I can do."

    def _no_model_once(self, conversation: Conversation) -> str:
        """Returns NO_MODEL, the first time in a call."""
        known = any(NO_MODEL in m.text for m in conversation.messages)
        return "" if known else NO_MODEL


def _correction(conversation: Conversation) -> tuple[NoteKind, str] | None:
    """Returns the corrected note, if the caller corrects the one just written: "no, at seven"."""
    note = conversation.host.notes[-1]
    note_text = corrected_note(note.text, conversation.last_text)
    return None if note_text is None else (note.kind, note_text)


def _just_written(conversation: Conversation) -> bool:
    """Returns whether the last answer was about the newest note."""
    notes = conversation.host.notes
    return bool(notes) and _last_said(conversation).startswith(WRITTEN[notes[-1].kind])


def _undone_change(conversation: Conversation) -> str:
    """Takes back what a command of the last turn did to notes; returns "" if it did nothing."""
    said = _last_said(conversation)
    earlier = (m.text for m in conversation.messages[-2::-1] if m.speaker is Speaker.CALLER)
    if not said.startswith(tidying.DONE) and not commands_in(next(earlier, "")):
        return ""  # "no, don't" took a note back, and is said again
    if said.startswith("Removed"):
        return tidying.bring_back(conversation.host)
    return tidying.undo(conversation.host) if said.startswith(changes.CHANGED) else ""


def _without_command(conversation: Conversation) -> str:
    """Answers a command that was taken back at once, and news of a to-do; "" for other talk."""
    if taken_back := _meant(conversation, taken_back_in(conversation.last_text)):
        return _NOT_DONE.get(taken_back[0].intent, tidying.UNCHANGED)
    done = done_to_do(conversation.last_text, conversation.host.notes)
    return "" if done is None else tidying.remove_done(conversation.host, done)


def _zone(name: Any) -> ZoneInfo:
    """Returns a time zone; raises ResponderError, which names it, for an unknown one."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, TypeError, OSError) as error:
        raise ResponderError(
            f"There is no time zone {name!r}: give an IANA name, such as Europe/Berlin."
        ) from error


def _open_question(conversation: Conversation) -> str:
    """Returns the question in the scribe's last answer, if enough of it was heard; else ""."""
    answers = [m for m in conversation.messages if m.speaker is Speaker.AGENT]
    if not answers:
        return ""
    heard = answers[-1].text
    for question in (WHAT_NOTE, WHAT_ACTION, SURE, WHICH_NOTE):
        if heard.endswith(question):
            return question
        if answers[-1].interrupted and len(heard) >= SHORTEST_PART and question.startswith(heard):
            return question
    return ""


def _last_said(conversation: Conversation) -> str:
    answers = (m.text for m in reversed(conversation.messages) if m.speaker is Speaker.AGENT)
    return next(answers, "")


def _ends(text: str) -> bool:
    """Returns whether `text` asks to end the call, and says nothing else."""
    intents = [command.intent for command in commands_in(text)]
    return intents == [Intent.END] and not without_commands(text)


def _meant(conversation: Conversation, found: Sequence[HeardCommand]) -> list[HeardCommand]:
    """Returns those of a turn that are commands in this conversation."""
    return [one for at, one in enumerate(found) if _is_command(conversation, one, found[:at])]


def _is_command(
    conversation: Conversation, command: HeardCommand, earlier: Sequence[HeardCommand]
) -> bool:
    """Returns whether this is a command: "remove the paint" only is one if a note has "paint"."""
    if command.certain:
        return True
    if command.unsure and not (
        _spoke_of_notes(conversation) or _ABOUT_NOTES & {one.intent for one in earlier}
    ):
        return False
    if command.notes is None:
        return True
    chosen = choose_notes(command.notes, conversation.host.notes)
    return bool(chosen.notes or chosen.problem)


def _spoke_of_notes(conversation: Conversation) -> bool:
    """Returns whether the scribe's last answer was about notes."""
    said = _last_said(conversation)
    return bool(conversation.host.notes) and said.startswith(_OF_NOTES)


def _with_earlier_text(conversation: Conversation, command: HeardCommand) -> HeardCommand:
    """Returns "make a note of that" with the caller's last statement, of an earlier turn."""
    if command.intent not in TAKES_TEXT or not command.refers_back or command.text:
        return command
    turns = (m.text for m in conversation.messages[-2::-1] if m.speaker is Speaker.CALLER)
    statements = (last_statement(text) for text in itertools.islice(turns, MOST_LOOKED_BACK))
    return replace(command, text=with_time(next(filter(None, statements), ""), command.when))


def _counted(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"
