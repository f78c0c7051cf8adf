"""When an agent speaks unprompted: after silence, and near the call's maximum length. Pure."""

from enum import StrEnum

from sessions_app.engine.core.states import EndReason

WARN_MS = 30_000.0
"""How long before its maximum length a call is warned; the phrases say thirty seconds."""

MIN_WARNED_MS = 90_000.0
"""Calls with a lower maximum length get no warning: it would come right after the greeting."""


class Prompt(StrEnum):
    """What to say, by its occasion; `phrases` has the words."""

    STILL_THERE = "still_there"
    GIVE_UP = "give_up"
    NEARLY_OVER = "nearly_over"
    TIME_IS_UP = "time_is_up"


REASONS = {
    Prompt.GIVE_UP: EndReason.IDLE,
    Prompt.TIME_IS_UP: EndReason.MAX_LENGTH,
}
"""The prompts that end the call, with the reason."""


class IdlePrompts:
    """Says which prompt is due. `silence_ms` or `max_ms` of 0 turns theirs off.

    All times are on the call clock, in ms.
    """

    def __init__(self, silence_ms: float, max_ms: float) -> None:
        self._silence_ms = silence_ms
        self._max_ms = max_ms
        self._silent_since_ms = 0.0
        self._asked = False
        self._warned = max_ms < MIN_WARNED_MS
        self._over = False

    def heard_caller(self, now_ms: float) -> None:
        """Notes speech, text or a key of the caller: silence counts from here."""
        self._asked = False
        self._silent_since_ms = now_ms

    def busy(self, now_ms: float) -> None:
        """Notes that the agent speaks: silence counts from here, but the caller is still silent."""
        self._silent_since_ms = now_ms

    def due(self, now_ms: float, *, listening: bool) -> Prompt | None:
        """Returns the prompt to say now, each only once. `listening`: nobody speaks now."""
        if self._over:
            return None
        if self._max_ms and now_ms >= self._max_ms:
            self._over = True
            return Prompt.TIME_IS_UP
        if not listening:
            self.busy(now_ms)
            return None
        if not self._warned and now_ms >= self._max_ms - WARN_MS:
            self._warned = True
            return Prompt.NEARLY_OVER
        return self._due_after_silence(now_ms)

    def _due_after_silence(self, now_ms: float) -> Prompt | None:
        if not self._silence_ms or now_ms - self._silent_since_ms < self._silence_ms:
            return None
        self._silent_since_ms = now_ms
        self._over, self._asked = self._asked, True
        return Prompt.GIVE_UP if self._over else Prompt.STILL_THERE
