"""The messages of `WS /ws/calls/<callId>/desk`, which staff look on by."""

from typing import Any

from sessions_app.engine.core.desk import DeskState

Told = dict[str, Any]


def state(now: DeskState) -> Told:
    """Returns the `desk` message: how the call stands."""
    return {
        "type": "desk",
        "caller": now.caller_speaks,
        "agent": now.agent_speaks,
        "over": now.over,
    }
