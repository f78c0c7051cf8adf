"""When an agent speaks up by itself: silence, and the end of a call's time. Pure."""

from enum import StrEnum

from sessions_app.engine.core.states import EndReason

WARN_MS = 30_000.0
"""How long before the end of its time a call is warned; the phrases say thirty seconds."""

SHORTEST_WARNED_MS = 90_000.0
"""Calls that may last less than this are not warned: they have hardly begun."""


class Prompt(StrEnum):
    STILL_THERE = "still_there"
    GIVE_UP = "give_up"
    NEARLY_OVER = "nearly_over"
    TIME_IS_UP = "time_is_up"


REASONS = {
    Prompt.GIVE_UP: EndReason.IDLE,
    Prompt.TIME_IS_UP: EndReason.MAX_LENGTH,
}
"""Prompts that end the call, and why."""


class IdlePrompts:
    """Asks for prompts; `silence_ms` or `max_ms` of 0 never does. Times are the call clock's."""

    def __init__(self, silence_ms: float, max_ms: float) -> None:
        self._silence_ms = silence_ms
        self._max_ms = max_ms
        self._quiet_ms = 0.0
        self._asked = False
        self._warned = max_ms < SHORTEST_WARNED_MS
        self._over = False

    def heard_caller(self, now_ms: float) -> None:
        """The caller gave a sign."""
        self._asked = False
        self._quiet_ms = now_ms

    def busy(self, now_ms: float) -> None:
        """Something goes on; silence counts from here."""
        self._quiet_ms = now_ms

    def due(self, now_ms: float, *, listening: bool) -> Prompt | None:
        """Returns what to say now; each is returned once. `listening`: nobody speaks."""
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
        return self._of_silence(now_ms)

    def _of_silence(self, now_ms: float) -> Prompt | None:
        if not self._silence_ms or now_ms - self._quiet_ms < self._silence_ms:
            return None
        self._quiet_ms = now_ms
        self._over, self._asked = self._asked, True
        return Prompt.GIVE_UP if self._over else Prompt.STILL_THERE
