"""The keys that a caller presses (DTMF): told at once, and gathered into what the agent answers."""

import asyncio
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sessions_app.engine.core.errors import traced
from sessions_app.engine.core.events import CallEvent, SegmentFinal, Speaker
from sessions_app.engine.session.agent_session import AgentSession
from sessions_app.engine.session.transcribing import SegmentNumbers

logger = logging.getLogger(__name__)

FLASH = "flash"
MOST_GATHERED = 64
"""Keys of one turn; further ones are left out of it."""


@dataclass(frozen=True, slots=True)
class KeySettings:
    """When the keys of one turn are all there: after `pause_s` without one, or with key `end`."""

    pause_s: float = 2.0
    end: str = "#"


class Keypad:
    """One call's; each key is a line of its record. `agent` is None where none answers.

    Lives on one event loop. A fault of a responder ends nothing.
    """

    def __init__(
        self,
        settings: KeySettings,
        numbers: SegmentNumbers,
        emit: Callable[[CallEvent], None],
        now_ms: Callable[[], float],
        agent: AgentSession | None,
    ) -> None:
        self._settings = settings
        self._numbers = numbers
        self._emit = emit
        self._now_ms = now_ms
        self._agent = agent
        self._keys = ""
        self._turn = ""
        self._timer: asyncio.TimerHandle | None = None

    def press(self, keys: Iterable[str]) -> None:
        """Takes the next keys."""
        for key in keys:
            now = self._now_ms()
            seq, text = self._numbers.take(), f"Pressed {key}"
            self._emit(SegmentFinal(seq, Speaker.CALLER, text, now, now, typed=True, key=key))
            if self._agent is not None:
                self._gather(key, self._agent)

    def close(self) -> None:
        """Forgets what was gathered; may be called twice."""
        self._disarm()
        self._keys = self._turn = ""

    def _gather(self, key: str, agent: AgentSession) -> None:
        if key != FLASH:
            self._keys = (self._keys + key)[:MOST_GATHERED]
        try:
            self._turn = agent.hear_key(key, self._keys)
        except Exception as error:  # noqa: BLE001 - a backend breaks in its own ways
            logger.error("a responder broke at a key: %s", traced(error))
            self._turn = ""
        if not self._turn:
            self.close()
            return
        agent.interrupt()
        if key == self._settings.end:
            self._over()
        else:
            self._arm()

    def _arm(self) -> None:
        self._disarm()
        self._timer = asyncio.get_running_loop().call_later(self._settings.pause_s, self._over)

    def _disarm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _over(self) -> None:
        turn = self._turn
        self.close()
        if turn and self._agent is not None:
            self._agent.take(turn)
