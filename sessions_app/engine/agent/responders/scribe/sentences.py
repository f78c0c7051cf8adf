"""Where in a sentence the scribe's commands are, and which of its words they take.

A command is found where a request can begin: at the start of a sentence or after a comma, also
behind "could you" and the like. Since many recognisers write no punctuation, words such as
"please" or "now" may introduce one, too. Reported speech and statements are no commands:
"he said stop", "I noted that yesterday".
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from sessions_app.engine.agent.responders.scribe.back_references import (
    back_reference,
    text_begin_after,
)
from sessions_app.engine.agent.responders.scribe.closings import misheard_command
from sessions_app.engine.agent.responders.scribe.endings import (
    QUESTIONS,
    SHORTEST_QUESTION,
    aside_at,
    may_ask,
    taken_back_at,
)
from sessions_app.engine.agent.responders.scribe.found_command import (
    POLITE,
    REFERS,
    FoundCommand,
    Span,
    after_courtesies,
    asks_something_else,
    polite,
)
from sessions_app.engine.agent.responders.scribe.free_wording import freely_worded
from sessions_app.engine.agent.responders.scribe.labels import is_labelled
from sessions_app.engine.agent.responders.scribe.list_items import names_list, states_something
from sessions_app.engine.agent.responders.scribe.list_requests import ListRequests
from sessions_app.engine.agent.responders.scribe.nouns import names_text, tells_clause
from sessions_app.engine.agent.responders.scribe.offers import offers_help, offers_to_write
from sessions_app.engine.agent.responders.scribe.referents import tells_enough
from sessions_app.engine.agent.responders.scribe.reminder_times import time_before_text
from sessions_app.engine.agent.responders.scribe.reminders import (
    after_again,
    asks_what_was_forgotten,
)
from sessions_app.engine.agent.responders.scribe.removals import (
    begins_removal,
    has_consequence,
    tells_consequence,
)
from sessions_app.engine.agent.responders.scribe.run_ons import (
    asks_next,
    begins_next,
    has_no_marks,
)
from sessions_app.engine.agent.responders.scribe.text_starts import COURTESIES, text_begin
from sessions_app.engine.agent.responders.scribe.vocabulary import (
    COMMANDS,
    EACH_TIME,
    TAKES_TEXT,
    Intent,
)
from sessions_app.engine.agent.responders.scribe.words import PlainWord
from sessions_app.engine.text.word_lists import listed
from sessions_app.engine.turns.interruption.words import BACK_CHANNELS

_SPEAKERS = frozenset({"i", "we"})
_REQUEST_WORDS = frozenset({"please", "you", "maybe", "also"})
_WRITE_VERBS = listed("write type put")
_TAKE_DOWN_VERBS = listed("take put get")
MOST_IN_A_ROW = 8
"""How many commands without a text may follow each other in one sentence."""


class CommandSentence(ListRequests):
    """One sentence in which commands are looked for; `later` are the spans of those after it.

    `has_statement` tells whether earlier sentences hold a statement that "that" may refer to ("make
    a note of that"). With `ahead`, only whether a command begins at a word matters: such a sentence
    does not look for further commands itself, so that the search ends.
    """

    def __init__(
        self,
        words: Sequence[PlainWord],
        start: int,
        end: int,
        later: Sequence[Span] = (),
        *,
        has_statement: Callable[[], bool] = bool,
        ahead: bool = False,
    ) -> None:
        super().__init__(words, start, end, ahead=ahead)
        self._later = later
        self._has_earlier_statement = has_statement
        self._tried: set[int] = set()

    def commands(self) -> list[FoundCommand]:
        """Returns the commands at its start, or else the first one within it with those after."""
        commands = self.commands_at(self._start) if self._quoted > self._start else []
        for at in range(self._start + 1, self._end):
            if commands:
                break
            if self._may_begin(at):
                commands = self.commands_at(at, inside=True)
        return commands

    def commands_at(
        self, at: int, *, inside: bool = False, most: int = MOST_IN_A_ROW
    ) -> list[FoundCommand]:
        """Returns the commands at a word, or behind words there that introduce one: "could you"."""
        introduced, start = False, at
        while at < self._end and at not in self._tried:
            self._tried.add(at)
            intent = misheard_command(self._texts(start, at), self._request(at))
            if start == self._start and intent is not None:
                return [FoundCommand(intent, at, lead_start=start)]
            self._lead_start = start
            commands = self._match(at, bare=inside and not introduced, most=most)
            lead = self._lead_words(at)
            if commands or not lead:
                return [_with_lead(command, start) for command in commands]
            introduced = introduced or self._words[at].text not in BACK_CHANNELS
            at += lead
        return []

    def _match(self, at: int, *, bare: bool, most: int) -> list[FoundCommand]:
        """Returns the commands that begin with this very word; `bare`: nothing introduces them."""
        command = self._put(at) or self._changing(at, bare=bare) or self._removal(at, bare=bare)
        command = command or self._reading(at, bare=bare) or self._reminding(at, bare=bare)
        command = command or self._put_down_for(at, bare=bare)
        return [command] if command else self._phrase(at, bare=bare, most=most)

    def _phrase(self, at: int, *, bare: bool, most: int) -> list[FoundCommand]:
        """Returns the commands of the longest phrase here, or of free wording."""
        for many in range(self._longest(at), 0, -1):
            intent = COMMANDS.get(tuple(self._texts(at, at + many)))
            if intent is None or (bare and not self._may_be_inside(at, many)):
                continue
            if intent is Intent.END and not self._ends_call(at, at + many):
                continue
            if self._is_offered(intent, at):
                continue
            if intent is Intent.REDO and self._is_said_twice(at, at + many):
                continue
            if intent not in TAKES_TEXT:
                commands = self._without_text(intent, at, at + many, most)
            else:
                commands = self._with_text(intent, at, at + many)
            if commands:
                return commands
        if (intent := self._free_wording(at, bare=bare)) is not None:
            return [FoundCommand(intent, at)]
        return self._please(at) or self._added(at) or self._taking_down(at)

    def _is_offered(self, intent: Intent, at: int) -> bool:
        """Returns whether this is said to somebody else: "how may I help you?"."""
        if intent is Intent.HELP:
            return offers_help(self._texts(self._lead_start, self._end))
        before = self._texts(self._start, at)
        if intent is Intent.REPEAT and self._words[at].text == "again":
            return before[-1:] in (["thanks"], ["and"])  # "thanks again", "... and again"
        return offers_to_write(intent, before, self._texts(at, self._end))

    def _free_wording(self, at: int, *, bare: bool) -> Intent | None:
        """Returns the command that the rest of the sentence is in free wording."""
        marked = at > 0 and self._words[at - 1].marked
        if bare and not (marked and begins_removal(self._texts(at, self._end))):
            return None
        words = self._request(at)
        intent = None if has_consequence(words) else freely_worded(words)
        if intent is Intent.HELP and offers_help(words):
            return None
        return None if intent is Intent.END and not self._ends_call(at, self._end) else intent

    def _please(self, at: int) -> list[FoundCommand]:
        """Returns the command of a verb that needs a request word: "please note the address"."""
        if not at or at + 1 >= self._end or self._words[at - 1].text not in _REQUEST_WORDS:
            return []
        verb, after = self._texts(at, at + 2)
        labels = verb in _WRITE_VERBS and self._words[at + 1].opened  # "please write: no parking"
        if labels or (verb == "note" and after != "that"):  # "please note the new address"
            return self._with_text(Intent.NOTE, at, at + 1, asked_for=True)
        if verb != "remember":
            return []
        return self._with_text(Intent.ACTION if after == "to" else Intent.NOTE, at, at + 1)

    def _taking_down(self, at: int) -> list[FoundCommand]:
        """Returns the note of "take down that the roof leaks", not of "take down that poster"."""
        if self._words[at].text not in _TAKE_DOWN_VERBS:
            return []
        if self._texts(at + 1, at + 2) != ["down"]:
            return []
        if self._words[at].text == "take" and names_text(
            self._words, at + 2, self._end
        ):  # "take down this address: 5 Mill Road"
            return self._with_text(Intent.NOTE, at, at + 2)
        told = self._texts(at + 2, self._end)
        if told[:1] != ["that"] or not (states_something("write", told) or tells_clause(told)):
            return []
        return self._with_text(Intent.NOTE, at, at + 3)

    def _without_text(self, intent: Intent, at: int, stop: int, most: int) -> list[FoundCommand]:
        """Returns a command and those that follow it; nothing if it goes on with other words."""
        rest = after_courtesies(self._words, stop, self._end)
        if rest == self._end:
            different = asks_something_else(intent, self._texts(stop, rest))
            return [] if different else [FoundCommand(intent, at)]
        more: list[FoundCommand] = []
        if intent is not Intent.HELLO and most >= 2:  # noqa: PLR2004 - this one and another
            more = self._first_commands(range(stop, rest + 1), most - 1)
        again = bool(more) and intent in EACH_TIME and more[0].intent in EACH_TIME
        if not again and (wording := freely_worded(self._request(at))):
            return [FoundCommand(wording, at)]
        if not more or (more[0].intent is intent and not again):
            return more
        return [FoundCommand(intent, at), *more]

    def _first_commands(self, starts: range, most: int) -> list[FoundCommand]:
        """Returns the commands at the first of these places that has any."""
        return next(filter(None, (self.commands_at(start, most=most) for start in starts)), [])

    # -- texts ------------------------------------------------------------------------------

    def _with_text(
        self, intent: Intent, at: int, stop: int, *, asked_for: bool = False
    ) -> list[FoundCommand]:
        """Returns a command with its text; nothing if the phrase is no request for a note.

        `asked_for`: "please" stands before it, so that "note the address" needs no colon.
        """
        words, phrase = self._words, self._texts(at, stop)
        if phrase[0] == "remind":
            if asks_what_was_forgotten(words, stop, self._end):
                return []
            stop = after_again(words, stop, self._end)
            phrase = phrase[:2]
        wishes = phrase[0] in _SPEAKERS and self._is_asked_later(stop)
        if wishes or not (asked_for or is_labelled(words, at, stop, self._end)):
            return []
        if self._is_no_request(at, stop) or self._states_consequence(stop):
            return []
        until = self._text_end(stop, at)
        if (command := self._with_earlier_text(intent, at, stop, until)) is not None:
            return [command]
        begin = max(
            text_begin(words, intent, stop, until), text_begin_after(words, at, stop, self._end)
        )
        rest = self._texts(stop, until)
        if all(word in POLITE or word in REFERS or word == "of" for word in rest):
            refers_back = bool(REFERS & {*phrase[1:2], *rest}) and "this" not in phrase
            refers_back = refers_back or (at > self._start and phrase[0] == "remind")
            refers_back = refers_back or self._notes_earlier(at, phrase)
            return [FoundCommand(intent, at, (until, until), refers_back)]
        begin, when = time_before_text(words, intent, min(begin, until), until)
        return [FoundCommand(intent, at, (begin, until), when=when)]

    def _notes_earlier(self, at: int, phrase: Sequence[str]) -> bool:
        """Returns whether "please note" follows what is to be noted."""
        asks = at > self._start and self._words[at - 1].text == "please" and phrase == ["note"]
        return asks and self._has_statement(tells_enough)

    def _is_asked_later(self, stop: int) -> bool:
        """Returns whether a later command is about this: "I must remember it, remind me"."""
        marked = (at for at in range(stop + 1, self._end) if self._words[at - 1].marked)
        if any(map(self._command_at, marked)):
            return True
        start, end = next(iter(self._later), (0, 0))
        after = CommandSentence(self._words, start, end, ahead=True).commands_at(start)
        return any(one.intent in TAKES_TEXT and one.text[0] >= one.text[1] for one in after)

    def _states_consequence(self, stop: int) -> bool:
        """Returns whether this only states a consequence: "write it down or you forget it"."""
        if not tells_consequence(self._words, stop, self._end):
            return False
        return not self._has_statement(tells_enough)

    def _with_earlier_text(
        self, intent: Intent, at: int, stop: int, until: int
    ) -> FoundCommand | None:
        """Returns a command about what was said before it: "make a note of that"; else None."""
        reference = back_reference(self._words, at, stop, self._end)
        if reference is None:
            return self._asked_to_remind(at, stop)
        after, timed = reference.stop, reference.when[0] < reference.when[1]
        if (
            reference.bare
            and timed
            and (until > self._end or not self._has_statement(tells_enough))
        ):
            return None  # "remind me tomorrow. Call Ann."
        if reference.bare and not timed and self._may_introduce(at, after):
            return None
        back = self._is_back_reference(after, tells_enough)
        if not back and not after == self._end == until:
            return None
        return FoundCommand(intent, at, (after, after), refers_back=True, when=reference.when)

    def _asked_to_remind(self, at: int, stop: int) -> FoundCommand | None:
        """Returns the command of "I must call Ann, can you remind me?", about what is before it."""
        after, statement = stop, self._texts(self._start, self._lead_start)
        while after < self._end and not self._words[after - 1].marked:
            if self._words[after].text not in COURTESIES:
                return None
            after += 1
        opened = after < len(self._words) and self._words[after].opened
        if self._words[at].text != "remind" or opened or not tells_enough(statement):
            return None
        return FoundCommand(Intent.ACTION, at, (after, after), refers_back=True)

    def _may_introduce(self, at: int, after: int) -> bool:
        """Returns whether a text may follow "note that," because it begins the sentence."""
        first = self._lead_start == self._start and not self._words[after - 1].stops
        return first and not self._command_at(after) and at < after < self._end

    def _is_back_reference(self, after: int, enough: Callable[[Sequence[str]], bool]) -> bool:
        """Returns whether "that" is what was said before: a mark or another command follows it."""
        if after < len(self._words) and self._words[after].opened:
            return False
        ends = after == self._end or self._words[after - 1].marked
        ends = ends or self._words[after].text in {"and", "then"}
        return ends and (self._command_at(after) or self._has_statement(enough))

    def _has_statement(self, enough: Callable[[Sequence[str]], bool]) -> bool:
        """Returns whether the words before the command are `enough`, or an earlier sentence is."""
        return enough(self._texts(self._start, self._lead_start)) or self._has_earlier_statement()

    def _command_at(self, at: int) -> bool:
        """Returns whether a command begins at a word."""
        if self._ahead or at >= self._end:
            return False
        return bool(CommandSentence(self._words, at, self._end, ahead=True).commands_at(at))

    def _reads_at(self, at: int) -> bool:
        """Returns whether a request to read the notes begins at a word."""
        if self._ahead or at >= self._end:
            return False
        commands = CommandSentence(self._words, at, self._end, ahead=True).commands_at(at)
        return bool(commands) and commands[0].intent is Intent.READ

    def _is_run_on(self, at: int) -> bool:
        """Returns whether a command may begin here although no mark or "and" parts it."""
        return names_list(self._words[at - 1]) and has_no_marks(self._words)

    def _text_end(self, stop: int, phrase_at: int | None = None) -> int:
        """Returns where a text ends: before the next command, an aside or a "thank you".

        The phrase before it is from `phrase_at` to `stop`.
        """
        if self._ahead:
            return self._end
        for at in range(stop + 1, self._end):
            if self._is_text_command(at) and (
                self._words[at - 1].marked or self._is_joined_command(at)
            ):
                return at
            if phrase_at is not None and begins_next(self._words, (phrase_at, stop), at, self._end):
                return at
            rest = self._words[at - 1 : self._end]
            if taken_back_at(rest) or aside_at(rest) or self._asks_something(stop, at):
                return at
        for start, end in self._later:
            aside = polite(self._texts(start, end)) or aside_at(self._words[start - 1 : end])
            if start >= stop and (
                aside or CommandSentence(self._words, start, end, ahead=True).commands_at(start)
            ):
                return start
        return len(self._words)

    def _asks_something(self, stop: int, at: int) -> bool:
        """Returns whether a question to the scribe begins here: "call Anna, what's on my list"."""
        if self._ahead or self._end - at < SHORTEST_QUESTION:
            return False
        if not (may_ask(self._words, stop, at) or asks_next(self._words, stop, at, self._end)):
            return False
        commands = CommandSentence(self._words, at, self._end, ahead=True).commands_at(at)
        return bool(commands) and all(command.intent in QUESTIONS for command in commands)


def _with_lead(command: FoundCommand, start: int) -> FoundCommand:
    """Returns the command with its first introducing word, unless that is already known."""
    return command if command.lead_start >= 0 else replace(command, lead_start=start)
