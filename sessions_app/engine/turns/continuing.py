"""Detects that the caller continues a turn that was answered already. Times: ms, call clock."""

from typing import Any

from sessions_app.engine.turns.interruption.words import says_stop
from sessions_app.engine.turns.overlaps import Overlap
from sessions_app.engine.turns.pending import PendingTurn, Typed
from sessions_app.engine.turns.seams import without_capital, without_full_stop

FIRST_MS = 1_000.0
"""Speech this soon after the answer's first audio continues the turn, also if that seemed finished.

Larger treats interruptions as continuations; smaller answers a turn in two halves.
"""

AFTER_MS = 2_000.0
"""Speech this soon after unfinished words continues them.

Larger joins what was meant as a new turn; smaller answers a turn in two halves.
"""


class AnsweredTurn:
    """The caller's turn that was answered last, if any.

    `is_open` while its last utterance may go on, as it was answered at a pause.
    """

    def __init__(self) -> None:
        self._turn: PendingTurn | None = None
        self._unfinished = False
        self._sounds_ms: float | None = None
        self.is_open = False

    def begin(self, turn: PendingTurn, *, unfinished: bool) -> None:
        """Notes that `turn` is answered now; `unfinished` where its words seem incomplete."""
        typed = isinstance(turn.words[-1] if turn.words else "", Typed)  # which is whole
        self._turn = None if typed else turn
        self._unfinished, self._sounds_ms = unfinished, None
        self.is_open = turn.pause_ms is not None

    def sounds(self, now_ms: float, *, of_its_own: bool) -> None:
        """Notes that the answer's first audio is sent, or something unprompted (`of_its_own`)."""
        self._sounds_ms = now_ms
        if of_its_own:
            self._turn, self.is_open = None, False

    def words_before(self, at_ms: float, *, sounding: bool = False) -> list[str] | None:
        """Returns the turn's words where speech from `at_ms` on continues it; else None.

        The words of an utterance that is not over are left out, as the recogniser gives them again.
        `sounding` says that the answer is being played.
        """
        turn = self._turn
        if turn is None or not self._goes_on(turn, at_ms, sounding=sounding):
            return None
        words = [*turn.words] if self.is_open or not turn.interim else [*turn.words, turn.interim]
        if self._unfinished and words:
            words[-1] = without_full_stop(words[-1])
        return words

    def overlap(self, at_ms: float, **known: Any) -> Overlap:
        """Returns an overlap from `at_ms` on, with the words of the turn it continues, if any."""
        before = self.words_before(at_ms, sounding=True)
        if before is None or self._turn is None:
            return Overlap(at_ms, **known)
        unfinished = self._unfinished or self.is_open
        answered = self._turn.interim if self.is_open else ""
        return Overlap(
            at_ms, before=before, continues_unfinished=unfinished, answered=answered, **known
        )

    def _goes_on(self, turn: PendingTurn, at_ms: float, *, sounding: bool) -> bool:
        if self.is_open:
            return True
        if sounding and self._sounds_ms is not None and at_ms - self._sounds_ms < FIRST_MS:
            return True
        end_ms = turn.speech_end_ms
        return self._unfinished and end_ms is not None and at_ms - end_ms < AFTER_MS


def turn_of_interruption(
    overlap: Overlap, now_ms: float, *, speaking: bool
) -> tuple[PendingTurn, bool]:
    """Returns the turn that an interruption begins, and whether it continues the last one.

    "Stop" does not, unless the last one was unfinished.
    """
    goes_on = overlap.before is not None and (
        overlap.continues_unfinished or not says_stop(overlap.text)
    )
    words_said = (
        [without_capital(words) for words in overlap.words]
        if goes_on and overlap.continues_unfinished
        else overlap.words
    )
    turn = PendingTurn(
        words=[*((goes_on and overlap.before) or []), *words_said],
        interim=overlap.interim,
        mid_sentence=goes_on and overlap.continues_unfinished and not words_said,
        speech_end_ms=overlap.ended_ms,
        final_due=not overlap.final and not speaking,
        final_ms=now_ms if overlap.final else None,
    )
    return turn, goes_on
