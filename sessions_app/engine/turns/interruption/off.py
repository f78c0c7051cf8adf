"""Speech never interrupts the agent."""

from sessions_app.engine.core.agent_config import TurnSettings
from sessions_app.engine.turns.interruption.base import BargeIn, OverlapWords, Verdict


class NoBargeIn(BargeIn):
    """For agents whose answers are to be heard in full: never pauses, never interrupts."""

    pauses = False

    def judge(self, heard: OverlapWords, settings: TurnSettings) -> Verdict:
        return Verdict.RESUME
