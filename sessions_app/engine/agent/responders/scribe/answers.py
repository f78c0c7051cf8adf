"""Reads the caller's answers to the scribe's questions: "What should I write down?"."""

from dataclasses import dataclass

from sessions_app.engine.agent.responders.scribe.closings import consents
from sessions_app.engine.agent.responders.scribe.commands import (
    HeardCommand,
    commands_in,
    without_commands,
)
from sessions_app.engine.agent.responders.scribe.corrections import corrected
from sessions_app.engine.agent.responders.scribe.text_starts import COURTESIES
from sessions_app.engine.agent.responders.scribe.vocabulary import Intent
from sessions_app.engine.agent.responders.scribe.words import command_words
from sessions_app.engine.text.word_lists import listed
from sessions_app.engine.text.writing import plain_words
from sessions_app.engine.turns.interruption.words import BACK_CHANNELS


def agrees(text: str) -> bool:
    """Returns whether `text` only agrees to end the call.

    "Okay, wait a second" and "Yes, I know what you mean" do not.
    """
    return consents([word.text for word in command_words(text)])


def declines(text: str) -> bool:
    """Returns whether `text` takes back the wish to write something down: "never mind"."""
    clauses = [clause for clause in _clauses(text) if not _WAITS.issuperset(clause)]
    if clauses and all(" ".join(clause) in _DECLINED for clause in clauses):
        return True
    answer = " ".join(word for clause in _clauses(text) for word in clause)
    commands = commands_in(text, clearly=True)
    return answer in _DECLINED or (
        [command.intent for command in commands] == [Intent.UNDO] and commands[0].notes is None
    )


def waits(text: str) -> bool:
    """Returns whether `text` only asks for time to think: "hang on a second"."""
    return all(_WAITS.issuperset(clause) for clause in _clauses(text))


def _clauses(text: str) -> list[list[str]]:
    """Returns the words of `text` split at punctuation, without courtesies."""
    clauses: list[list[str]] = [[]]
    for word in command_words(text):
        if word.text not in COURTESIES:
            clauses[-1].append(word.text)
        if word.marked:
            clauses.append([])
    return [*filter(None, clauses)]


@dataclass(frozen=True, slots=True)
class Dictation:
    """The answer to "What should I write down?": its text, and the commands in it."""

    text: str
    commands: tuple[HeardCommand, ...] = ()
    dropped: bool = False
    """Whether nothing should be written down after all."""


def split_dictation(text: str) -> Dictation:
    """Splits the answer to "What should I write down?" into its text and its commands."""
    if (correction := corrected(text)) != text:
        return Dictation(correction)
    if declines(text):
        return Dictation("", dropped=True)
    if waits(text):
        return Dictation("")
    rest = without_commands(text, clearly=True)
    commands = tuple(filter(_is_sure, commands_in(text, clearly=True)))
    if not commands or (any(c.intent in _ALONE for c in commands) and not waits(rest)):
        return Dictation(text)
    dropped = any(declines(command.before) for command in commands)
    referred_to = {_plain(command.text) for command in commands if command.refers_back} - {""}
    is_text = not waits(rest) and not declines(rest) and _plain(rest) not in referred_to
    return Dictation(rest if is_text else "", commands, dropped)


def _is_sure(command: HeardCommand) -> bool:
    """Returns whether a command certainly is one, and not part of what is dictated."""
    return command.certain


def _plain(text: str) -> str:
    return " ".join(plain_words(text))


_ALONE = frozenset({Intent.HELLO, Intent.QUIET})
"""Commands only if nothing is dictated with them: "hello" may be a note's first word."""

_WAITS = BACK_CHANNELS | listed(
    "hang hold on wait a an one just moment second minute sec bit give me let think see please for "
    "thank thanks you so well er err erm um uh now actually sorry bear with sec love mate"
)
_DECLINED = frozenset(
    {
        *("never mind", "nothing", "forget it", "forget that", "no", "no never mind", "no nothing"),
        *("cancel", "stop", "nothing never mind", "oh never mind", "actually never mind"),
        *("it is fine", "leave it", "do not", "nothing really", "sorry never mind"),
        *("never mind that", "nothing at all", "nothing after all", "no nothing really"),
        *("do not bother", "don't bother", "not now", "oh forget it", "i can not remember"),
        *("i cannot remember", "i can not remember now", "i forgot", "i have forgotten"),
        *("okay never mind", "ok never mind", "well never mind", "cancel that", "cancel it"),
    }
)
