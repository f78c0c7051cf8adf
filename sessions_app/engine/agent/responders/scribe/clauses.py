"""The words of a sentence, and where in it a command may begin."""

from collections.abc import Sequence

from sessions_app.engine.agent.responders.scribe.back_references import when_before
from sessions_app.engine.agent.responders.scribe.closings import (
    ends_call,
    lets_go,
    only_closes,
)
from sessions_app.engine.agent.responders.scribe.found_command import (
    INTRODUCERS,
    REFERS,
    ends_in_could_you,
    polite,
    texts,
)
from sessions_app.engine.agent.responders.scribe.frames import (
    BEFORE_TEXTS,
    FRAMES,
    LONGEST_FRAME,
)
from sessions_app.engine.agent.responders.scribe.labels import lacks_text
from sessions_app.engine.agent.responders.scribe.list_items import put_on_list
from sessions_app.engine.agent.responders.scribe.nouns import is_only_mentioned
from sessions_app.engine.agent.responders.scribe.quoted import is_reported, quote_begin
from sessions_app.engine.agent.responders.scribe.reminders import (
    asks_what_was_forgotten,
    is_reminding,
)
from sessions_app.engine.agent.responders.scribe.removals import TAKE_VERBS, begins_removal
from sessions_app.engine.agent.responders.scribe.requests_at_end import (
    is_request_at_end,
    without_courtesies,
)
from sessions_app.engine.agent.responders.scribe.run_ons import follows_statement, orders
from sessions_app.engine.agent.responders.scribe.text_starts import text_begins_within
from sessions_app.engine.agent.responders.scribe.vocabulary import COMMANDS, LONGEST, TAKES_TEXT
from sessions_app.engine.agent.responders.scribe.words import LEADS, REPORTING_VERBS, PlainWord
from sessions_app.engine.text.word_lists import listed
from sessions_app.engine.turns.interruption.words import BACK_CHANNELS

_REQUESTS = listed("please could can would will so")
ADDRESS_WORDS = frozenset({"please", "scribe"})
_LAY_VERBS = listed("put get take mark type")
_SET_DOWN_VERBS = listed("put take set lay")
_DIRECTIONS = listed("to a from off onto there here or before")
_ASKS_WHAT = listed("what where when why how who whom which")
_ONESELF = (["myself"], ["yourself"], ["himself"], ["herself"], ["ourselves"], ["themselves"])
_JOINS_TASK = listed("to that about of reminding you")
"""After "remind me", "I need" and "I want" in a request that a time stands before."""

_PERSONS = listed("you you'll you're it it's he she they i'm i'll we'll")
_REASONS = listed("because since but")
_NEVER_INSIDE = frozenset({"note that", "remember to", "hello", "good morning", "pardon me"})
"""Phrases common in plain talk: within a sentence they need "please" or "could you" before them."""

_MAY_REMOVE = (["you", "can"], ["you", "may"], ["we", "can"], ["we", "could"])
_LIKE_NO = (["no"], ["nor"])
_TAKES_BACK = [
    [verb, "that"] for verb in ("scratch", "strike", "undo", "delete", "erase", "remove", "cancel")
]
LONGEST_BEFORE_NO = 3
"""Words up to "no" in a misheard "oh no"; "I'll" is two."""

_AFTER_SECOND_UNDO = REFERS | listed("this the last")
LONGEST_LEAD = max(6, LONGEST_FRAME)
_ALL_LEADS = LEADS | FRAMES


