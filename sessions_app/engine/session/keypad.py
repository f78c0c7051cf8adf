"""The caller's DTMF keys: each is transcribed at once, and runs of keys become turns."""

import asyncio
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sessions_app.engine.core.errors import traced
from sessions_app.engine.core.events import CallEvent, SegmentFinal, Speaker

if TYPE_CHECKING:  # settings are read in every process, which need not import what answers callers
    from sessions_app.engine.session.agent_session import AgentSession
    from sessions_app.engine.session.transcriber import SegmentNumbers

logger = logging.getLogger(__name__)

FLASH = "flash"
MAX_KEYS = 64
"""The most keys of one turn; further ones are left out of it, but are in the transcript."""


@dataclass(frozen=True, slots=True)
class KeySettings:
    """When a turn of keys ends: after `pause_s` without another key, or with the key `end`."""

    pause_s: float = 2.0
    end: str = "#"


class Keypad:
    """One call's keys. Each becomes a segment; `agent`, if there is one, gets them as turns, too.

    Used on one event loop; nothing here blocks. A fault of a responder is logged and ends nothing.
    """

    def __init__(
        self,
        settings: KeySettings,
        numbers: "SegmentNumbers",
        emit: Callable[[CallEvent], None],
        now_ms: Callable[[], float],
        agent: "AgentSession | None",
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
        """Takes the next keys, each by its name in `rtc.rtp.telephone_events.KEYS`."""
        for key in keys:
            now = self._now_ms()
            seq, text = self._numbers.take(), f"Pressed {key}"
            self._emit(SegmentFinal(seq, Speaker.CALLER, text, now, now, typed=True, key=key))
            if self._agent is not None:
                self._gather(key, self._agent)

    def close(self) -> None:
        """Drops the keys of an unfinished turn; may be called twice."""
        self._stop_timer()
        self._keys = self._turn = ""

    def _gather(self, key: str, agent: "AgentSession") -> None:
        if key != FLASH:
            self._keys = (self._keys + key)[:MAX_KEYS]
        try:
            self._turn = agent.hear_key(key, self._keys)
        except Exception as error:  # noqa: BLE001 - a backend breaks in its own ways
            logger.error("a responder failed at a key: %s", traced(error))
            self._turn = ""
        if not self._turn:
            self.close()
            return
        agent.interrupt()
        if key == self._settings.end:
            self._end_turn()
        else:
            self._start_timer()

    def _start_timer(self) -> None:
        self._stop_timer()
        self._timer = asyncio.get_running_loop().call_later(self._settings.pause_s, self._end_turn)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _end_turn(self) -> None:
        turn = self._turn
        self.close()
        if turn and self._agent is not None:
            self._agent.answer_typed(turn)
