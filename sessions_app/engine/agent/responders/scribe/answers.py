"""What is said to a question of the scribe's."""

from dataclasses import dataclass

from sessions_app.engine.agent.responders.scribe.closings import consents
from sessions_app.engine.agent.responders.scribe.commands import HeardCommand, orders, talk
from sessions_app.engine.agent.responders.scribe.corrections import corrected
from sessions_app.engine.agent.responders.scribe.joins import COURTESIES
from sessions_app.engine.agent.responders.scribe.vocabulary import Intent
from sessions_app.engine.agent.responders.scribe.words import spoken
from sessions_app.engine.text.word_lists import listed
from sessions_app.engine.text.writing import plain_words
from sessions_app.engine.turns.interruption.words import BACK_CHANNELS


def agrees(text: str) -> bool:
    """Returns whether `text` is a yes to the end of a call, and nothing but that.

    "Okay, wait a second" and "Yes, I know what you mean" begin with a yes and are none.
    """
    return consents([word.text for word in spoken(text)])


def declines(text: str) -> bool:
    """Returns whether `text`, asked for what to write down, is a change of mind."""
    clauses = [clause for clause in _clauses(text) if not _WAITS.issuperset(clause)]
    if clauses and all(" ".join(clause) in _DECLINED for clause in clauses):
        return True
    shown = " ".join(word for clause in _clauses(text) for word in clause)
    heard = orders(text, clearly=True)
    return shown in _DECLINED or (
        [one.command for one in heard] == [Intent.UNDO] and heard[0].which is None
    )


def waits(text: str) -> bool:
    """Returns whether `text` only asks for time to think, or fills a pause: "hang on a second"."""
    return all(_WAITS.issuperset(clause) for clause in _clauses(text))


def _clauses(text: str) -> list[list[str]]:
    """Returns the words between marks, without courtesies."""
    found: list[list[str]] = [[]]
    for word in spoken(text):
        if word.text not in COURTESIES:
            found[-1].append(word.text)
        if word.marked:
            found.append([])
    return [*filter(None, found)]


@dataclass(frozen=True, slots=True)
class Dictated:
    """The answer to what to write down: its text, and the commands in it."""

    text: str
    commands: tuple[HeardCommand, ...] = ()
    dropped: bool = False
    """Whether nothing is to be written down after all."""


def dictated(text: str) -> Dictated:
    """Returns what an answer to what to write down has: commands in it are none of its text."""
    if (right := corrected(text)) != text:
        return Dictated(right)
    if declines(text):
        return Dictated("", dropped=True)
    if waits(text):
        return Dictated("")
    left = talk(text, clearly=True)
    heard = tuple(one for one in orders(text, clearly=True) if _is_within(one))
    if not heard or (any(one.command in _ALONE for one in heard) and not waits(left)):
        return Dictated(text)
    dropped = any(declines(one.before) for one in heard)
    written = {plain for one in heard if one.refers for plain in [_plain(one.rest)] if plain}
    told = not waits(left) and not declines(left) and _plain(left) not in written
    return Dictated(left if told else "", heard, dropped)


def _is_within(heard: HeardCommand) -> bool:
    """Returns whether a command may be one within what is dictated."""
    return heard.which is None or heard.which.sure


def _plain(text: str) -> str:
    return " ".join(plain_words(text))


_ALONE = frozenset({Intent.HELLO, Intent.QUIET})
"""These are commands where nothing is dictated with them."""

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
