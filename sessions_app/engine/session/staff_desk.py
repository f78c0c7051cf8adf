"""What staff see of a live call while they look on: who talks, and whether it is over."""

from collections.abc import Callable
from dataclasses import replace

from sessions_app.engine.core.desk import DeskState
from sessions_app.engine.core.events import (
    CallEvent,
    FloorChanged,
    Speaker,
    SpeechEnded,
    SpeechStarted,
    StateChanged,
)
from sessions_app.engine.core.states import TERMINAL, Floor

Shown = Callable[[DeskState], None]


class StaffDesk:
    """One call's desk. Implements `core.ports.EventSink`. On one event loop; nothing here blocks.

    Whoever looks on gets the state at once, and again whenever it changes.
    """

    def __init__(self) -> None:
        self.state = DeskState()
        self._watchers: list[Shown] = []

    def watch(self, shown: Shown) -> None:
        """Tells `shown` the state now, and from now on; it must not block or raise."""
        self._watchers.append(shown)
        shown(self.state)

    def unwatch(self, shown: Shown) -> None:
        """Tells it no more; does nothing for an unknown one."""
        if shown in self._watchers:
            self._watchers.remove(shown)

    def emit(self, event: CallEvent) -> None:
        match event:
            case SpeechStarted(speaker=Speaker.CALLER):
                self._now(replace(self.state, caller_speaks=True))
            case SpeechEnded(speaker=Speaker.CALLER):
                self._now(replace(self.state, caller_speaks=False))
            case FloorChanged(floor=floor):
                self._now(replace(self.state, agent_speaks=floor is Floor.AGENT_SPEAKING))
            case StateChanged(state=state) if state in TERMINAL:
                self._now(replace(self.state, caller_speaks=False, agent_speaks=False, over=True))

    def _now(self, state: DeskState) -> None:
        if state != self.state:
            self.state = state
            for shown in list(self._watchers):
                shown(state)
