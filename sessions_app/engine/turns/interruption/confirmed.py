"""Pauses at once, and lets time and words tell an interruption from a cough or an "mhm"."""

from sessions_app.engine.core.agent_config import TurnSettings
from sessions_app.engine.turns.interruption.base import BargeIn, OverlapWords, Verdict
from sessions_app.engine.turns.interruption.words import real_words, says_stop

GRACE_MS = 1_000.0
"""After speech its words may come for so long."""

BABBLE_MS = 3_000.0
"""Speech without a single word for so long is not meant for the agent."""

LONGEST_MS = 6_000.0
"""Nobody is kept waiting longer by too few words in a noise that does not end."""

ECHO_SHARE = 0.6

UNSURE = 0.55
"""Below this mean confidence the words were not meant for the agent: what a recogniser hears in
three seconds of four people at once has 0.52 at most, a question 0.8."""

END_LAG_MS = 512.0
"""How late a VAD tells of an end: what seems to be speech may have been over for this long."""


class ConfirmedBargeIn(BargeIn):
    """The agent is silent while it waits, so that waiting for words costs nobody anything."""

    def judge(self, heard: OverlapWords, settings: TurnSettings) -> Verdict:
        meant = heard.echo < ECHO_SHARE and (heard.sure is None or heard.sure >= UNSURE)
        words = real_words(heard.text) if meant else []
        if words and says_stop(heard.text):
            return Verdict.INTERRUPT
        enough = len(words) >= max(1, settings.barge_in_words)
        if heard.speaking:
            if enough and heard.speech_ms >= settings.barge_in_ms + END_LAG_MS:
                return Verdict.INTERRUPT
            wordless = not words and heard.speech_ms >= BABBLE_MS
            hopeless = wordless or heard.speech_ms >= LONGEST_MS
            return Verdict.RESUME if hopeless else Verdict.WAIT
        if not heard.final and heard.silent_ms < GRACE_MS:
            return Verdict.WAIT
        long_enough = heard.speech_ms >= settings.barge_in_ms
        return Verdict.INTERRUPT if enough and long_enough else Verdict.RESUME
