"""Any speech takes the floor, as soon as it is surely speech."""

from sessions_app.engine.agent.barge_ins.base import BargeIn, Heard, Verdict
from sessions_app.engine.core.persona import TurnSettings


class ImmediateBargeIn(BargeIn):
    def judge(self, heard: Heard, settings: TurnSettings) -> Verdict:
        return Verdict.INTERRUPT
