"""The agent says all it has to say."""

from sessions_app.engine.agent.barge_ins.base import BargeIn, Heard, Verdict
from sessions_app.engine.core.persona import TurnSettings


class NoBargeIn(BargeIn):
    pauses = False

    def judge(self, heard: Heard, settings: TurnSettings) -> Verdict:
        return Verdict.RESUME
