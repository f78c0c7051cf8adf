"""The turn is over after the minimum delay, whatever was said."""

from sessions_app.engine.agent.endpointers.base import Endpointer
from sessions_app.engine.core.persona import TurnSettings


class FixedEndpointer(Endpointer):
    def delay_ms(self, text: str, settings: TurnSettings) -> float:
        return float(settings.min_delay_ms)
