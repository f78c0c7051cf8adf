"""Which commands of the scribe were said, within whatever else was said. English.

The shortest phrases are understood garbled, too.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from sessions_app.engine.agent.responders.scribe.breaths import in_one_breath
from sessions_app.engine.agent.responders.scribe.corrections import corrected, restated
from sessions_app.engine.agent.responders.scribe.found import Found, polite, texts
from sessions_app.engine.agent.responders.scribe.garbled import alike
from sessions_app.engine.agent.responders.scribe.meant import meant, told
from sessions_app.engine.agent.responders.scribe.nouns import is_spoken_of
from sessions_app.engine.agent.responders.scribe.pointing import when_before
from sessions_app.engine.agent.responders.scribe.reminders import asks
from sessions_app.engine.agent.responders.scribe.removals import takes_out
from sessions_app.engine.agent.responders.scribe.sentences import CommandSentence
from sessions_app.engine.agent.responders.scribe.sounding import sounds_like
from sessions_app.engine.agent.responders.scribe.vocabulary import (
    EACH_TIME,
    TAKES_TEXT,
    Intent,
)
from sessions_app.engine.agent.responders.scribe.which import Which, content, mentioned
from sessions_app.engine.agent.responders.scribe.words import PlainWord, spoken, whole
from sessions_app.engine.text.joints import small
from sessions_app.engine.text.stops import is_abbreviated
from sessions_app.engine.text.word_lists import listed

_DOTTED = re.compile(r"\W*(?:[^\W\d]\.)+")
"""Such as "p.m." or "U.S."."""

_SIGNS = re.compile(r"(?<!\S)(?=\S*[^\s:;,.!?\u2026\u2013\u2014-])\S+(?!\S)")
"""What stands between blanks and is more than a mark between words, or a dash."""

_ASKERS = listed("could can would will may mind possible able do does did is are should why")
"""Words of a question: a mark at its end is the question's, and no part of a note within it."""

_ANNOUNCED = re.compile(r"(?:this|the following)(?: [^\W\d_]+){1,2}", re.IGNORECASE)
"""A text that is no more than this is still to be told: "this number", "this phone number"."""

SHORTEST_NAMING = 2
"""A letter alone before "delete it" tells nothing of the note; "Jo" and "tea" do."""

_FILLERS = listed(
    "oh ah er um uh hmm no nope nah yes yeah yep ok okay right well sorry wait hang hold on a sec "
    "second minute moment so now then actually look listen please i've i'm i'd i'll me my you and "
    "but or if got get gone just can could would will let's that's it's there"
)
"""Words before "delete it" that name no note, whatever note has them: "hang on, delete that"."""

MOST_ORDERS = 8
"""So many commands of one turn are obeyed."""

_TELL_NOTES = frozenset({Intent.READ, Intent.RECAP})
"""Their answers are others once the notes are."""


@dataclass(frozen=True, slots=True)
class HeardCommand:
    """A command, what follows it and what came before it, both as they were said or typed.

    With `refers` a text command means words that were said before: `rest` has them where they
    were said in the same breath.
    """

    command: Intent
    rest: str = ""
    before: str = ""
    refers: bool = False
    when: str = ""
    """When to remind of what was said before; `rest` has it where that was found."""

    which: Which | None = None
    """Which notes are to be taken out, or read; None for what was done last, and for all."""


def understood(text: str) -> HeardCommand | None:
    """Returns the first command in `text`; None for none."""
    return next(iter(orders(text)), None)


def orders(text: str, *, clearly: bool = False) -> list[HeardCommand]:
    """Returns the commands in `text`, in order; with `clearly` none that only sounds like one."""
    words, found = _found(text, clearly=clearly)
    ends = [0, *(max(one.end, one.at + 1) for one in found)]
    meant = [
        replace(one, which=_meant(words, one, since))
        for one, since in zip(found, ends, strict=False)
    ]
    once = [one for number, one in enumerate(meant) if not _is_said_again(meant[:number], one)]
    heard = [_heard(text, words, found, one) for one in once]
    heard = [_with_what_follows(text, words, once, heard, at) for at in range(len(heard))]
    return _corrected_later(text, words, once, heard)[:MOST_ORDERS]


