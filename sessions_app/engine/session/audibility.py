"""Whether the agent can be heard: not while its client is away, nor while it takes no sound."""

from collections.abc import Callable

from sessions_app.engine.audio.playout import Playout
from sessions_app.engine.core.events import AgentFailed, CallEvent

UNHEARD = AgentFailed(
    "agent_unheard",
    "The agent cannot be heard: the client takes no sound from here. Offer an audio line that is "
    "`sendrecv` or `recvonly`; what the agent says until then is kept as text that nobody heard.",
)


class Audibility:
    """Holds the playout while nothing of it would arrive; in the middle of an answer, too.

    A line that is held says so by its offer. What begins while the client takes no sound has none,
    and is no speech. `can_play` tells whether it does.
    """

    def __init__(
        self, playout: Playout, can_play: Callable[[], bool], emit: Callable[[CallEvent], None]
    ) -> None:
        self._playout = playout
        self._can_play = can_play
        self._emit = emit
        self._away = False
        self._held = False
        self._told = False

    def away(self, on: bool) -> None:
        """Notes that the client is out of reach, or back."""
        self._away = on
        self._suspend()

    def look(self) -> None:
        """Looks whether the client takes sound now; ask now and then."""
        takes = self._can_play()
        self._told = self._told and not takes
        held = not takes and not self._playout.idle
        if held is not self._held:
            self._held = held
            self._suspend()

    def tell_unheard(self) -> None:
        """Tells the client that the agent says what nobody hears: once, until it takes sound."""
        if not self._told:
            self._told = True
            self._emit(UNHEARD)

    def _suspend(self) -> None:
        self._playout.suspend(self._away or self._held)
