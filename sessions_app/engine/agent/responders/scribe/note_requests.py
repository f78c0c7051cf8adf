"""Commands about single notes within a sentence: "delete number two", "read me the last one"."""

from sessions_app.engine.agent.responders.scribe.clauses import Clauses
from sessions_app.engine.agent.responders.scribe.found_command import FoundCommand
from sessions_app.engine.agent.responders.scribe.readings import FIRST_WORDS, reading
from sessions_app.engine.agent.responders.scribe.removals import begins_removal, removal
from sessions_app.engine.agent.responders.scribe.vocabulary import Intent

LONGEST_READING = 16
"""How many words a request to read notes may have."""


class NoteRequests(Clauses):
    """Finds the requests to remove or read notes that are named by number or by words.

    With `bare`, nothing introduces the request, so that it has to be set apart by a mark.
    """

    def _removal(self, at: int, *, bare: bool) -> FoundCommand | None:
        """Returns the command that removes notes by number, by words in them, or all of them.

        A list of numbers may go on after a comma or "and"; words end where another clause begins.
        """
        if (bare and not self._is_apart(at)) or not begins_removal(self._texts(at, self._end)):
            return None
        ends = [stop for stop in range(at + 2, self._end) if self._is_clause(stop)]
        for stop in reversed([*ends, self._end]):
            notes = removal(self._texts(at, stop))
            if notes is not None and not notes.words:
                return FoundCommand(Intent.UNDO, at, (stop, stop), notes=notes)
        stop = next(iter([*ends, self._end]))
        notes = removal(self._texts(at, stop))
        return None if notes is None else FoundCommand(Intent.UNDO, at, (stop, stop), notes=notes)

    def _reading(self, at: int, *, bare: bool) -> FoundCommand | None:
        """Returns the command that reads some of the notes: "read me the last two"."""
        if self._words[at].text not in FIRST_WORDS or (bare and not self._is_apart(at)):
            return None
        for stop in range(min(self._end, at + LONGEST_READING), at + 2, -1):
            if stop < self._end and not self._is_clause(stop):
                continue
            if (notes := reading(self._texts(at, stop))) is not None:
                return FoundCommand(Intent.READ, at, (stop, stop), notes=notes)
        return None
