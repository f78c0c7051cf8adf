"""Any speech interrupts the agent, as soon as the VAD reports it."""

from sessions_app.engine.core.agent_config import TurnSettings
from sessions_app.engine.turns.interruption.base import BargeIn, OverlapWords, Verdict


class ImmediateBargeIn(BargeIn):
    """For the shortest reaction: interrupts before any word is recognised, so noise does, too."""

    def judge(self, heard: OverlapWords, settings: TurnSettings) -> Verdict:
        return Verdict.INTERRUPT
