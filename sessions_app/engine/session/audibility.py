"""Suspends the playout while its client is away or receives no audio."""

from collections.abc import Callable

from sessions_app.engine.audio.playout import Playout
from sessions_app.engine.core.events import AgentFailed, CallEvent

UNHEARD = AgentFailed(
    "agent_unheard",
    "The agent cannot be heard: the client takes no sound from here. Offer an audio line that is "
    "`sendrecv` or `recvonly`; what the agent says until then is kept as text that nobody heard.",
)


class Audibility:
    """Suspends the playout while its audio would reach nobody, even in the middle of an answer.

    `can_play` returns whether the client receives audio now; an offer that puts the line on hold
    changes it. An answer that begins meanwhile has no audio at all, and is not suspended.
    """

    def __init__(
        self, playout: Playout, can_play: Callable[[], bool], emit: Callable[[CallEvent], None]
    ) -> None:
        self._playout = playout
        self._can_play = can_play
        self._emit = emit
        self._away = False
        self._on_hold = False
        self._warned = False

    def set_away(self, away: bool) -> None:
        """Notes that the client's connection is lost (True) or back (False)."""
        self._away = away
        self._suspend()

    def update(self) -> None:
        """Checks whether the client receives audio now. To be called every 0.1 s or so."""
        can_play = self._can_play()
        self._warned = self._warned and not can_play
        on_hold = not can_play and not self._playout.idle
        if on_hold is not self._on_hold:
            self._on_hold = on_hold
            self._suspend()

    def warn_unheard(self) -> None:
        """Emits UNHEARD: once, until the client has received audio again."""
        if not self._warned:
            self._warned = True
            self._emit(UNHEARD)

    def _suspend(self) -> None:
        self._playout.suspend(self._away or self._on_hold)