def _with_what_follows(
    text: str,
    words: Sequence[PlainWord],
    found: Sequence[Found],
    heard: Sequence[HeardCommand],
    at: int,
) -> HeardCommand:
    """Returns a command with what it announces: "write this number down: 07700 900123"."""
    one = heard[at]
    if one.command not in TAKES_TEXT or not _ANNOUNCED.fullmatch(one.rest):
        return one
    until = found[at + 1].begun if at + 1 < len(found) else len(words)
    after = range(max(found[at].end, 1), until)
    begun = next((n for n in after if words[n - 1].marked), until)
    told = "" if polite(texts(words, begun, until)) else _between(text, words, begun, until)
    return replace(one, rest=_without_stop(told)) if told else one


def _corrected_later(
    text: str, words: Sequence[PlainWord], found: Sequence[Found], heard: Sequence[HeardCommand]
) -> list[HeardCommand]:
    """Returns the commands with a note put right that was corrected in sentences of their own.

    "Note that we meet at six. Scratch that. At seven." is one note, and nothing taken back.
    """
    kept: list[HeardCommand] = []
    for number, one in enumerate(heard):
        until = found[number + 1].begun if number + 1 < len(found) else len(words)
        after = _between(text, words, _sentence_end(words, found[number]), until)
        right = _put_right(kept[-1], one, after) if kept else None
        if right is None:
            kept.append(one)
        else:
            kept[-1] = replace(kept[-1], rest=right)
    return kept


def _sentence_end(words: Sequence[PlainWord], found: Found) -> int:
    return next((end for start, end in whole(words) if start <= found.at < end), len(words))


def _put_right(note: HeardCommand, undo: HeardCommand, after: str) -> str | None:
    """Returns the text of a note that is corrected by what is said after it was taken back."""
    if note.command not in TAKES_TEXT or not note.rest or not after:
        return None
    if undo.command is not Intent.UNDO or undo.which is not None:
        return None
    return restated(note.rest, _without_stop(after))


def _is_said_again(before: Sequence[Found], one: Found) -> bool:
    """Returns whether a command before asks for the same answer."""
    if one.command in EACH_TIME:
        return False
    changed = [at for at, other in enumerate(before) if other.command in EACH_TIME]
    since = changed[-1] + 1 if changed and one.command in _TELL_NOTES else 0
    said = [(other.command, other.which) for other in before[since:]]
    return (one.command, one.which) in said


def fact(text: str) -> str:
    """Returns what was told last in `text`, or was noted; nothing where nothing was told."""
    words, found = _found(text)
    spans = told(text, words, found)
    return _without_stop(_written(text, words, *spans[-1])) if spans else ""


def talk(text: str, *, clearly: bool = False) -> str:
    """Returns what of `text` is no command, nor asks for one: what a summary may tell.

    With `clearly` what only sounds like a command is none.
    """
    words, found = _found(text, clearly=clearly)
    kept: list[str] = []
    at = 0
    for one in found:
        if one.which is not None and not one.which.sure:
            continue
        kept.append(_between(text, words, at, max(at, one.begun)))
        ends = [] if one.refers else [b for a, b in whole(words) if a <= one.at < b]
        at = max(at, one.text[1], *ends)
    kept.append(_between(text, words, at, len(words)))
    return " ".join(filter(None, kept))


def _between(text: str, words: Sequence[PlainWord], start: int, end: int) -> str:
    if start >= end:
        return ""
    return text[words[start].start : words[end - 1].end].rstrip(",;: ")


def _found(text: str, *, clearly: bool = False) -> tuple[list[PlainWord], list[Found]]:
    """Returns the words of `text`, and the commands in them."""
    words, found = _clearly_found(text)
    return (words, found) if found or clearly else _unclear(text, words)


def _clearly_found(text: str) -> tuple[list[PlainWord], list[Found]]:
    words = spoken(text)
    found: list[Found] = []
    sentences = whole(words)
    for number, (start, end) in enumerate(sentences):
        begin = max(start, found[-1].end if found else 0)
        while begin < end:
            said = partial(_has_told, text, words, tuple(found), begin)
            more = CommandSentence(words, begin, end, sentences[number + 1 :], told=said).commands()
            found += more
            begin = more[-1].end if more and more[-1].end > begin else end
    return words, found


