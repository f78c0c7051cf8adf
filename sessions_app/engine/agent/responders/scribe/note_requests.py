"""Commands about single notes within a sentence: "delete number two", "change the last one to"."""

from dataclasses import replace

from sessions_app.engine.agent.responders.scribe.changes import VERBS, change
from sessions_app.engine.agent.responders.scribe.clauses import Clauses
from sessions_app.engine.agent.responders.scribe.found_command import FoundCommand, polite
from sessions_app.engine.agent.responders.scribe.note_references import NoteReference
from sessions_app.engine.agent.responders.scribe.readings import (
    FIRST_WORDS,
    place_reading,
    reading,
)
from sessions_app.engine.agent.responders.scribe.removals import begins_removal, removal
from sessions_app.engine.agent.responders.scribe.searches import FIRST_WORDS as SEARCHES
from sessions_app.engine.agent.responders.scribe.searches import points_at_list, search
from sessions_app.engine.agent.responders.scribe.substitutions import VERBS as SUBSTITUTES
from sessions_app.engine.agent.responders.scribe.substitutions import substitution
from sessions_app.engine.agent.responders.scribe.vocabulary import Intent
from sessions_app.engine.text.word_lists import listed

APOLOGIES = listed("sorry no oh wait actually and so well okay ok please i mean er um hang on but")
"""Words before a correction: "sorry, I meant Friday, not Thursday"."""

MOST_APOLOGIES = 6
LONGEST_SUBSTITUTION = 24
"""How many words a sentence may have that changes words of a note."""

LONGEST_READING = 16
"""How many words a request to read notes may have."""


LONGEST_REMOVAL = 40
"""Within how many words another clause is looked for after a request to remove notes."""


class NoteRequests(Clauses):
    """Finds the requests to remove, read or change notes that are named by number or by words.

    With `bare`, nothing introduces the request, so that it has to be set apart by a mark.
    """

    def _removal(self, at: int, *, bare: bool) -> FoundCommand | None:
        """Returns the command that removes notes by number, by words in them, or all of them.

        A list of numbers may go on after a comma or "and"; words end where another clause begins.
        """
        if (bare and not self._is_apart(at)) or not begins_removal(self._texts(at, self._end)):
            return None
        last = min(self._end, at + LONGEST_REMOVAL)
        ends = [stop for stop in range(at + 2, last) if self._is_clause(stop)]
        for stop in reversed([*ends, self._end]):
            notes = removal(self._texts(at, stop))
            if notes is not None and not notes.words:
                return FoundCommand(Intent.UNDO, at, (stop, stop), notes=notes)
        stop = next(iter([*ends, self._end]))
        notes = removal(self._texts(at, stop))
        return None if notes is None else FoundCommand(Intent.UNDO, at, (stop, stop), notes=notes)

    def _changing(self, at: int, *, bare: bool) -> FoundCommand | None:
        """Returns the command that changes a note: "change note two to buy oat milk"."""
        names = self._words[at].text in VERBS | SUBSTITUTES or self._is_first(at)
        if not names or (bare and not self._is_apart(at)):
            return None
        found = change(self._texts(at, self._end))
        if found is None:
            return self._substituting(at)
        first = at + found.text_begin
        text = (first, self._text_end(first)) if first < self._end else (first, first)
        return FoundCommand(Intent.CHANGE, at, text, command_end=first, notes=found.notes)

    def _is_first(self, at: int) -> bool:
        """Returns whether only words such as "sorry" or "no" stand before a word."""
        few = at - self._start <= MOST_APOLOGIES
        return few and APOLOGIES.issuperset(self._texts(self._start, at))

    def _substituting(self, at: int) -> FoundCommand | None:
        """Returns the command that changes words of a note: "change Bob to Robert"."""
        first = self._is_first(at)
        if self._end - at > LONGEST_SUBSTITUTION:
            return None
        if substitution(self._texts(at, self._end), first=first) is None:
            return None
        end = min(self._end, self._text_end(at))
        while end > at and polite(self._texts(end - 1, end)):
            end -= 1
        found = substitution(self._texts(at, end), first=first)
        if found is None:
            return None
        new = (at + found.new[0], at + found.new[1])
        named = found.notes or NoteReference(words=found.old, sure=False)
        notes = replace(
            named, replaced=found.old, added=not found.old, sure=named.sure and not found.old
        )
        return FoundCommand(
            Intent.CHANGE, at, new, command_end=end, notes=notes, unsure=not found.sure
        )

    def _text_end(self, stop: int, phrase_at: int | None = None) -> int:
        """Returns where the text from `stop` on ends."""
        raise NotImplementedError

    def _reading(self, at: int, *, bare: bool) -> FoundCommand | None:
        """Returns the command that reads some of the notes: "read me the last two"."""
        goes_on = at - 1 == self._start and self._words[at - 1].text == "and"
        begins = self._words[at].text in FIRST_WORDS | SEARCHES
        if not (begins or goes_on) or (bare and not self._is_apart(at)):
            return None
        for stop in range(min(self._end, at + LONGEST_READING), at + 1, -1):
            if stop < self._end and not self._is_clause(stop):
                continue
            asked = self._texts(at, stop)
            if points_at_list(asked) and self._is_whole(stop):
                everything = NoteReference(every=True, sure=False)
                return FoundCommand(Intent.READ, at, (stop, stop), notes=everything, unsure=True)
            notes = reading(asked) or search(asked)
            if notes is not None and (notes.sure or notes.words or self._is_whole(stop)):
                return FoundCommand(Intent.READ, at, (stop, stop), notes=notes)
            placed = place_reading(asked, goes_on=goes_on)
            if placed is not None and self._is_whole(stop):
                return FoundCommand(Intent.READ, at, (stop, stop), notes=placed, unsure=True)
        return None

    def _is_whole(self, stop: int) -> bool:
        """Returns whether nothing but another command follows: not "what's on it, cheese?"."""
        return stop == self._end or self._command_at(stop)
