"""Commands about single notes within a sentence: "delete number two", "change the last one to"."""

from sessions_app.engine.agent.responders.scribe.changes import VERBS, change
from sessions_app.engine.agent.responders.scribe.clauses import Clauses
from sessions_app.engine.agent.responders.scribe.found_command import FoundCommand
from sessions_app.engine.agent.responders.scribe.note_references import NoteReference
from sessions_app.engine.agent.responders.scribe.readings import FIRST_WORDS, reading
from sessions_app.engine.agent.responders.scribe.removals import begins_removal, removal
from sessions_app.engine.agent.responders.scribe.searches import FIRST_WORDS as SEARCHES
from sessions_app.engine.agent.responders.scribe.searches import points_at_list, search
from sessions_app.engine.agent.responders.scribe.vocabulary import Intent

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
        names = self._words[at].text in VERBS or at == self._start
        if not names or (bare and not self._is_apart(at)):
            return None
        found = change(self._texts(at, self._end))
        if found is None:
            return None
        first = at + found.text_begin
        text = (first, self._text_end(first)) if first < self._end else (first, first)
        return FoundCommand(Intent.CHANGE, at, text, command_end=first, notes=found.notes)

    def _text_end(self, stop: int, phrase_at: int | None = None) -> int:
        """Returns where the text from `stop` on ends."""
        raise NotImplementedError

    def _reading(self, at: int, *, bare: bool) -> FoundCommand | None:
        """Returns the command that reads some of the notes: "read me the last two"."""
        if self._words[at].text not in FIRST_WORDS | SEARCHES or (bare and not self._is_apart(at)):
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
        return None

    def _is_whole(self, stop: int) -> bool:
        """Returns whether nothing but another command follows: not "what's on it, cheese?"."""
        return stop == self._end or self._command_at(stop)
