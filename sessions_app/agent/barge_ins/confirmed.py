"""Pauses at once, and lets time and words tell an interruption from a cough or an "mhm"."""

from sessions_app.agent.barge_ins.base import BargeIn, Heard, Verdict
from sessions_app.agent.barge_ins.words import real_words, says_stop
from sessions_app.core.persona import TurnSettings

GRACE_MS = 1_000.0
"""After speech its words may come for so long."""

BABBLE_MS = 3_000.0
"""Speech without a single word for so long is not meant for the agent."""

ECHO_SHARE = 0.6


class ConfirmedBargeIn(BargeIn):
    def judge(self, heard: Heard, settings: TurnSettings) -> Verdict:
        words = [] if heard.echo >= ECHO_SHARE else real_words(heard.text)
        if words and says_stop(heard.text):
            return Verdict.INTERRUPT
        enough = len(words) >= max(1, settings.barge_in_words)
        if enough and (heard.final or heard.speech_ms >= settings.barge_in_ms):
            return Verdict.INTERRUPT
        if heard.speaking:
            wordless = not words and heard.speech_ms >= BABBLE_MS
            return Verdict.RESUME if wordless else Verdict.WAIT
        over = heard.final or heard.silent_ms >= GRACE_MS
        return Verdict.RESUME if over else Verdict.WAIT
