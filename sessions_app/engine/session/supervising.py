"""Decides when a call is connected, out of reach, back, or over. Pure: time is an argument."""

from dataclasses import dataclass

from sessions_app.engine.core.states import CallState, EndReason

ABANDONED_S = 4.0
"""A client that closed its socket is gone after this much silence; STUN comes each 2.5 s.

Less would end calls between two consent checks, more keeps calls of nobody.
"""

AWAY_S = 8.0
"""How long a call waits for a client that can come back, in case its page was closed for good."""

BACK_S = 30.0
"""How long a page that is back may take to get its microphone and a new connection."""

CUT_S = 3.0
"""Nothing at all for longer than this: the network fails, and the caller is not just silent.

Chromium checks consent each 2.5 s (RFC 7675), whatever is spoken.
"""


@dataclass(frozen=True, slots=True)
class Limits:
    """Deadlines of one call, in seconds.

    A client of which nothing at all was heard has `unheard_s` to connect, any other `connect_s`.
    With `input_s` the call is over when no audio came for so long, whatever else is heard;
    with `idle_s` when nobody spoke for so long.
    """

    connect_s: float = 15.0
    unheard_s: float = 10.0
    silent_s: float = 6.0
    grace_s: float = 30.0
    max_call_s: float = 4 * 3600.0
    input_s: float | None = None
    idle_s: float | None = None


@dataclass(frozen=True, slots=True)
class ConnectionSnapshot:
    """What is seen of the client at one moment; `heard_s` and `media_s` are monotonic.

    `media_s` is when audio last came, `quiet_s` for how long nobody has spoken; `away` while a
    page that said it goes is waited for.
    """

    now_s: float
    connected: bool
    heard_s: float | None
    left: bool
    media_s: float | None = None
    quiet_s: float = 0.0
    away: bool = False


class Absence:
    """When the client left its socket, and when its network failed. Pure, like the Supervisor.

    A page that is loaded again closes its socket and its connection as one that is closed does.
    It says that it goes (`Away`), and until it must be back nothing that it closed counts. What
    it says may be overtaken by its connection's end, or lost with the page: so a connection that
    is closed by a client that knows how to come back counts as if it had been said.
    """

    def __init__(self) -> None:
        self._returns = self._unsaid = False
        self._left_s: float | None = None
        self._lost_s: float | None = None
        self._back_by_s: float | None = None

    @property
    def away(self) -> bool:
        """Whether a client that said it goes is waited for."""
        return self._back_by_s is not None

    def goes(self, now_s: float) -> None:
        """Notes that the client's page goes, and may come back."""
        self._unsaid = False
        self._back_by_s = max(self._back_by_s or 0.0, now_s + AWAY_S)

    def connected(self) -> None:
        """Notes that the call goes on over a new connection."""
        self._back_by_s = None
        self._unsaid = False

    def joined(self, now_s: float, *, returns: bool = False) -> None:
        """Notes that the client holds a socket; with `returns` it can come back after its end."""
        self._returns = self._returns or returns
        self._left_s = None
        if self.away:
            self._back_by_s = now_s + BACK_S

    def left(self, now_s: float) -> None:
        """Notes that the client closed its socket."""
        self._left_s = now_s

    def lost(self, now_s: float) -> None:
        """Notes that the connection is known to be lost, or changed, from now on."""
        self._lost_s = now_s

    def gone(self, now_s: float, heard_s: float | None, *, closed: bool) -> bool:
        """Returns whether the client has left for good.

        `heard_s` is when its connection was last heard, `closed` whether that was closed by it.
        """
        if self._unsaid and not closed:
            self.connected()  # the same connection was taken up again
        if self._back_by_s is not None:
            return now_s > self._back_by_s
        if closed and self._returns:
            self.goes(now_s)
            self._unsaid = True
            return False
        if closed:
            return True
        if self._left_s is None or heard_s is None:
            return False
        wait_s = AWAY_S if self._returns else ABANDONED_S
        return now_s - max(self._left_s, heard_s) > wait_s

    def cut(self, seen: ConnectionSnapshot) -> bool:
        """Tells a short cut, after which the audio jumps, from a client that sends none; once."""
        if seen.media_s is None or seen.heard_s is None:
            return False
        if self._lost_s is not None and seen.media_s > self._lost_s:
            self._lost_s = None
        if self._lost_s is None and seen.now_s - max(seen.heard_s, seen.media_s) > CUT_S:
            self._lost_s = seen.now_s
            return True
        return False


@dataclass(frozen=True, slots=True)
class Transition:
    """The state a call should be in, and why it ends where it does."""

    state: CallState
    reason: EndReason | None = None


class Supervisor:
    """Watches one call's client; `judge` is asked a few times a second."""

    def __init__(self, limits: Limits, started_s: float) -> None:
        self._limits = limits
        self._started_s = started_s
        self._lost_s: float | None = None

    def judge(self, state: CallState, seen: ConnectionSnapshot) -> Transition:
        """Returns where a call in `state` should be now; the same state when nothing changed."""
        over = self._over(seen)
        if over is not None:
            return Transition(CallState.ENDING, over)
        if state is CallState.CONNECTING:
            return self._connecting(seen)
        if state is CallState.ACTIVE:
            return self._active(seen)
        if state is CallState.RECONNECTING:
            return self._reconnecting(seen)
        return Transition(state)

    def _connecting(self, seen: ConnectionSnapshot) -> Transition:
        if seen.connected:
            return Transition(CallState.ACTIVE)
        limits = self._limits
        limit_s = limits.connect_s if seen.heard_s is not None else limits.unheard_s
        if seen.now_s - self._started_s > limit_s:
            return Transition(CallState.ENDING, EndReason.NEVER_CONNECTED)
        return Transition(CallState.CONNECTING)

    def _active(self, seen: ConnectionSnapshot) -> Transition:
        if self._audible(seen):
            return Transition(CallState.ACTIVE)
        self._lost_s = seen.now_s
        return Transition(CallState.RECONNECTING)

    def _reconnecting(self, seen: ConnectionSnapshot) -> Transition:
        if self._audible(seen):
            self._lost_s = None
            return Transition(CallState.ACTIVE)
        lost_s = self._lost_s if self._lost_s is not None else seen.now_s
        if seen.now_s - lost_s > self._limits.grace_s:
            return Transition(CallState.ENDING, EndReason.CONNECTION_LOST)
        return Transition(CallState.RECONNECTING)

    def _over(self, seen: ConnectionSnapshot) -> EndReason | None:
        """Returns why the call ends whatever its state; None when it goes on."""
        limits = self._limits
        if seen.left:
            return EndReason.CALLER_LEFT
        if seen.now_s - self._started_s > limits.max_call_s:
            return EndReason.MAX_LENGTH
        if limits.idle_s is not None and seen.quiet_s > limits.idle_s:
            return EndReason.IDLE
        if limits.input_s is None or seen.media_s is None:
            return None
        return EndReason.CALLER_HUNG_UP if seen.now_s - seen.media_s > limits.input_s else None

    def _audible(self, seen: ConnectionSnapshot) -> bool:
        return (
            seen.connected
            and not seen.away
            and seen.heard_s is not None
            and seen.now_s - seen.heard_s <= self._limits.silent_s
        )
