"""Any speech takes the floor, as soon as it is surely speech."""

from sessions_app.engine.core.agent_config import TurnSettings
from sessions_app.engine.turns.interruption.base import BargeIn, Heard, Verdict


class ImmediateBargeIn(BargeIn):
    def judge(self, heard: Heard, settings: TurnSettings) -> Verdict:
        return Verdict.INTERRUPT
