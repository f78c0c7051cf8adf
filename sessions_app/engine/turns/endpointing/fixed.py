"""Ends a turn after the minimum delay, whatever was said."""

from sessions_app.engine.core.agent_config import TurnSettings
from sessions_app.engine.turns.endpointing.base import Endpointer


class FixedEndpointer(Endpointer):
    """For callers whose pauses say nothing about the end of a turn: waits the same time always."""

    def delay_ms(self, text: str, settings: TurnSettings) -> float:
        return float(settings.min_delay_ms)
