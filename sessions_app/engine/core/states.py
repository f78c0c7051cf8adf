"""The life-cycle of a call, as a table without I/O."""

from enum import StrEnum


class CallState(StrEnum):
    """Where a call is in its life; ENDED and FAILED are final."""

    CREATED = "created"
    CONNECTING = "connecting"
    ACTIVE = "active"
    RECONNECTING = "reconnecting"
    ENDING = "ending"
    ENDED = "ended"
    FAILED = "failed"


class EndReason(StrEnum):
    """Why a call ended; sent to the client and stored with the call."""

    CALLER_HUNG_UP = "caller_hung_up"
    CALLER_LEFT = "caller_left"
    AGENT_HUNG_UP = "agent_hung_up"
    STAFF_ENDED = "staff_ended"
    CONNECTION_LOST = "connection_lost"
    NEVER_CONNECTED = "never_connected"
    MAX_LENGTH = "max_length"
    IDLE = "idle"
    SIGNED_OUT = "signed_out"
    SERVER_STOPPED = "server_stopped"
    SERVER_DIED = "server_died"
    INTERNAL_ERROR = "internal_error"


BYE_REASONS = frozenset(EndReason) - {EndReason.SERVER_DIED}
"""The reasons that can be sent to a client; a process that died can send nothing."""


FAULTS = frozenset(
    {
        EndReason.INTERNAL_ERROR,
        EndReason.SERVER_DIED,
        EndReason.CONNECTION_LOST,
        EndReason.NEVER_CONNECTED,
    }
)
"""The reasons that nobody chose: something of the server's, or of a network, failed."""


class Floor(StrEnum):
    """Who speaks in a call with an agent. PAUSED: the agent is silent and may be interrupted."""

    LISTENING = "listening"
    USER_SPEAKING = "user_speaking"
    THINKING = "thinking"
    AGENT_SPEAKING = "agent_speaking"
    PAUSED = "paused"


LIVE = frozenset(
    {
        CallState.CREATED,
        CallState.CONNECTING,
        CallState.ACTIVE,
        CallState.RECONNECTING,
        CallState.ENDING,
    }
)
TERMINAL = frozenset({CallState.ENDED, CallState.FAILED})

_NEXT: dict[CallState, frozenset[CallState]] = {
    CallState.CREATED: frozenset({CallState.CONNECTING, CallState.ENDING, CallState.FAILED}),
    CallState.CONNECTING: frozenset({CallState.ACTIVE, CallState.ENDING, CallState.FAILED}),
    CallState.ACTIVE: frozenset({CallState.RECONNECTING, CallState.ENDING, CallState.FAILED}),
    CallState.RECONNECTING: frozenset({CallState.ACTIVE, CallState.ENDING, CallState.FAILED}),
    CallState.ENDING: frozenset({CallState.ENDED, CallState.FAILED}),
    CallState.ENDED: frozenset(),
    CallState.FAILED: frozenset(),
}


def may_move(source: CallState, target: CallState) -> bool:
    """Returns whether a call in `source` may go to `target`."""
    return target in _NEXT[source]


def sources_of(target: CallState) -> frozenset[CallState]:
    """Returns the states from which `target` may be reached."""
    return frozenset(state for state, targets in _NEXT.items() if target in targets)
