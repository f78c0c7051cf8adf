"""Where in a sentence the scribe's commands are, and which of its words they take.

A command stands where a request would: at the beginning of a sentence or after a comma, perhaps
after "could you" and the like; or, since many recognisers write no marks, after words that lead
to one. What is told ("I noted that yesterday", "he said stop") is none.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from sessions_app.engine.agent.responders.scribe.clauses import NAMED, Clauses
from sessions_app.engine.agent.responders.scribe.closings import heard_for
from sessions_app.engine.agent.responders.scribe.endings import (
    ASKED,
    SHORTEST_QUESTION,
    aside_at,
    may_ask,
    taken_back_at,
)
from sessions_app.engine.agent.responders.scribe.found import (
    POLITE,
    REFERS,
    Found,
    Span,
    asks_otherwise,
    polite,
    polite_end,
)
from sessions_app.engine.agent.responders.scribe.joins import COURTESIES, text_begin
from sessions_app.engine.agent.responders.scribe.labels import shows_its_text
from sessions_app.engine.agent.responders.scribe.loose import loosely
from sessions_app.engine.agent.responders.scribe.meant import tells, tells_enough
from sessions_app.engine.agent.responders.scribe.pointing import begins_after, pointing
from sessions_app.engine.agent.responders.scribe.puts import (
    LONGEST_PUT,
    SHORTEST_PUT,
    added,
    is_told,
    may_put,
    put,
)
from sessions_app.engine.agent.responders.scribe.readings import BEGINS, reading
from sessions_app.engine.agent.responders.scribe.reminders import after_again, asks_again
from sessions_app.engine.agent.responders.scribe.removals import begins, removal
from sessions_app.engine.agent.responders.scribe.vocabulary import (
    COMMANDS,
    EACH_TIME,
    LONGEST,
    TAKES_TEXT,
    Intent,
)
from sessions_app.engine.agent.responders.scribe.words import PlainWord
from sessions_app.engine.text.word_lists import listed
from sessions_app.engine.turns.interruption.words import BACK_CHANNELS

_NEVER_INSIDE = frozenset({"note that", "remember to", "hello", "good morning", "pardon me"})
"""Phrases that are common in plain talk: they want "please" or "could you" before them there."""

_ASKING = frozenset({"please", "you", "maybe", "also"})
_OWN = listed("me us you my mine mean be may mi knee we meet myself yourself")
"""Who is no other person after "remind": some are "me" as it is heard."""

_REMINDS_TO = listed("to about that of")
LONGEST_NAME = 4
_TAKES = listed("take put get")
_UNDONE = REFERS | listed("this the last")
MOST_IN_A_ROW = 8
"""So many commands without text follow each other in one sentence."""

LONGEST_READING = 16


class CommandSentence(Clauses):
    """One sentence of what was said, in which commands are looked for; `later` are those after.

    `told` says whether anything was told before it, which "that" may mean. One that looks `ahead`
    only tells whether a command begins somewhere, and looks no further.
    """

    def __init__(
        self,
        words: Sequence[PlainWord],
        start: int,
        end: int,
        later: Sequence[Span] = (),
        *,
        told: Callable[[], bool] = bool,
        ahead: bool = False,
    ) -> None:
        super().__init__(words, start, end)
        self._later = later
        self._told = told
        self._ahead = ahead
        self._begun = start
        self._tried: set[int] = set()

    def commands(self) -> list[Found]:
        """Returns those that begin it, or else the first within it with those that follow."""
        found = self.begun_at(self._start)
        for at in range(self._start + 1, self._end):
            if found:
                break
            if self._may_begin(at):
                found = self.begun_at(at, inside=True)
        return found

    def begun_at(self, at: int, *, inside: bool = False, most: int = MOST_IN_A_ROW) -> list[Found]:
        """Returns the commands that begin at a word, or after words there that lead to one."""
        led, begun = False, at
        while at < self._end and at not in self._tried:
            self._tried.add(at)
            meant = heard_for(self._texts(begun, at), self._courteous(at))
            if begun == self._start and meant is not None:
                return [Found(meant, at, begun=begun)]
            self._begun = begun
            found = self._matched(at, bare=inside and not led, most=most)
            lead = self._lead(at)
            if found or not lead:
                return [replace(one, begun=begun if one.begun < 0 else one.begun) for one in found]
            led = led or self._words[at].text not in BACK_CHANNELS
            at += lead
        return []

    def _matched(self, at: int, *, bare: bool, most: int) -> list[Found]:
        """Returns the commands that begin with this very word; `bare` if nothing leads to them."""
        one = self._put(at) or self._removal(at, bare=bare)
        one = one or self._reading(at, bare=bare) or self._reminding(at, bare=bare)
        if one is not None:
            return [one]
        for many in range(min(LONGEST, self._end - at), 0, -1):
            command = COMMANDS.get(tuple(self._texts(at, at + many)))
            if command is None or (bare and not self._stands_inside(at, many)):
                continue
            if command is Intent.END and not self._ends_here(at, at + many):
                continue
            if command is Intent.REDO and self._is_said_twice(at, at + many):
                continue
            if command not in TAKES_TEXT:
                found = self._without_text(command, at, at + many, most)
            else:
                found = self._with_text(command, at, at + many)
            if found:
                return found
        loose = not bare or (self._words[at - 1].marked and begins(self._texts(at, self._end)))
        meant = loosely(self._courteous(at)) if loose else None
        if meant is not None and (meant is not Intent.END or self._ends_here(at, self._end)):
            return [Found(meant, at)]
        return self._please(at) or self._added(at) or self._taking_down(at)

    def _is_said_twice(self, at: int, stop: int) -> bool:
        """Returns whether "undo that undo" is the beginning of "undo that, undo that"."""
        inside = any(word.marked for word in self._words[at : stop - 1])
        return inside or (stop < self._end and self._words[stop].text in _UNDONE)

    def _put(self, at: int) -> Found | None:
        """Returns what is put on a list; what follows that is its text only if nothing was told."""
        one = self._put_before_more(at) or put(self._words, at, self._end)
        if one is None or not one.refers or one.text[0] >= one.text[1]:
            return one
        after = one.text[0]
        if self._points_back(after, tells):
            return replace(one, text=(after, after))
        return replace(one, refers=False)

    def _put_before_more(self, at: int) -> Found | None:
        """Returns what is put on a list before another command, or before what is told of it."""
        if self._ahead or not may_put(self._words[at]):
            return None
        for stop in range(at + SHORTEST_PUT, min(self._end, at + LONGEST_PUT)):
            marked = self._words[stop - 1].marked
            if not marked and self._words[stop].text != "and":
                continue
            if (one := put(self._words, at, stop)) is None:
                continue
            told = marked and not one.refers and self._begun == self._start
            if told or self._command_at(stop):
                return one
        return None

    def _removal(self, at: int, *, bare: bool) -> Found | None:
        """Returns what takes notes out by their numbers or words, or takes out all of them.

        Numbers may be listed beyond a comma or an "and"; words end where another clause begins.
        """
        if (bare and not self._is_apart(at)) or not begins(self._texts(at, self._end)):
            return None
        ends = [stop for stop in range(at + 2, self._end) if self._is_clause(stop)]
        for stop in reversed([*ends, self._end]):
            found = removal(self._texts(at, stop))
            if found is not None and not found.words:
                return Found(Intent.UNDO, at, (stop, stop), which=found)
        stop = next(iter([*ends, self._end]))
        found = removal(self._texts(at, stop))
        return None if found is None else Found(Intent.UNDO, at, (stop, stop), which=found)

    def _reading(self, at: int, *, bare: bool) -> Found | None:
        """Returns what reads some of the notes, by their numbers or places."""
        if self._words[at].text not in BEGINS or (bare and not self._is_apart(at)):
            return None
        for stop in range(min(self._end, at + LONGEST_READING), at + 2, -1):
            if stop < self._end and not self._is_clause(stop):
                continue
            if (found := reading(self._texts(at, stop))) is not None:
                return Found(Intent.READ, at, (stop, stop), which=found)
        return None

    def _reminding(self, at: int, *, bare: bool) -> Found | None:
        """Returns what reminds somebody else: "remind Anna to send the slides"."""
        after = self._texts(at + 1, min(at + 2 + LONGEST_NAME, self._end))
        if self._words[at].text != "remind" or not after:
            return None
        if after[0] in _OWN and not (after[0] == "my" and after[2:3] == ["to"]):
            return None  # "remind my husband to" is of another person
        if bare and not self._is_apart(at):
            return None
        join = next((n for n, word in enumerate(after) if n and word in _REMINDS_TO), 0)
        stop = at + 2 + join
        if not join or stop >= self._end:
            return None
        return Found(Intent.ACTION, at, (at, self._text_end(stop)))

    def _please(self, at: int) -> list[Found]:
        """Returns what is asked for by a verb that is common in plain talk, and so wants asking."""
        if not at or at + 1 >= self._end or self._words[at - 1].text not in _ASKING:
            return []
        verb, after = self._texts(at, at + 2)
        if verb == "note" and after != "that":  # "please note the new address"
            return self._with_text(Intent.NOTE, at, at + 1, asked_for=True)
        if verb != "remember":
            return []
        return self._with_text(Intent.ACTION if after == "to" else Intent.NOTE, at, at + 1)

    def _added(self, at: int) -> list[Found]:
        """Returns what is to be put on the list that is not named: "add eggs, please"."""
        one = added(self._words, at, self._end) if self._begun == self._start else None
        return [one] if one is not None else []

    def _taking_down(self, at: int) -> list[Found]:
        """Returns the command of "take down that the roof leaks", which is of no poster."""
        if self._texts(at + 1, at + 3) != ["down", "that"] or self._words[at].text not in _TAKES:
            return []
        told = is_told("write", self._texts(at + 2, self._end))
        return self._with_text(Intent.NOTE, at, at + 3) if told else []

    def _stands_inside(self, at: int, many: int) -> bool:
        before, phrase = self._words[at - 1], " ".join(self._texts(at, at + many))
        if phrase in _NEVER_INSIDE:
            last = polite(self._texts(at + many, self._end)) or self._words[at + many - 1].marked
            last = last and before.marked
            return phrase == "note that" and (before.text == "please" or last)
        return many > 1 or before.marked or before.text in NAMED

    def _without_text(self, command: Intent, at: int, stop: int, most: int) -> list[Found]:
        """Returns a command and those that follow it; nothing where other words do."""
        rest = polite_end(self._words, stop, self._end)
        if rest == self._end:
            other = asks_otherwise(command, self._texts(stop, rest))
            return [] if other else [Found(command, at)]
        more: list[Found] = []
        if command is not Intent.HELLO and most >= 2:  # noqa: PLR2004 - this one and another
            more = self._first_begun(range(stop, rest + 1), most - 1)
        again = bool(more) and command in EACH_TIME and more[0].command in EACH_TIME
        if not again and (meant := loosely(self._courteous(at))):
            return [Found(meant, at)]
        if not more or (more[0].command is command and not again):
            return more
        return [Found(command, at), *more]

    def _first_begun(self, begins: range, most: int) -> list[Found]:
        """Returns the commands that begin at the first of these words where any do."""
        return next(filter(None, (self.begun_at(begin, most=most) for begin in begins)), [])

    # -- what it is about -------------------------------------------------------------------

    def _with_text(
        self, command: Intent, at: int, stop: int, *, asked_for: bool = False
    ) -> list[Found]:
        """Returns a command with its text; nothing where it asks for something else.

        With `asked_for` a verb that is common in plain talk is a command without a mark, too.
        """
        words, phrase = self._words, self._texts(at, stop)
        if phrase[0] == "remind":
            if asks_again(words, stop, self._end):
                return []
            stop = after_again(words, stop, self._end)
            phrase = phrase[:2]
        if not (asked_for or shows_its_text(words, at, stop, self._end)):
            return []
        if self._is_no_request(at, stop):
            return []
        until = self._text_end(stop)
        if (pointed := self._pointed(command, at, stop, until)) is not None:
            return [pointed]
        begin = max(
            text_begin(words, command, stop, until), begins_after(words, at, stop, self._end)
        )
        rest = self._texts(stop, until)
        if all(word in POLITE or word in REFERS or word == "of" for word in rest):
            refers = bool(REFERS & {*phrase[1:2], *rest}) and "this" not in phrase
            refers = refers or (at > self._start and phrase[0] == "remind")
            return [Found(command, at, (until, until), refers)]
        return [Found(command, at, (min(begin, until), until))]

    def _pointed(self, command: Intent, at: int, stop: int, until: int) -> Found | None:
        """Returns a command that means what was told before it, whatever is said after it."""
        found = pointing(self._words, at, stop, self._end)
        if found is None:
            return self._asked_to_remind(at, stop)
        after, timed = found.stop, found.when[0] < found.when[1]
        if found.bare and timed and (until > self._end or not self._has_told(tells_enough)):
            return None  # "remind me tomorrow. Call Ann."
        if found.bare and not timed and self._may_lead(at, after):
            return None
        back = self._points_back(after, tells_enough)
        if not back and not after == self._end == until:
            return None
        return Found(command, at, (after, after), refers=True, when=found.when)

    def _asked_to_remind(self, at: int, stop: int) -> Found | None:
        """Returns what "can you remind me?" means after a comma: what was told before that."""
        after, told = stop, self._texts(self._start, self._begun)
        while after < self._end and not self._words[after - 1].marked:
            if self._words[after].text not in COURTESIES:
                return None
            after += 1
        opened = after < len(self._words) and self._words[after].opened
        if self._words[at].text != "remind" or opened or not tells_enough(told):
            return None
        return Found(Intent.ACTION, at, (after, after), refers=True)

    def _may_lead(self, at: int, after: int) -> bool:
        """Returns whether "note that," begins a sentence, and so may lead to what is told."""
        begins = self._begun == self._start and not self._words[after - 1].stops
        return begins and not self._command_at(after) and at < after < self._end

    def _points_back(self, after: int, enough: Callable[[Sequence[str]], bool]) -> bool:
        """Returns whether "that" means what was told, by what follows: a mark, or a command."""
        if after < len(self._words) and self._words[after].opened:
            return False
        ends = after == self._end or self._words[after - 1].marked
        ends = ends or self._words[after].text in {"and", "then"}
        return ends and (self._command_at(after) or self._has_told(enough))

    def _has_told(self, enough: Callable[[Sequence[str]], bool]) -> bool:
        """Returns whether `enough` was told in this sentence before the command, or earlier."""
        return enough(self._texts(self._start, self._begun)) or self._told()

    def _command_at(self, at: int) -> bool:
        if self._ahead or at >= self._end:
            return False
        return bool(CommandSentence(self._words, at, self._end, ahead=True).begun_at(at))

    def _text_end(self, stop: int) -> int:
        """Returns where a text ends: before another, or a sentence that is a command or polite."""
        if self._ahead:
            return self._end
        for at in range(stop + 1, self._end):
            if self._is_text_command(at) and (self._words[at - 1].marked or self._joined_on(at)):
                return at
            here = self._words[at - 1 : self._end]
            if taken_back_at(here) or aside_at(here) or self._asks_something(stop, at):
                return at
        for start, end in self._later:
            over = polite(self._texts(start, end)) or aside_at(self._words[start - 1 : end])
            if start >= stop and (
                over or CommandSentence(self._words, start, end, ahead=True).begun_at(start)
            ):
                return start
        return len(self._words)

    def _asks_something(self, stop: int, at: int) -> bool:
        """Returns whether the sentence goes on with a question to the scribe."""
        if self._ahead or self._end - at < SHORTEST_QUESTION or not may_ask(self._words, stop, at):
            return False
        found = CommandSentence(self._words, at, self._end, ahead=True).begun_at(at)
        return bool(found) and all(one.command in ASKED for one in found)
