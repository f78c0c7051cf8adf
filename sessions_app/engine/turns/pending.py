"""The caller's turn until it is answered. Times are in ms on the call clock."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum

from sessions_app.engine.core.agent_config import TurnSettings
from sessions_app.engine.text.writing import closed, join_sentences, plain_words
from sessions_app.engine.turns.endpointing.base import Endpointer, TurnSoFar
from sessions_app.engine.turns.seams import without_capital, without_full_stop

FINAL_GRACE_MS = 2_000.0
"""How long past the maximum delay a missing final is awaited. Less answers without late words."""

SAME_UTTERANCE_MS = 1_000.0
"""A final whose words end at most this much (ms) after the answered ones is of their utterance.

Lower answers an utterance twice whose final ends late; higher takes the next one's final for its.
"""


class Typed(str):
    """Words that were typed, which are a sentence of their own."""

    __slots__ = ()


@dataclass(slots=True)
class PendingTurn:
    """A turn that is not answered yet: its words, and what is still to come.

    `words` are the texts of its finals, `interim` that of the utterance without one.
    `speech_end_ms` is when the VAD found that the caller fell silent; `pause_ms` the same for a
    pause that may not be the end. `whole`: `interim` has all words up to there, so no final need be
    awaited. `sure` is the recogniser's confidence in the last word, `finished` a turn model's
    probability that the latest silence ends the turn. `before` are the words of a turn that was
    answered too early, and belong to this one as soon as it has words of its own. `prepared` is the
    text of a preemptive answer.
    """

    before: list[str] | None = None
    words: list[str] = field(default_factory=list)
    interim: str = ""
    speech_end_ms: float | None = None
    pause_ms: float | None = None
    whole: bool = False
    sure: float | None = None
    finished: float | None = None
    final_due: bool = False
    final_ms: float | None = None
    prepared: str = ""
    mid_sentence: bool = False
    """Whether the next words continue the last sentence."""

    @property
    def text(self) -> str:
        """All words so far; empty while only `before` is known."""
        own = [*self.words, self.interim]
        return _join_words([*(self.before or []), *own]) if any(own) else ""

    @property
    def so_far(self) -> TurnSoFar:
        return TurnSoFar(self.text, self.sure, self.finished)

    @property
    def end_ms(self) -> float | None:
        """When the caller fell silent; None while that, or the words up to it, is not known."""
        if self.pause_ms is not None:
            return self.pause_ms if self.whole else None
        return self.speech_end_ms

    @property
    def awaits_final(self) -> bool:
        """Whether the last utterance's words are still missing."""
        return self.final_due and not self.whole

    def due_ms(self, endpointer: Endpointer, settings: TurnSettings) -> float | None:
        """Returns when the turn is over if nothing more is said; None while that is not known."""
        if self.end_ms is None or not (self.text or self.final_due):
            return None
        if self.awaits_final:
            return self.end_ms + settings.max_delay_ms + FINAL_GRACE_MS
        return self.end_ms + endpointer.wait_ms(self.so_far, settings)

    def merge(self) -> bool:
        """Moves `before` into `words`; returns whether there was an earlier turn to continue."""
        goes_on = self.before is not None
        self.words, self.before = [*(self.before or []), *self.words], None
        return goes_on

    def take_interim(self, text: str) -> None:
        """Takes an interim; it does not replace a whole one."""
        if not self.whole:
            self.interim = text

    def take_whole(self, text: str, sure: float | None, end_ms: float) -> None:
        """Takes all words up to `end_ms`, where that includes the present pause."""
        if self.pause_ms is not None and end_ms >= self.pause_ms:
            self.interim = without_capital(text) if self.mid_sentence else text
            self.sure, self.whole = sure, True

    def take_turn_model(self, finished: float, at_ms: float) -> None:
        """Takes a turn model's probability for the silence from `at_ms` on, if it still lasts."""
        if at_ms in (self.pause_ms, self.speech_end_ms):
            self.finished = finished

    def take_final(self, text: str, sure: float | None, now_ms: float) -> None:
        """Takes the final of an utterance."""
        self.interim, self.whole, self.sure = "", False, sure
        self.final_ms = now_ms
        if text:
            self.words.append(without_capital(text) if self.mid_sentence else text)
            self.mid_sentence = False

    def resume(self) -> None:
        """Notes that the caller speaks again after a pause."""
        self.pause_ms, self.whole, self.finished = None, False, None

    def reopen_sentence(self, endpointer: Endpointer, settings: TurnSettings) -> None:
        """Removes the full stop of unfinished words, as the caller continues them."""
        if not self.words or isinstance(self.words[-1], Typed):
            return
        if endpointer.expects_more(TurnSoFar(join_sentences(self.words)), settings):
            self.words[-1], self.mid_sentence = without_full_stop(self.words[-1]), True


def _join_words(parts: Sequence[str]) -> str:
    *earlier, last = filter(None, parts)
    whole = [closed(part) if isinstance(part, Typed) else part for part in earlier]
    return join_sentences([*whole, last])


class _Expected(Enum):
    NOTHING = 1
    ITS_TURN_STANDS = 2
    ITS_TURN_IS_GONE = 3


class OutstandingFinal:
    """The outstanding final of words that were answered already, and must not be answered twice.

    A recogniser that failed may never send it, so a later utterance's final ends the wait.
    """

    def __init__(self) -> None:
        self._state = _Expected.NOTHING
        self._last_ms = 0.0
        self._asked = ""

    def expect(self, asked: str, end_ms: float) -> None:
        """Expects the final of `asked`, which is answered now and ended at `end_ms`."""
        self._state, self._asked = _Expected.ITS_TURN_STANDS, asked
        self._last_ms = end_ms + SAME_UTTERANCE_MS

    def new_speech(self, at_ms: float) -> None:
        """Notes that another utterance began at `at_ms`: finals that end later are its own."""
        self._last_ms = min(self._last_ms, at_ms)

    def forget(self) -> None:
        """Stops expecting a final: the utterance is not over."""
        self._state = _Expected.NOTHING

    def turn_is_gone(self) -> None:
        """Notes that the answered turn is over: its final will be ignored."""
        if self._state is not _Expected.NOTHING:
            self._state = _Expected.ITS_TURN_IS_GONE

    def answers(self, end_ms: float) -> bool:
        """Returns whether a final whose words end at `end_ms` is the expected one."""
        if end_ms > self._last_ms:
            self._state = _Expected.NOTHING
        return self._state is not _Expected.NOTHING

    def is_void(self) -> bool:
        """Returns whether the final that came should be ignored, and expects no other."""
        void = self._state is _Expected.ITS_TURN_IS_GONE
        if void:
            self._state = _Expected.NOTHING
        return void

    def is_settled(self, words: list[str]) -> bool:
        """Returns whether `words`, the turn's finals, can be compared with what was answered.

        While they are only its beginning they cannot: a long final comes in pieces.
        """
        known, asked = plain_words(join_sentences(words)), plain_words(self._asked)
        if len(known) < len(asked) and asked[: len(known)] == known:
            return False
        self._state = _Expected.NOTHING
        return True
