"""Whether the caller goes on with a turn that was answered. Times are in ms on the call clock."""

from typing import Any

from sessions_app.engine.turns.interruption.words import says_stop
from sessions_app.engine.turns.overlaps import Overlap
from sessions_app.engine.turns.pending import Pending, Typed
from sessions_app.engine.turns.seams import lowered, unmarked

FIRST_MS = 1_000.0
"""Who speaks within an answer's first second was not done, whatever the words seemed to be."""

AFTER_MS = 2_000.0
"""Who speaks so soon after words that were not whole goes on with them."""


class AnsweredTurn:
    """The turn of the caller's that was answered last, if any.

    `is_open` says that its last utterance may go on: it was answered at a pause.
    """

    def __init__(self) -> None:
        self._turn: Pending | None = None
        self._unfinished = False
        self._sounds_ms: float | None = None
        self.is_open = False

    def begin(self, turn: Pending, *, unfinished: bool) -> None:
        """`turn` is answered now; `unfinished` says that its words seemed to go on."""
        typed = isinstance(turn.words[-1] if turn.words else "", Typed)  # which is whole
        self._turn = None if typed else turn
        self._unfinished, self._sounds_ms = unfinished, None
        self.is_open = turn.pause_ms is not None

    def sounds(self, now_ms: float, *, of_its_own: bool) -> None:
        """The answer begins to sound, or words that the agent says of its own accord do."""
        self._sounds_ms = now_ms
        if of_its_own:
            self._turn, self.is_open = None, False

    def words_before(self, at_ms: float, *, sounding: bool = False) -> list[str] | None:
        """Returns its words, where what is said from `at_ms` on belongs to it; else None.

        Those of an utterance that goes on come again, and are left out. `sounding` says that
        its answer is being heard; else that was heard to its end, or there was none.
        """
        turn = self._turn
        if turn is None or not self._goes_on(turn, at_ms, sounding=sounding):
            return None
        words = [*turn.words] if self.is_open or not turn.interim else [*turn.words, turn.interim]
        if self._unfinished and words:
            words[-1] = unmarked(words[-1])
        return words

    def overlap(self, at_ms: float, **known: Any) -> Overlap:
        """Returns what speech from `at_ms` on is over the agent's."""
        before = self.words_before(at_ms, sounding=True)
        if before is None or self._turn is None:
            return Overlap(at_ms, **known)
        awaited = self._unfinished or self.is_open
        answered = self._turn.interim if self.is_open else ""
        return Overlap(at_ms, before=before, awaited=awaited, answered=answered, **known)

    def _goes_on(self, turn: Pending, at_ms: float, *, sounding: bool) -> bool:
        if self.is_open:
            return True
        if sounding and self._sounds_ms is not None and at_ms - self._sounds_ms < FIRST_MS:
            return True
        end_ms = turn.speech_end_ms
        return self._unfinished and end_ms is not None and at_ms - end_ms < AFTER_MS


def interrupting(over: Overlap, now_ms: float, *, speaking: bool) -> tuple[Pending, bool]:
    """Returns the turn that an interruption begins, and whether it is the rest of the last one.

    "Stop" is none, unless more was to come.
    """
    goes_on = over.before is not None and (over.awaited or not says_stop(over.text))
    said = [lowered(words) for words in over.words] if goes_on and over.awaited else over.words
    turn = Pending(
        words=[*((goes_on and over.before) or []), *said],
        interim=over.interim,
        within=goes_on and over.awaited and not said,
        speech_end_ms=over.ended_ms,
        final_due=not over.final and not speaking,
        final_ms=now_ms if over.final else None,
    )
    return turn, goes_on