class Clauses:
    """Says where in a sentence a command may begin, whichever command it is."""

    def __init__(self, words: Sequence[PlainWord], start: int, end: int) -> None:
        self._words = words
        self._start = start
        self._end = end
        self._quoted = quote_begin(words, start, end)
        self._clause_at: dict[int, bool] = {}

    def _may_begin(self, at: int) -> bool:
        """Returns whether a command may begin at a word within the sentence."""
        before = self._words[at - 1]
        if self._is_taken_back(at) or self._is_misheard_release(at):
            return True
        if at >= self._quoted or is_reported(self._words, self._start, at) or self._is_denied(at):
            return False
        if any(text in REPORTING_VERBS for text in self._texts(self._start, at)):
            asks = self._words[at].text in _REQUESTS and before.text not in REPORTING_VERBS
            return before.marked and asks
        if (
            before.marked
            or before.text in INTRODUCERS
            or (ends_in_could_you(self._words, self._start, at) and not self._is_asked_what(at))
        ):
            return True
        follows = follows_statement(self._words, self._start, at, self._end)
        if is_reminding(self._words, at) and _JOINS_TASK & set(self._texts(at + 2, at + 3)):
            return follows or when_before(self._words, self._start, at) is not None
        # _ends_call then looks at what is before
        lets_go = self._lets_go(at) or is_request_at_end(self._words, self._start, at, self._end)
        return follows or lets_go

    def _is_asked_what(self, at: int) -> bool:
        """Returns whether "would you" before a word is a question: "what would you do"."""
        asks = at - self._start >= 3 and self._words[at - 3].text in _ASKS_WHAT  # noqa: PLR2004
        return asks and not self._words[at - 3].marked

    def _is_taken_back(self, at: int) -> bool:
        """Returns whether "oh no, strike that" was misheard: "I'll no strike that"."""
        before, phrase = self._texts(self._start, at), self._texts(at, self._end)
        if before[-1:] not in _LIKE_NO or at - self._start > LONGEST_BEFORE_NO:
            return False
        return phrase in _TAKES_BACK

    def _is_misheard_release(self, at: int) -> bool:
        """Returns whether "that said you can hang up" is "that's it, you can hang up" misheard."""
        before = self._texts(self._start, at)
        return before[-2:] == ["that", "said"] and only_closes(before) and self._lets_go(at)

    def _lets_go(self, at: int) -> bool:
        return lets_go(self._texts(at, self._end))

    def _is_denied(self, at: int) -> bool:
        """Returns whether "not" governs a word: "you can not very well ignore that"."""
        first = at
        while first > self._start and not self._words[first - 1].marked:
            first -= 1
        return self._texts(first, first + 1) == ["you"] and "not" in self._texts(first, at)[1:4]

    def _may_be_inside(self, at: int, many: int) -> bool:
        """Returns whether a phrase may be a command in the middle of a sentence."""
        before, phrase = self._words[at - 1], " ".join(self._texts(at, at + many))
        if phrase in _NEVER_INSIDE:
            alone = polite(self._texts(at + many, self._end)) or self._words[at + many - 1].marked
            alone = alone and before.marked
            return phrase == "note that" and (before.text == "please" or alone)
        if phrase == "todo" and before.text == "and":
            return orders(self._texts(at + 1, self._end))
        return many > 1 or before.marked or before.text in ADDRESS_WORDS

    def _lead_words(self, at: int) -> int:
        """Returns how many words here introduce a command: 2 for "could you"; 0 for none."""
        for many in range(min(LONGEST_LEAD, self._end - at), 1, -1):
            lead = " ".join(self._texts(at, at + many))
            if lead in _ALL_LEADS or (lead in BEFORE_TEXTS and self._asks_for_text(at + many)):
                return many
        reminds = self._texts(at, at + 2) == ["remind", "me"] and at + 2 < self._end
        if reminds and asks_what_was_forgotten(self._words, at + 2, self._end):
            return 2  # "remind me what is on my list"
        if self._texts(at, at + 2) in _MAY_REMOVE:
            removes = begins_removal(self._texts(at + 2, self._end))
            return 2 * (removes and self._words[at + 2].text not in TAKE_VERBS)
        return int(self._words[at].text in LEADS or self._words[at].text in BACK_CHANNELS)

    def _asks_for_text(self, at: int) -> bool:
        """Returns whether "note that" or "add milk to my list" follows "make sure to"."""
        if at >= self._end:
            return False
        if put_on_list(self._words, at, self._end) is not None:
            return True
        phrases = (tuple(self._texts(at, at + many)) for many in range(self._longest(at), 0, -1))
        return any(COMMANDS.get(phrase) in TAKES_TEXT for phrase in phrases)

    def _is_clause(self, at: int) -> bool:
        """Returns whether another clause begins here: "delete two because", "and note that"."""
        if self._words[at - 1].marked or self._words[at].text in _REASONS:
            return True
        if self._words[at].text not in {"and", "then"}:
            return False
        if at not in self._clause_at:
            self._clause_at[at] = self._joins_command(at)
        return self._clause_at[at]

    def _joins_command(self, at: int) -> bool:
        """Returns whether a command follows the "and" here."""
        return (
            self._is_text_command(at)
            or begins_removal(self._texts(at + 1, self._end))
            or self._command_at(at)
        )

    def _command_at(self, at: int) -> bool:
        """Returns whether a command begins at a word, which `CommandSentence` knows."""
        raise NotImplementedError

    def _is_apart(self, at: int) -> bool:
        """Returns whether a mark, "please" or "scribe" sets a word apart from those before it."""
        return self._words[at - 1].marked or self._words[at - 1].text in ADDRESS_WORDS

    def _request(self, at: int) -> list[str]:
        """Returns the words from `at` to the sentence's end, without "please" or "thanks" there."""
        return without_courtesies(self._words, at, self._end)

    def _is_joined_command(self, at: int) -> bool:
        """Returns whether "and note that" or "and remind me" stands here, without a mark."""
        if self._words[at].text != "and":
            return False
        after = self._texts(at + 1, at + 3)
        return after in (["note", "that"], ["remind", "me"]) and at + 3 < self._end

    def _is_text_command(self, at: int) -> bool:
        """Returns whether a command with a text begins here, perhaps behind "could you"."""
        start = at
        while at < self._end and (lead := self._lead_words(at)):
            at += lead
        for many in range(self._longest(at), 1, -1):
            if COMMANDS.get(tuple(self._texts(at, at + many))) in TAKES_TEXT:
                if is_only_mentioned(self._words, at, at + many):
                    return False
                return at > start or self._texts(at, at + many) != ["note", "that"]
        return False

    def _ends_call(self, at: int, stop: int) -> bool:
        """Returns whether a phrase ends the call.

        "If nobody answers, hang up" does not; "before I forget, hang up" does.
        """
        begin = self._start
        framed = (n for n in range(at, begin, -1) if " ".join(self._texts(begin, n)) in FRAMES)
        begin = next(framed, begin)
        return ends_call(self._texts(begin, at), self._texts(at, stop))

    def _is_said_twice(self, at: int, stop: int) -> bool:
        """Returns whether "undo that undo" is the start of two undos: "undo that, undo that"."""
        inside = any(word.marked for word in self._words[at : stop - 1])
        return inside or (stop < self._end and self._words[stop].text in _AFTER_SECOND_UNDO)

    def _is_no_request(self, at: int, stop: int) -> bool:
        """Returns whether the words after a phrase show that it asks for no note."""
        if text_begins_within(self._words, at, stop) or lacks_text(
            self._words, at, stop, self._end
        ):
            return True
        rest = self._request(stop)
        if rest[rest[:1] == ["down"] :] in _ONESELF:
            return True  # "can I write that down myself?"
        return is_only_mentioned(self._words, at, stop) or self._is_put_somewhere(at, stop)

    def _is_put_somewhere(self, at: int, stop: int) -> bool:
        """Returns whether "put it down" is about a thing, not about writing something down."""
        phrase = self._texts(at, stop)
        if phrase[0] in _SET_DOWN_VERBS and phrase[1:] == ["that", "down"] and stop < self._end:
            return self._is_moved(stop)
        if phrase[0] not in _LAY_VERBS or phrase[1:] != ["it", "down"]:
            return False
        first = self._start
        while first < at and (lead := self._lead_words(first)):
            first += lead
        return not polite(self._texts(stop, self._end)) or (first >= at and not self._start)

    def _is_moved(self, at: int) -> bool:
        """Returns whether "take that down" is about a thing: "to the cellar", ", you'll drop it".

        Other words after a mark are what to write down: "take that down: milk".
        """
        if self._words[at - 1].marked:
            return self._words[at].text in _PERSONS
        return self._words[at].text in _DIRECTIONS

    def _longest(self, at: int) -> int:
        """Returns how many words a phrase that begins here may have; 0 if none can begin."""
        longest = LONGEST.get(self._words[at].text, 0) if at < self._end else 0
        return min(longest, self._end - at)

    def _texts(self, start: int, end: int) -> list[str]:
        return texts(self._words, start, end)