def _unclear(text: str, words: list[PlainWord]) -> tuple[list[PlainWord], list[Found]]:
    """Returns what is garbled, or only sounds like a command."""
    if (garbled := alike(heard := spoken(text, as_heard=True))) is not None:
        words = heard
        command, at, stop = garbled
        span = (stop, len(words)) if command in TAKES_TEXT else (0, 0)
        spoken_of = command in TAKES_TEXT and is_spoken_of(words, at, stop)
        asked = command is Intent.ACTION and any(map(asks, words[at : stop + 1]))
        if not spoken_of and not asked:
            return words, [Found(command, at, span, begun=0)]
    return words, _by_sound(words)


def _has_told(text: str, words: Sequence[PlainWord], found: Sequence[Found], until: int) -> bool:
    return bool(told(text, words, found, until))


def _by_sound(words: Sequence[PlainWord]) -> list[Found]:
    """Returns the commands that whole sentences sound like, where nothing else was one."""
    sentences = whole(words)
    likely = [(start, sounds_like(texts(words, start, end))) for start, end in sentences]
    return [Found(command, at, begun=at) for at, command in likely if command is not None]


def _heard(
    text: str, words: Sequence[PlainWord], all_found: Sequence[Found], found: Found
) -> HeardCommand:
    before = text[: words[found.at].start].strip()
    first, last = found.text
    if first < last:
        rest = _written(text, words, first, last)
        start = max((a for a, _ in whole(words) if a <= found.at), default=0)
        if _ASKERS & set(texts(words, start, found.at)):
            rest = rest.rstrip("? ")
        written = corrected(_without_stop(in_one_breath(rest.strip())))
        if found.command is Intent.ACTION and (when := _said_before(text, words, start, found)):
            written = with_time(written, when)
        return HeardCommand(found.command, written, before)
    if not found.refers:
        return HeardCommand(found.command, "", before, which=found.which)
    when = _without_stop(_written(text, words, *found.when).rstrip("? ")) if any(found.when) else ""
    earlier = meant(text, words, [one for one in all_found if one.at < found.at], found)
    said = _without_stop(_written(text, words, *earlier)) if earlier else ""
    return HeardCommand(found.command, with_time(said, when), before, refers=True, when=when)


def _said_before(text: str, words: Sequence[PlainWord], start: int, found: Found) -> str:
    """Returns when to remind, where the sentence says it first: "on Friday, remind me to"."""
    asked = next((n for n in range(start, found.at + 2) if _reminds(words, n)), None)
    span = when_before(words, start, asked) if asked else None
    if span is None:
        return ""
    said = text[words[span[0]].start : words[span[1] - 1].end]
    return small(said.rstrip(",;:- "), "en")


def _reminds(words: Sequence[PlainWord], at: int) -> bool:
    return texts(words, at, at + 2) == ["remind", "me"]


def with_time(said: str, when: str) -> str:
    """Returns what was said with when to remind of it; nothing where nothing was said."""
    return f"{_without_stop(said)} {when}".strip() if said else ""


def _written(text: str, words: Sequence[PlainWord], first: int, last: int) -> str:
    """Returns words with the signs that stand beside them: "--> left", "well done :-)".

    A mark that only parts them from the command is no such sign.
    """
    since = words[first - 1].end if first else 0
    until = words[last].start if last < len(words) else len(text)
    start, end = words[first].start, words[last - 1].end
    before, after = (_SIGNS.search(text, since, start), [*_SIGNS.finditer(text, end, until)])
    return text[before.start() if before else start : after[-1].end() if after else end]


def _meant(words: Sequence[PlainWord], found: Found, since: int) -> Which | None:
    """Returns which notes a command takes out, by itself or by what was said before it.

    "The second one is wrong, delete it": `since` is the first word that is no other command's.
    """
    if found.command is not Intent.UNDO or found.which is not None:
        return found.which
    before = texts(words, since, found.begun)
    if words[found.at].text == "undo":
        return None
    if (counted := mentioned(before)) is not None:
        return counted
    named = (word.removesuffix("'s") for word in content(before) if word not in _FILLERS)
    about = tuple(word for word in named if len(word) >= SHORTEST_NAMING)
    if not about or not takes_out(texts(words, found.at, len(words))):
        return None
    return Which(words=about, near=True)


def _without_stop(text: str) -> str:
    """Returns what is to be written down without the mark by which it ended."""
    if not text:
        return ""
    text = text.rstrip(",;: ")
    last = text.rsplit(maxsplit=1)[-1]
    if not last.endswith(".") or last.endswith("..") or _DOTTED.fullmatch(last):
        return text
    return text if is_abbreviated(last) else text[:-1]
