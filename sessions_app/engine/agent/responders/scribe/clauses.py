"""The words of a sentence, and where in it a command may begin."""

from collections.abc import Sequence

from sessions_app.engine.agent.responders.scribe.closings import ends_here, parts
from sessions_app.engine.agent.responders.scribe.found import CALLS, asked, polite, texts
from sessions_app.engine.agent.responders.scribe.frames import FRAMES, LONGEST_FRAME
from sessions_app.engine.agent.responders.scribe.joins import is_cut
from sessions_app.engine.agent.responders.scribe.labels import is_told_of
from sessions_app.engine.agent.responders.scribe.nouns import is_spoken_of
from sessions_app.engine.agent.responders.scribe.pointing import when_before
from sessions_app.engine.agent.responders.scribe.quoted import is_told, quote_begin
from sessions_app.engine.agent.responders.scribe.reminders import asks_again
from sessions_app.engine.agent.responders.scribe.removals import begins
from sessions_app.engine.agent.responders.scribe.requests_at_end import closes, courteous
from sessions_app.engine.agent.responders.scribe.vocabulary import COMMANDS, LONGEST, TAKES_TEXT
from sessions_app.engine.agent.responders.scribe.words import LEADS, TALE, PlainWord
from sessions_app.engine.text.word_lists import listed
from sessions_app.engine.turns.interruption.words import BACK_CHANNELS

_REQUESTS = listed("please could can would will so")
NAMED = frozenset({"please", "scribe"})
_LAYS = listed("put get take mark type")
_SETS_DOWN = listed("put take set lay")
_WHERE_TO = listed("to a from off onto there here or before")
_WHO = listed("you you'll you're it it's he she they i'm i'll we'll")
_REASONS = listed("because since but")
LONGEST_LEAD = max(6, LONGEST_FRAME)
_LEADS = LEADS | FRAMES


class Clauses:
    """What a sentence's words are for each other, without what they ask for."""

    def __init__(self, words: Sequence[PlainWord], start: int, end: int) -> None:
        self._words = words
        self._start = start
        self._end = end
        self._quoted = quote_begin(words, start, end)

    def _may_begin(self, at: int) -> bool:
        """Returns whether a command may begin at a word within the sentence."""
        before = self._words[at - 1]
        if at >= self._quoted or is_told(self._words, self._start, at):
            return False
        if any(text in TALE for text in self._texts(self._start, at)):
            asks = self._words[at].text in _REQUESTS and before.text not in TALE
            return before.marked and asks
        if before.marked or before.text in CALLS or asked(self._words, self._start, at):
            return True
        if self._texts(at, at + 3) == ["remind", "me", "to"]:
            return when_before(self._words, self._start, at) is not None
        if parts(self._texts(at, self._end)):
            return True  # if all before closes, too
        return closes(self._words, self._start, at, self._end)

    def _lead(self, at: int) -> int:
        """Returns how many words here only lead to a command."""
        for many in range(min(LONGEST_LEAD, self._end - at), 1, -1):
            if " ".join(self._texts(at, at + many)) in _LEADS:
                return many
        reminds = self._texts(at, at + 2) == ["remind", "me"] and at + 2 < self._end
        if reminds and asks_again(self._words, at + 2, self._end):
            return 2  # "remind me what is on my list"
        if self._texts(at, at + 2) in (["you", "can"], ["you", "may"]):
            return 2 * begins(self._texts(at + 2, self._end))
        return int(self._words[at].text in LEADS or self._words[at].text in BACK_CHANNELS)

    def _is_clause(self, at: int) -> bool:
        """Returns whether what follows says something else than which notes."""
        if self._words[at - 1].marked or self._words[at].text in _REASONS:
            return True
        joins = self._words[at].text in {"and", "then"}
        return joins and (self._is_text_command(at) or begins(self._texts(at + 1, self._end)))

    def _is_apart(self, at: int) -> bool:
        """Returns whether something stands between a word and what is before it, or calls it."""
        return self._words[at - 1].marked or self._words[at - 1].text in NAMED

    def _courteous(self, at: int) -> list[str]:
        """Returns the words of the sentence from there on, without courtesies at its end."""
        return courteous(self._words, at, self._end)

    def _joined_on(self, at: int) -> bool:
        """Returns whether "and note that" or "and remind me" is here, in words without a mark."""
        if self._words[at].text != "and":
            return False
        after = self._texts(at + 1, at + 3)
        return after in (["note", "that"], ["remind", "me"]) and at + 3 < self._end

    def _is_text_command(self, at: int) -> bool:
        """Returns whether a command that takes a text begins at a word, or after leads there."""
        begun = at
        while at < self._end and (lead := self._lead(at)):
            at += lead
        for many in range(min(LONGEST, self._end - at), 1, -1):
            if COMMANDS.get(tuple(self._texts(at, at + many))) in TAKES_TEXT:
                if is_spoken_of(self._words, at, at + many):
                    return False
                return at > begun or self._texts(at, at + many) != ["note", "that"]
        return False

    def _ends_here(self, at: int, stop: int) -> bool:
        """Returns whether a phrase ends the call; "before I forget" is no "before" of a time."""
        begin = self._start
        framed = (n for n in range(at, begin, -1) if " ".join(self._texts(begin, n)) in FRAMES)
        begin = next(framed, begin)
        return ends_here(self._texts(begin, at), self._texts(at, stop))

    def _is_no_request(self, at: int, stop: int) -> bool:
        """Returns whether a phrase that takes a text is one of what is told, by what follows it."""
        if is_cut(self._words, at, stop) or is_told_of(self._words, at, stop, self._end):
            return True
        return is_spoken_of(self._words, at, stop) or self._is_laid_down(at, stop)

    def _is_laid_down(self, at: int, stop: int) -> bool:
        """Returns whether "put it down" is about a thing: nothing to note was said before it."""
        phrase = self._texts(at, stop)
        if phrase[0] in _SETS_DOWN and phrase[1:] == ["that", "down"] and stop < self._end:
            return self._says_more(stop)
        if phrase[0] not in _LAYS or phrase[1:] != ["it", "down"]:
            return False
        here = self._start
        while here < at and (lead := self._lead(here)):
            here += lead
        return not polite(self._texts(stop, self._end)) or (here >= at and not self._start)

    def _says_more(self, at: int) -> bool:
        """Returns whether "take that down" is about a thing: "to the cellar", "you'll drop it".

        After another mark it is told what to take down.
        """
        if self._words[at - 1].marked:
            return self._words[at].text in _WHO
        return self._words[at].text in _WHERE_TO

    def _texts(self, start: int, end: int) -> list[str]:
        return texts(self._words, start, end)
