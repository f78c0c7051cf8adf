"""Decides when a call is connected, reconnecting or over. Pure: time is an argument.

All times are monotonic seconds.
"""

from dataclasses import dataclass

from sessions_app.engine.core.states import CallState, EndReason

ABANDONED_S = 4.0
"""A client that closed its socket has left once its connection was silent for this long.

Lower ends calls between two consent checks (every 2.5 s); higher keeps abandoned calls for longer.
"""

AWAY_S = 8.0
"""How long a call waits for a page that is being reloaded, or was closed for good.

Lower ends calls whose page loads slowly; higher keeps calls of closed pages for longer.
"""

BACK_S = 30.0
"""How long a reloaded page may take to get its microphone and a new connection.

Lower ends calls while the browser asks for permission; higher keeps calls that never reconnect.
"""

MEDIA_LOSS_S = 3.0
"""Without any datagram for longer than this the network has failed; the caller is not just silent.

Chromium checks consent every 2.5 s (RFC 7675) even while nothing is sent. Lower takes silence for
an outage; higher misses short outages, whose gap is then not reported.
"""


@dataclass(frozen=True, slots=True)
class Limits:
    """Deadlines of one call, in seconds; None for no limit."""

    connect_s: float = 15.0
    """For a client that has sent something, to connect."""

    unheard_s: float = 10.0
    """For a client that never sent a datagram, to connect."""

    silent_s: float = 6.0
    """Without a datagram for this long, an ACTIVE call becomes RECONNECTING."""

    grace_s: float = 30.0
    """How long a call stays RECONNECTING before it ends."""

    max_call_s: float = 4 * 3600.0
    input_s: float | None = None
    """Without audio for this long the call ends, even if other datagrams arrive."""

    idle_s: float | None = None
    """Without speech of either side for this long the call ends."""


@dataclass(frozen=True, slots=True)
class ConnectionSnapshot:
    """The state of the client's connection at one moment; None for times that never came."""

    now_s: float
    connected: bool
    heard_s: float | None
    """When its last datagram arrived."""

    left: bool
    """Whether the client has left for good."""

    media_s: float | None = None
    """When its last audio arrived."""

    quiet_s: float = 0.0
    """For how long neither side has spoken."""

    away: bool = False
    """Whether the call waits for a page that is being reloaded."""


class Absence:
    """Tracks whether the client has left, is reloading its page, or lost its network. Pure.

    A page that is reloaded closes its socket and its connection just like one that is closed. So it
    first sends `ClientAway`, and the call waits AWAY_S for it. That message may arrive after the
    end of the connection, or be lost. So a client that is known to reconnect also counts as away
    when it closes its connection.
    """

    def __init__(self) -> None:
        self._returns = self._inferred_away = False
        self._socket_closed_s: float | None = None
        self._lost_s: float | None = None
        self._back_by_s: float | None = None

    @property
    def away(self) -> bool:
        """Whether the call waits for a page that is being reloaded."""
        return self._back_by_s is not None

    def page_closing(self, now_s: float) -> None:
        """Notes that the client's page is being closed or reloaded."""
        self._inferred_away = False
        self._back_by_s = max(self._back_by_s or 0.0, now_s + AWAY_S)

    def reconnected(self) -> None:
        """Notes that the call continues over a new connection."""
        self._back_by_s = None
        self._inferred_away = False

    def socket_opened(self, now_s: float, *, returns: bool = False) -> None:
        """Notes that the client opened a socket; `returns`: it reconnects by itself."""
        self._returns = self._returns or returns
        self._socket_closed_s = None
        if self.away:
            self._back_by_s = now_s + BACK_S

    def socket_closed(self, now_s: float) -> None:
        """Notes that the client closed its socket."""
        self._socket_closed_s = now_s

    def lost(self, now_s: float) -> None:
        """Notes that the connection was lost, or replaced, so that no new loss is reported."""
        self._lost_s = now_s

    def has_left(self, now_s: float, heard_s: float | None, *, closed: bool) -> bool:
        """Returns whether the client has left for good.

        `heard_s` is when its last datagram arrived, `closed` whether it closed the connection.
        """
        if self._inferred_away and not closed:
            self.reconnected()  # the same connection works again
        if self._back_by_s is not None:
            return now_s > self._back_by_s
        if closed and self._returns:
            self.page_closing(now_s)
            self._inferred_away = True
            return False
        if closed:
            return True
        if self._socket_closed_s is None or heard_s is None:
            return False
        wait_s = AWAY_S if self._returns else ABANDONED_S
        return now_s - max(self._socket_closed_s, heard_s) > wait_s

    def media_lost(self, seen: ConnectionSnapshot) -> bool:
        """Returns True, once for each outage, when the network has failed for MEDIA_LOSS_S.

        A client that merely sends no audio is no outage: its consent checks still arrive.
        """
        if seen.media_s is None or seen.heard_s is None:
            return False
        if self._lost_s is not None and seen.media_s > self._lost_s:
            self._lost_s = None
        if self._lost_s is None and seen.now_s - max(seen.heard_s, seen.media_s) > MEDIA_LOSS_S:
            self._lost_s = seen.now_s
            return True
        return False


@dataclass(frozen=True, slots=True)
class Transition:
    """The state that a call should be in, and the reason if that is ENDING."""

    state: CallState
    reason: EndReason | None = None


class Supervisor:
    """One call's state machine; ask `next_state` a few times a second."""

    def __init__(self, limits: Limits, started_s: float) -> None:
        self._limits = limits
        self._started_s = started_s
        self._lost_s: float | None = None

    def next_state(self, state: CallState, seen: ConnectionSnapshot) -> Transition:
        """Returns the state that a call in `state` should be in now, which may be the same."""
        reason = self._end_reason(seen)
        if reason is not None:
            return Transition(CallState.ENDING, reason)
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
        if self._is_reachable(seen):
            return Transition(CallState.ACTIVE)
        self._lost_s = seen.now_s
        return Transition(CallState.RECONNECTING)

    def _reconnecting(self, seen: ConnectionSnapshot) -> Transition:
        if self._is_reachable(seen):
            self._lost_s = None
            return Transition(CallState.ACTIVE)
        lost_s = self._lost_s if self._lost_s is not None else seen.now_s
        if seen.now_s - lost_s > self._limits.grace_s:
            return Transition(CallState.ENDING, EndReason.CONNECTION_LOST)
        return Transition(CallState.RECONNECTING)

    def _end_reason(self, seen: ConnectionSnapshot) -> EndReason | None:
        """Returns why the call ends now, in any state; None if it continues."""
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

    def _is_reachable(self, seen: ConnectionSnapshot) -> bool:
        return (
            seen.connected
            and not seen.away
            and seen.heard_s is not None
            and seen.now_s - seen.heard_s <= self._limits.silent_s
        )
