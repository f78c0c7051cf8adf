"""Pauses the agent at once; time and words then tell an interruption from a cough or an "mhm"."""

from sessions_app.engine.core.agent_config import TurnSettings
from sessions_app.engine.turns.interruption.base import BargeIn, OverlapWords, Verdict
from sessions_app.engine.turns.interruption.words import real_words, says_stop

GRACE_MS = 1_000.0
"""How long after speech its words are awaited. Less misses late words; more pauses longer."""

BABBLE_MS = 3_000.0
"""After this much speech without a word the agent resumes: it was not addressed."""

LONGEST_MS = 6_000.0
"""After this much speech with too few words the agent resumes."""

ECHO_SHARE = 0.6
"""Share of the agent's own words from which speech is echo. Lower ignores who repeats them."""

UNSURE, CERTAIN = 0.55, 0.7
"""Words of a mean confidence below the first are ignored, and up to the second until the next
hypothesis begins with them, too. Babble is transcribed differently each second. It reaches 0.53 in
half of clips of 3 s, 0.65 in a tenth, yet seldom twice. A question has 0.75 at least, and 0.69 in
three of four at 8 dB SNR. Higher ignores more callers or has them wait a second longer; lower lets
more babble interrupt."""

END_LAG_MS = 512.0
"""How late a VAD reports an end: ongoing speech may have been over for this long."""


class ConfirmedBargeIn(BargeIn):
    """Interrupts on enough words, or on one that asks to stop; resumes after anything else."""

    def judge(self, heard: OverlapWords, settings: TurnSettings) -> Verdict:
        words = real_words(heard.text) if _is_meant(heard) else []
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


def _is_meant(heard: OverlapWords) -> bool:
    """Returns whether the words are the caller's own, and surely said."""
    if heard.echo >= ECHO_SHARE:
        return False
    return heard.sure is None or heard.sure >= (UNSURE if heard.stands else CERTAIN)
