"""Finds the scribe's commands in what the caller said. English.

The shortest phrases are also understood when the recogniser garbled them.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from sessions_app.engine.agent.responders.scribe.back_references import when_before
from sessions_app.engine.agent.responders.scribe.breaths import in_one_breath
from sessions_app.engine.agent.responders.scribe.corrections import (
    corrected,
    corrected_note,
    restated,
)
from sessions_app.engine.agent.responders.scribe.cuts import cut, with_signs, without_stop
from sessions_app.engine.agent.responders.scribe.found_command import FoundCommand, polite, texts
from sessions_app.engine.agent.responders.scribe.garbled import garbled_command
from sessions_app.engine.agent.responders.scribe.misheard_openings import with_openings
from sessions_app.engine.agent.responders.scribe.note_references import (
    NoteReference,
    distinctive_words,
    mentioned_number,
)
from sessions_app.engine.agent.responders.scribe.note_texts import written_text
from sessions_app.engine.agent.responders.scribe.nouns import is_only_mentioned
from sessions_app.engine.agent.responders.scribe.referents import referent, statements
from sessions_app.engine.agent.responders.scribe.reminder_times import (
    put_after,
    with_corrected_time,
)
from sessions_app.engine.agent.responders.scribe.reminders import is_question_word, is_reminding
from sessions_app.engine.agent.responders.scribe.removals import removes_named, tells_consequence
from sessions_app.engine.agent.responders.scribe.second_thoughts import taken_back_from
from sessions_app.engine.agent.responders.scribe.sentences import CommandSentence
from sessions_app.engine.agent.responders.scribe.sound_alike import sounds_like
from sessions_app.engine.agent.responders.scribe.vocabulary import (
    EACH_TIME,
    TAKES_TEXT,
    Intent,
)
from sessions_app.engine.agent.responders.scribe.words import (
    PlainWord,
    command_words,
    sentence_spans,
)
from sessions_app.engine.summaries.repairs import repaired
from sessions_app.engine.text.joints import uncapitalised
from sessions_app.engine.text.word_lists import listed

_QUESTION_WORDS = listed(
    "could can would will may mind possible able do does did is are should why"
)
"""Words of a question: its question mark is no part of the note: "can you note that it rains?"."""

_ANNOUNCEMENT = re.compile(r"(?:this|the following)(?: [^\W\d_]+){1,2}", re.IGNORECASE)
"""A text that only announces the real one: "write this number down: 07700 900123"."""

SHORTEST_NAME = 2
"""Letters that a word before "delete it" must have to name a note, as "Jo" does."""

_FILLERS = listed(
    "oh ah er um uh hmm no nope nah yes yeah yep ok okay right well sorry wait hang hold on a sec "
    "second minute moment so now then actually look listen please i've i'm i'd i'll me my you and "
    "but or if got get gone just can could would will let's that's it's there"
)
"""Words before "delete it" that never name a note: "hang on, delete that"."""

MOST_COMMANDS = 8
"""How many commands of one turn are carried out."""

_READ_OUT_NOTES = frozenset({Intent.READ, Intent.RECAP})
"""Commands whose answers change with the notes."""


@dataclass(frozen=True, slots=True)
class HeardCommand:
    """A command in the caller's words, as they were said or typed.

    "Anna is ill. Take a note: call her." has the text "call her", and "Anna is ill. Take a note:"
    as what came `before`. With `refers_back` the text is what was said before the command ("make a
    note of that"); it is empty if that was said in an earlier turn.
    """

    intent: Intent
    text: str = ""
    before: str = ""
    refers_back: bool = False
    when: str = ""
    """When to remind the caller of what was said before; also the end of `text`, unless that is
    empty."""

    notes: NoteReference | None = None
    """The notes to remove, read or change; None means the last change (undo) or all (read)."""

    unsure: bool = False
    """Whether this is a command only right after the scribe has talked about notes."""

    @property
    def certain(self) -> bool:
        """Whether this is a command whatever was said and noted before."""
        return not self.unsure and (self.notes is None or self.notes.sure)


def commands_in(text: str, *, clearly: bool = False) -> list[HeardCommand]:
    """Returns the commands in `text`, in order; with `clearly`, without those that were garbled."""
    text = with_corrected_time(text)
    words, found, commands = _heard(text, clearly=clearly)
    kept = [n for n in range(len(found)) if not _is_taken_back(text, words, found, n)]
    found, commands = [found[n] for n in kept], [commands[n] for n in kept]
    return _with_later_corrections(text, words, found, commands)[:MOST_COMMANDS]


def taken_back_in(text: str) -> list[HeardCommand]:
    """Returns the commands in `text` that the caller takes back at once, in order."""
    text = with_corrected_time(text)
    words, found, commands = _heard(text)
    if not found and (at := taken_back_from(text, words, Intent.UNDO, 0, len(words))):
        return commands_in(text[: words[at].start], clearly=True)  # "delete that, no, keep it"
    return [command for n, command in enumerate(commands) if _is_taken_back(text, words, found, n)]


def _heard(
    text: str, *, clearly: bool = False
) -> tuple[list[PlainWord], list[FoundCommand], list[HeardCommand]]:
    """Returns the words of `text` and all commands in them, as they were found and as was said."""
    words, found = _find(text, clearly=clearly)
    starts = [0, *(max(command.end, command.at + 1) for command in found)]
    found = [
        replace(command, notes=_notes_meant(words, command, start))
        for command, start in zip(found, starts, strict=False)
    ]
    found = [command for n, command in enumerate(found) if not _asks_the_same(found[:n], command)]
    commands = [_as_heard(text, words, found, command) for command in found]
    return (
        words,
        found,
        [_with_announced_text(text, words, found, commands, n) for n in range(len(found))],
    )


def _is_taken_back(
    text: str, words: Sequence[PlainWord], found: Sequence[FoundCommand], index: int
) -> bool:
    """Returns whether the caller thinks again at once: "delete number one, no wait, keep it"."""
    command = found[index]
    end = found[index + 1].lead_start if index + 1 < len(found) else len(words)
    return taken_back_from(text, words, command.intent, command.at, end) is not None


def _with_announced_text(
    text: str,
    words: Sequence[PlainWord],
    found: Sequence[FoundCommand],
    commands: Sequence[HeardCommand],
    index: int,
) -> HeardCommand:
    """Returns a command with the text it announces: "write this number down: 07700 900123"."""
    command = commands[index]
    if command.intent not in TAKES_TEXT or not _ANNOUNCEMENT.fullmatch(command.text):
        return command
    end = found[index + 1].lead_start if index + 1 < len(found) else len(words)
    after = range(max(found[index].end, 1), end)
    start = next((n for n in after if words[n - 1].marked), end)
    note_text = "" if polite(texts(words, start, end)) else cut(text, words, start, end)
    return replace(command, text=without_stop(note_text)) if note_text else command


def _with_later_corrections(
    text: str,
    words: Sequence[PlainWord],
    found: Sequence[FoundCommand],
    commands: Sequence[HeardCommand],
) -> list[HeardCommand]:
    """Returns the commands, with an undo and the sentence after it merged into the note before.

    "Note that we meet at six. Scratch that. At seven." is one note, and no undo.
    """
    kept: list[HeardCommand] = []
    for n, command in enumerate(commands):
        end = found[n + 1].lead_start if n + 1 < len(found) else len(words)
        after = cut(text, words, _sentence_end(words, found[n]), end)
        note_text = _corrected_note(kept[-1], command, after) if kept else None
        if note_text is None:
            kept.append(_corrected_later(command, after))
        else:
            kept[-1] = replace(kept[-1], text=note_text)
    return kept


def _corrected_later(command: HeardCommand, after: str) -> HeardCommand:
    """Returns "it is ninety, note that" with the words after it applied: "No, nineteen"."""
    if not (command.refers_back and command.text and after):
        return command
    note_text = corrected_note(command.text, after)
    return replace(command, text=note_text) if note_text else command


def _sentence_end(words: Sequence[PlainWord], found: FoundCommand) -> int:
    spans = sentence_spans(words)
    return next((end for start, end in spans if start <= found.at < end), len(words))


def _corrected_note(note: HeardCommand, undo: HeardCommand, after: str) -> str | None:
    """Returns the note's corrected text, if the words `after` the undo correct it; else None."""
    if note.intent not in TAKES_TEXT or not note.text or not after:
        return None
    if undo.intent is not Intent.UNDO or undo.notes is not None:
        return None
    return restated(note.text, without_stop(after))


def _asks_the_same(before: Sequence[FoundCommand], command: FoundCommand) -> bool:
    """Returns whether an earlier command of the turn already gets the same answer."""
    if command.intent in EACH_TIME:
        return False
    changes = [n for n, other in enumerate(before) if other.intent in EACH_TIME]
    start = changes[-1] + 1 if changes and command.intent in _READ_OUT_NOTES else 0
    earlier = [(other.intent, other.notes) for other in before[start:]]
    return (command.intent, command.notes) in earlier


def last_statement(text: str) -> str:
    """Returns the last statement in `text`, in a note or outside any command; empty if none."""
    words, found = _find(text)
    spans = statements(text, words, found)
    return without_stop(with_signs(text, words, *spans[-1])) if spans else ""


def without_commands(text: str, *, clearly: bool = False) -> str:
    """Returns `text` without its commands: what a summary may use.

    With `clearly`, what only sounds like a command stays.
    """
    words, found = _find(text, clearly=clearly)
    kept: list[str] = []
    at = 0
    for command in found:
        if not command.certain:
            continue
        kept.append(cut(text, words, at, max(at, command.lead_start)))
        end = at if command.refers_back else _sentence_end(words, command)
        at = max(at, command.text[1], end)
    kept.append(cut(text, words, at, len(words)))
    return " ".join(filter(None, kept))


def _find(text: str, *, clearly: bool = False) -> tuple[list[PlainWord], list[FoundCommand]]:
    """Returns the words of `text`, and the commands in them by place."""
    words = command_words(text)
    found = _find_clear(text, words)
    return (words, found) if found or clearly else _find_garbled(text, words)


def _find_clear(text: str, words: Sequence[PlainWord]) -> list[FoundCommand]:
    commands: list[FoundCommand] = []
    spans = sentence_spans(words)
    for number, (start, end) in enumerate(spans):
        at = max(start, commands[-1].end if commands else 0)
        while at < end:
            earlier = partial(_has_statement, text, words, tuple(commands), at)
            sentence = CommandSentence(words, at, end, spans[number + 1 :], has_statement=earlier)
            more = sentence.commands()
            commands += more
            at = more[-1].end if more and more[-1].end > at else end
    return commands


def _find_garbled(text: str, words: list[PlainWord]) -> tuple[list[PlainWord], list[FoundCommand]]:
    """Returns a command that was garbled, or else those that words sound like."""
    if (match := garbled_command(heard := command_words(text, as_heard=True))) is not None:
        words = heard
        command, at, stop = match
        span = (stop, len(words)) if command in TAKES_TEXT else (0, 0)
        mentioned = command in TAKES_TEXT and is_only_mentioned(words, at, stop)
        mentioned = mentioned or tells_consequence(words, stop, len(words))
        question = command is Intent.ACTION and any(map(is_question_word, words[at : stop + 1]))
        if not mentioned and not question:
            return words, [FoundCommand(command, at, span, lead_start=0)]
    found = _by_sound(words)
    return (words, found) if found else _by_opening(text, words)


def _by_opening(text: str, words: list[PlainWord]) -> tuple[list[PlainWord], list[FoundCommand]]:
    """Returns the words as they were meant and the commands in them, if a request begins so."""
    opening = with_openings(words)
    if opening is None:
        return words, []
    meant, at = opening
    found = _find_clear(text, meant)
    return (meant, found) if any(one.at == at for one in found) else (words, [])


def _has_statement(
    text: str, words: Sequence[PlainWord], found: Sequence[FoundCommand], until: int
) -> bool:
    return bool(statements(text, words, found, until))


def _by_sound(words: Sequence[PlainWord]) -> list[FoundCommand]:
    """Returns the commands that whole sentences sound like."""
    spans = sentence_spans(words)
    matches = [(start, sounds_like(texts(words, start, end))) for start, end in spans]
    return [FoundCommand(command, at, lead_start=at) for at, command in matches if command]


def _as_heard(
    text: str, words: Sequence[PlainWord], all_found: Sequence[FoundCommand], found: FoundCommand
) -> HeardCommand:
    before = text[: words[found.at].start].strip()
    first, last = found.text
    if first < last:
        note_text = with_signs(text, words, first, last)
        start = max((a for a, _ in sentence_spans(words) if a <= found.at), default=0)
        if _QUESTION_WORDS & set(texts(words, start, found.at)):
            note_text = note_text.rstrip("? ")
        note_text = repaired(corrected(without_stop(in_one_breath(note_text.strip()))))
        note_text = written_text(
            note_text,
            task=found.intent is Intent.ACTION and not words[first].opened,
            in_story=start < found.lead_start,
        )
        if found.intent is Intent.ACTION and (when := _time_before(text, words, start, found)):
            note_text = with_time(note_text, when)
        if any(found.when):
            when = without_stop(with_signs(text, words, *found.when))
            put = put_after if found.when[0] < first else with_time
            note_text = put(note_text, when)
        return HeardCommand(found.intent, note_text, before, notes=found.notes, unsure=found.unsure)
    if not found.refers_back:
        return HeardCommand(found.intent, "", before, notes=found.notes, unsure=found.unsure)
    when = (
        without_stop(with_signs(text, words, *found.when).rstrip("? ")) if any(found.when) else ""
    )
    earlier = [command for command in all_found if command.at < found.at]
    span = referent(text, words, earlier, found)
    statement = without_stop(with_signs(text, words, *span)) if span else ""
    note_text = with_time(statement, when)
    return HeardCommand(found.intent, note_text, before, refers_back=True, when=when)


def _time_before(text: str, words: Sequence[PlainWord], start: int, found: FoundCommand) -> str:
    """Returns when to remind, if the sentence begins with it: "on Friday, remind me to"."""
    request = next((n for n in range(start, found.at + 2) if is_reminding(words, n)), None)
    span = when_before(words, start, request) if request else None
    if span is None:
        return ""
    when = text[words[span[0]].start : words[span[1] - 1].end]
    return uncapitalised(when.rstrip(",;:- "), "en")


def with_time(note_text: str, when: str) -> str:
    """Returns "call Ann tomorrow" for "Call Ann." and "tomorrow"; empty if there is no text."""
    return f"{without_stop(note_text)} {when}".strip() if note_text else ""


def _notes_meant(
    words: Sequence[PlainWord], found: FoundCommand, since: int
) -> NoteReference | None:
    """Returns which notes a command removes; what was said before it may name them.

    "The second one is wrong, delete it" removes the second. `since` is the first word after the
    previous command.
    """
    if found.intent is not Intent.UNDO or found.notes is not None:
        return found.notes
    before = texts(words, since, found.lead_start)
    if words[found.at].text == "undo":
        return None
    if (numbered := mentioned_number(before)) is not None:
        return numbered
    names = (word.removesuffix("'s") for word in distinctive_words(before) if word not in _FILLERS)
    about = tuple(word for word in names if len(word) >= SHORTEST_NAME)
    if not about or not removes_named(texts(words, found.at, len(words))):
        return None
    return NoteReference(words=about, near=True)
