"""Which commands of the scribe were said, within whatever else was said. English.

A command stands where a request would: at the beginning of a sentence or after a comma, perhaps
after "could you" and the like; or, since many recognisers write no marks, after words that lead
to one. What is told ("I noted that yesterday", "he said stop") is none. The shortest phrases are
understood garbled, too.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sessions_app.agent.barge_ins.words import BACK_CHANNELS
from sessions_app.agent.responders.garbled import alike
from sessions_app.agent.responders.loose import loosely
from sessions_app.agent.responders.vocabulary import COMMANDS, LONGEST, TAKES_TEXT, Command
from sessions_app.agent.responders.words import LEADS, TALE, Spoken, spoken, whole
from sessions_app.agent.wordlists import listed
from sessions_app.core.stops import is_abbreviated

_NEVER_INSIDE = frozenset({"note that", "hello", "good morning", "pardon me"})
"""Phrases that are common in plain talk: they want "please" or "could you" before them there."""

_CALLS = listed("please scribe now so and okay ok well then also")
"""Words before a command within longer speech; one of a single word wants a mark, or a name."""

_ASKING = frozenset({"please", "you", "maybe", "also"})
_REQUESTS = listed("please could can would will so")
_ASKED = frozenset({"could you", "can you", "would you", "will you"})
_ASKERS = frozenset({"could", "can", "would", "will", "may", "mind", "possible", "able"})
_NAMED = frozenset({"please", "scribe"})
_POLITE = listed(
    "please scribe hey now then thanks thank you could can would will so far yet today quickly "
    "again for to with me us back a at the moment while second minute bit once more ok okay just "
    "right here everyone that all bye goodbye"
)
"""What may follow a command that takes no text."""

_JOINS = {
    Command.NOTE: listed("that of to about saying down"),
    Command.ACTION: listed("to that about of saying"),
}
_COURTESIES = frozenset({"please", "scribe", "thanks"})
_FOR_THAT = (["for", "that"], ["for", "this"], ["for", "me"], ["for", "us"])
_REFERS = frozenset({"that", "it"})
_ASKS = listed("what who whom when where why how which whose again")
"""After "remind me": a question for what the caller forgot."""

_PUTS = listed("add put write stick save enter place")
LONGEST_PUT = 40
"""So many words are looked at for the list that something is put on."""

_LISTS = {"note": Command.NOTE, "notes": Command.NOTE}
_LISTS |= dict.fromkeys(listed("list todos tasks reminders items"), Command.ACTION)
_LIST = re.compile(
    r"(?:to|on|onto|in|into) (?:my|the|our) (?:(?:todo|action|shopping|task) )?"
    r"(note|notes|list|todos|tasks|reminders|items)"
)
_DOTTED = re.compile(r"\W*(?:[^\W\d]\.)+")
"""Such as "p.m." or "U.S."."""

MOST_IN_A_ROW = 4
"""So many commands without text follow each other in one sentence."""

LONGEST_LEAD = 6
MOST_JOINS = 2
FEWEST_MEANT = 3
"""Fewer words before a comma are no text for a note."""

Span = tuple[int, int]


MOST_ORDERS = 8
"""So many commands of one turn are obeyed."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A command, what follows it and what came before it, both as they were said or typed.

    With `refers` a text command means words that were said before: `rest` has them where they
    were said in the same breath.
    """

    command: Command
    rest: str = ""
    before: str = ""
    refers: bool = False


@dataclass(frozen=True, slots=True)
class _Found:
    """A command in words: where it begins, and which words it takes as its text."""

    command: Command
    at: int
    text: Span = (0, 0)
    refers: bool = False
    begun: int = -1
    """The first word that leads to it."""


def understood(text: str) -> Heard | None:
    """Returns the first command in `text`; None for none."""
    return next(iter(orders(text)), None)


def orders(text: str) -> list[Heard]:
    """Returns the commands in `text`, in order."""
    words, found = _found(text)
    return [_heard(text, words, one) for one in found[:MOST_ORDERS]]


def talk(text: str) -> str:
    """Returns what of `text` is no command, nor asks for one: what a summary may tell."""
    words, found = _found(text)
    kept: list[str] = []
    at = 0
    for one in found:
        kept.append(_between(text, words, at, max(at, one.begun)))
        at = max(at, one.text[1], *(b for a, b in whole(words) if a <= one.at < b))
    kept.append(_between(text, words, at, len(words)))
    return " ".join(filter(None, kept))


def _between(text: str, words: Sequence[Spoken], start: int, end: int) -> str:
    if start >= end:
        return ""
    return text[words[start].start : words[end - 1].end].rstrip(",;: ")


def _found(text: str) -> tuple[list[Spoken], list[_Found]]:
    """Returns the words of `text`, and the commands in them."""
    words = spoken(text)
    found: list[_Found] = []
    sentences = whole(words)
    for number, (start, end) in enumerate(sentences):
        begin = max(start, found[-1].text[1] if found else 0)
        while begin < end:
            more = _Sentence(words, begin, end, sentences[number + 1 :]).commands()
            found += more
            begin = more[-1].text[1] if more and more[-1].text[1] > begin else end
    if not found and (garbled := alike(words := spoken(text, as_heard=True))) is not None:
        command, at, stop = garbled
        span = (stop, len(words)) if command in TAKES_TEXT else (0, 0)
        if command is not Command.ACTION or not any(map(_asks, words[at : stop + 1])):
            found = [_Found(command, at, span, begun=0)]
    return words, found


# -- where a command is ---------------------------------------------------------------------


class _Sentence:
    """One sentence of what was said, in which commands are looked for; `later` are those after."""

    def __init__(
        self, words: Sequence[Spoken], start: int, end: int, later: Sequence[Span]
    ) -> None:
        self._words = words
        self._start = start
        self._end = end
        self._later = later
        self._tried: set[int] = set()

    def commands(self) -> list[_Found]:
        """Returns those that begin it, or else the first within it with those that follow."""
        found = self.begun_at(self._start)
        for at in range(self._start + 1, self._end):
            if found:
                break
            if self._may_begin(at):
                found = self.begun_at(at, inside=True)
        return found

    def begun_at(self, at: int, *, inside: bool = False, most: int = MOST_IN_A_ROW) -> list[_Found]:
        """Returns the commands that begin at a word, or after words there that lead to one."""
        led, begun = False, at
        while at < self._end and at not in self._tried:
            self._tried.add(at)
            found = self._matched(at, bare=inside and not led, most=most)
            lead = self._lead(at)
            if found or not lead:
                return [replace(one, begun=begun if one.begun < 0 else one.begun) for one in found]
            led = led or self._words[at].text not in BACK_CHANNELS
            at += lead
        return []

    def _may_begin(self, at: int) -> bool:
        """Returns whether a command may begin at a word within the sentence."""
        before = self._words[at - 1]
        if any(text in TALE for text in self._texts(self._start, at)):
            asks = self._words[at].text in _REQUESTS and before.text not in TALE
            return before.marked and asks
        if before.marked or before.text in _CALLS:
            return True
        return _asked(self._words, self._start, at)

    def _lead(self, at: int) -> int:
        """Returns how many words here only lead to a command."""
        for many in range(min(LONGEST_LEAD, self._end - at), 1, -1):
            if " ".join(self._texts(at, at + many)) in LEADS:
                return many
        return int(self._words[at].text in LEADS or self._words[at].text in BACK_CHANNELS)

    def _matched(self, at: int, *, bare: bool, most: int) -> list[_Found]:
        """Returns the commands that begin with this very word; `bare` if nothing leads to them."""
        if (put := _put(self._words, at, self._end)) is not None:
            return [put]
        for many in range(min(LONGEST, self._end - at), 0, -1):
            command = COMMANDS.get(tuple(self._texts(at, at + many)))
            if command is None or (bare and not self._stands_inside(at, many)):
                continue
            if command not in TAKES_TEXT:
                found = self._without_text(command, at, at + many, most)
            else:
                found = self._with_text(command, at, at + many)
            if found:
                return found
        if not bare and (meant := loosely(self._courteous(at))) is not None:
            return [_Found(meant, at)]
        return self._please(at)

    def _please(self, at: int) -> list[_Found]:
        """Returns what is asked for by a verb that is common in plain talk, and so wants asking."""
        if not at or at + 1 >= self._end or self._words[at - 1].text not in _ASKING:
            return []
        verb, after = self._texts(at, at + 2)
        if verb == "note":  # "please note the new address"
            return self._with_text(Command.NOTE, at, at + 1)
        if verb != "remember":
            return []
        return self._with_text(Command.ACTION if after == "to" else Command.NOTE, at, at + 1)

    def _courteous(self, at: int) -> list[str]:
        """Returns the words of the sentence from there on, without courtesies at its end."""
        texts = self._texts(at, self._end)
        while texts and texts[-1] in _COURTESIES:
            texts.pop()
        return texts

    def _stands_inside(self, at: int, many: int) -> bool:
        before, phrase = self._words[at - 1], " ".join(self._texts(at, at + many))
        if phrase in _NEVER_INSIDE:
            return phrase == "note that" and before.text == "please"
        return many > 1 or before.marked or before.text in _NAMED

    def _without_text(self, command: Command, at: int, stop: int, most: int) -> list[_Found]:
        """Returns a command and those that follow it; nothing where other words do."""
        rest = stop
        while rest < self._end and self._words[rest].text in _POLITE:
            rest += 1
        if rest == self._end:
            return [_Found(command, at)]
        if meant := loosely(self._courteous(at)):
            return [_Found(meant, at)]
        if command is Command.HELLO or most < 2:  # noqa: PLR2004 - this one and another
            return []
        for begin in range(stop, rest + 1):
            if more := self.begun_at(begin, most=most - 1):
                return more if more[0].command is command else [_Found(command, at), *more]
        return []

    # -- what it is about -------------------------------------------------------------------

    def _with_text(self, command: Command, at: int, stop: int) -> list[_Found]:
        """Returns a command with its text; nothing where it asks for something else."""
        words, phrase = self._words, self._texts(at, stop)
        if phrase[0] == "remind" and stop < len(words) and _asks(words[stop]):
            return []
        until = self._text_end(stop)
        begin = self._text_begin(command, stop, until)
        rest = self._texts(stop, until)
        if all(word in _POLITE or word in _REFERS or word == "of" for word in rest):
            refers = bool(_REFERS & {*phrase[1:2], *rest}) and "this" not in phrase
            refers = refers or (at > self._start and phrase[0] == "remind")
            return [_Found(command, at, (until, until), refers)]
        return [_Found(command, at, (min(begin, until), until))]

    def _text_begin(self, command: Command, stop: int, until: int) -> int:
        """Returns where the text begins: after what joins it to the command."""
        at = stop
        while at < until and self._words[at].text in _COURTESIES:
            at += 1
        if self._texts(at, at + 2) in _FOR_THAT:
            at += 2
        for _ in range(MOST_JOINS):
            at += at < until and self._words[at].text in _JOINS[command]
        return at + 2 if self._texts(at, at + 2) == ["the", "following"] else at

    def _text_end(self, stop: int) -> int:
        """Returns where a text ends: before another, or a sentence that is a command or polite."""
        for at in range(stop + 1, self._end):
            if self._words[at - 1].marked and self._is_text_command(at):
                return at
        for start, end in self._later:
            polite = all(text in _POLITE for text in self._texts(start, end))
            if start >= stop and (polite or _Sentence(self._words, start, end, ()).begun_at(start)):
                return start
        return len(self._words)

    def _is_text_command(self, at: int) -> bool:
        """Returns whether a command that takes a text begins at a word, or after leads there."""
        while at < self._end and (lead := self._lead(at)):
            at += lead
        for many in range(min(LONGEST, self._end - at), 1, -1):
            if COMMANDS.get(tuple(self._texts(at, at + many))) in TAKES_TEXT:
                return self._texts(at, at + many) != ["note", "that"]
        return False

    def _texts(self, start: int, end: int) -> list[str]:
        return [word.text for word in self._words[start:end]]


def _put(words: Sequence[Spoken], at: int, end: int) -> _Found | None:
    """Returns the command of "add milk to my list"."""
    if words[at].text not in _PUTS:
        return None
    for stop in range(at + 2, min(end, at + LONGEST_PUT)):
        found = _LIST.match(" ".join(word.text for word in words[stop : stop + 4]))
        if found is None:
            continue
        after = stop + len(found.group().split())
        refers = stop == at + 2 and words[at + 1].text in _REFERS | {"this"}
        if all(word.text in _POLITE for word in words[after:end]):
            text = (end, end) if refers else (at + 1, stop)
        elif refers:  # "put this on my list: buy milk"
            text, refers = (after, end), False
        else:
            continue
        return _Found(_LISTS[found.group(1)], at, text, refers)
    return None


def _heard(text: str, words: Sequence[Spoken], found: _Found) -> Heard:
    before = text[: words[found.at].start].strip()
    first, last = found.text
    if first < last:
        rest = text[words[first].start : words[last - 1].end]
        led = {word.text for word in words[max(found.begun, 0) : found.at]}
        if led & _ASKERS:  # the mark is that of "could you"
            rest = rest.rstrip("? ")
        return Heard(found.command, _without_stop(rest.strip()), before)
    if not found.refers:
        return Heard(found.command, "", before)
    earlier = _earlier(words, found)
    if earlier is None:
        return Heard(found.command, "", before, refers=True)
    first, last = earlier
    said = text[words[first].start : words[last - 1].end]
    return Heard(found.command, _without_stop(said), before, refers=True)


def _earlier(words: Sequence[Spoken], found: _Found) -> Span | None:
    """Returns the words that a command means: those before it in its sentence, or a sentence."""
    sentences = whole(words)
    start = next(start for start, end in sentences if start <= found.at < end)
    end = found.begun
    while end > start and (words[end - 1].text in _CALLS or _asked(words, start, end)):
        end -= 2 if _asked(words, start, end) else 1
    if end - start >= FEWEST_MEANT:
        return start, end
    return next((span for span in reversed(sentences) if span[1] <= start), None)


def _asks(word: Spoken) -> bool:
    return word.text in _ASKS


def _asked(words: Sequence[Spoken], start: int, end: int) -> bool:
    """Returns whether the words before `end` ask for something: "could you"."""
    return " ".join(word.text for word in words[max(start, end - 2) : end]) in _ASKED


def _without_stop(text: str) -> str:
    """Returns what is to be written down without the mark by which it ended."""
    text = text.rstrip(",;: ")
    last = text.rsplit(maxsplit=1)[-1]
    if not last.endswith(".") or last.endswith("..") or _DOTTED.fullmatch(last):
        return text
    return text if is_abbreviated(last) else text[:-1]
