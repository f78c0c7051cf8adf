"""The caller's turn until it is answered. Times are in ms on the call clock."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum

from sessions_app.engine.core.agent_config import TurnSettings
from sessions_app.engine.text.writing import closed, join_sentences, plain_words
from sessions_app.engine.turns.endpointing.base import Endpointer, TurnSoFar
from sessions_app.engine.turns.seams import lowered, unmarked

FINAL_GRACE_MS = 2_000.0
"""How long after the maximum delay a final is waited for."""

OWED_MS = 1_000.0
"""A final that ends this much later than the answered words belongs to other words."""


class Typed(str):
    """Words that were typed: what is said after them is no part of their sentence."""

    __slots__ = ()


@dataclass(slots=True)
class Pending:
    """What of a turn is known, and what of it is still to come.

    `speech_end_ms` is when the caller fell silent, as the VAD found. `pause_ms` is the same of a
    pause that the VAD does not take for an end yet; `whole` says that `interim` is all that was
    said up to there, so that nothing need be waited for. `sure` is the recogniser's confidence in
    the last word; `finished` is what a turn model says of the latest silence. `before` are words
    of a turn that was answered too early: they belong to this one, if there are others.
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
    within: bool = False
    """Whether the next words go on within a sentence."""

    @property
    def text(self) -> str:
        """All words so far, the finals' first."""
        own = [*self.words, self.interim]
        return _together([*(self.before or []), *own]) if any(own) else ""

    @property
    def said(self) -> TurnSoFar:
        return TurnSoFar(self.text, self.sure, self.finished)

    @property
    def end_ms(self) -> float | None:
        """When the caller fell silent, if anything is known of it and of what was said before."""
        if self.pause_ms is not None:
            return self.pause_ms if self.whole else None
        return self.speech_end_ms

    @property
    def awaits_final(self) -> bool:
        """Whether the words of the last utterance are still to come."""
        return self.final_due and not self.whole

    def due_ms(self, endpointer: Endpointer, settings: TurnSettings) -> float | None:
        """Returns when it is over, if nothing more comes; None while that is not in sight."""
        if self.end_ms is None or not (self.text or self.final_due):
            return None
        if self.awaits_final:
            return self.end_ms + settings.max_delay_ms + FINAL_GRACE_MS
        return self.end_ms + endpointer.wait_ms(self.said, settings)

    def merge(self) -> bool:
        """Makes the words before its own; returns whether it goes on with a turn."""
        goes_on = self.before is not None
        self.words, self.before = [*(self.before or []), *self.words], None
        return goes_on

    def take_interim(self, text: str) -> None:
        """Takes the words so far of an utterance; what is known whole is not unlearnt by it."""
        if not self.whole:
            self.interim = text

    def take_whole(self, text: str, sure: float | None, end_ms: float) -> None:
        """Takes all words up to a pause, `end_ms` being how far the audio was heard."""
        if self.pause_ms is not None and end_ms >= self.pause_ms:
            self.interim = lowered(text) if self.within else text
            self.sure, self.whole = sure, True

    def take_turn_model(self, finished: float, at_ms: float) -> None:
        """Takes what a turn model says of the silence that began at `at_ms`, if it is this one."""
        if at_ms in (self.pause_ms, self.speech_end_ms):
            self.finished = finished

    def take_final(self, text: str, sure: float | None, now_ms: float) -> None:
        """Takes the final of an utterance."""
        self.interim, self.whole, self.sure = "", False, sure
        self.final_ms = now_ms
        if text:
            self.words.append(lowered(text) if self.within else text)
            self.within = False

    def go_on(self) -> None:
        """The caller speaks again: a pause was none."""
        self.pause_ms, self.whole, self.finished = None, False, None

    def mend(self, endpointer: Endpointer, settings: TurnSettings) -> None:
        """Takes the mark from words that were to go on, as the caller does now."""
        if not self.words or isinstance(self.words[-1], Typed):
            return
        if endpointer.expects_more(TurnSoFar(join_sentences(self.words)), settings):
            self.words[-1], self.within = unmarked(self.words[-1]), True


def _together(parts: Sequence[str]) -> str:
    *earlier, last = filter(None, parts)
    whole = [closed(part) if isinstance(part, Typed) else part for part in earlier]
    return join_sentences([*whole, last])


class _Owed(Enum):
    NOTHING = 1
    ITS_TURN_STANDS = 2
    ITS_TURN_IS_GONE = 3


class OwedFinal:
    """The final of words that were answered before it came, and must not be answered again.

    An engine that fails may never give it: then it is not waited for when another one comes.
    """

    def __init__(self) -> None:
        self._state = _Owed.NOTHING
        self._last_ms = 0.0
        self._asked = ""

    def expect(self, asked: str, end_ms: float) -> None:
        """Notes that `asked`, which ended at `end_ms`, is answered now, and its final to come."""
        self._state, self._asked, self._last_ms = _Owed.ITS_TURN_STANDS, asked, end_ms + OWED_MS

    def new_speech(self, at_ms: float) -> None:
        """Another utterance began: a final of words that end after `at_ms` is of that one."""
        self._last_ms = min(self._last_ms, at_ms)

    def forget(self) -> None:
        """Nothing is owed: the utterance goes on."""
        self._state = _Owed.NOTHING

    def turn_is_gone(self) -> None:
        """Whatever the final is, it changes nothing any more."""
        if self._state is not _Owed.NOTHING:
            self._state = _Owed.ITS_TURN_IS_GONE

    def answers(self, end_ms: float) -> bool:
        """Returns whether a final whose words end at `end_ms` is the one that is owed."""
        if end_ms > self._last_ms:
            self._state = _Owed.NOTHING
        return self._state is not _Owed.NOTHING

    def is_void(self) -> bool:
        """Returns, once, whether the final that came belongs to a turn that is gone."""
        void = self._state is _Owed.ITS_TURN_IS_GONE
        if void:
            self._state = _Owed.NOTHING
        return void

    def is_settled(self, words: list[str]) -> bool:
        """Returns whether `words`, the turn's finals, are to be compared with what was answered.

        They are not while they are no more than its beginning (a long final comes in pieces).
        """
        known, asked = plain_words(join_sentences(words)), plain_words(self._asked)
        if len(known) < len(asked) and asked[: len(known)] == known:
            return False
        self._state = _Owed.NOTHING
        return True
