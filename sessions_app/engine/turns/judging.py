"""Applies the interruption rule to speech over the agent."""

from collections.abc import Callable
from dataclasses import replace

from sessions_app.engine.core.agent_config import TurnSettings
from sessions_app.engine.turns.echo import AgentSpeech
from sessions_app.engine.turns.interruption.base import BargeIn, OverlapWords, Verdict
from sessions_app.engine.turns.overlaps import LatestSpeech, Overlap

LONG_MS = 10_000.0
"""The length, and the silence, that a rule is given for words that come after the agent resumed:
more than any rule asks for."""

LATE_FINAL_MS = 2_000.0
"""How long after speech its final is awaited where interims do not decide.

Less loses words of late finals; more keeps the agent silent longer after a noise.
"""

REST_MS = 150
"""The least length of speech that continues a turn, which may be one short word.

Longer ignores short words; shorter takes noises for them.
"""

ASK_EVERY_MS = 1_000.0
"""How often the recogniser is asked for all words of ongoing speech.

Shorter decides sooner but costs more decodes; longer interrupts later.
"""


class InterruptionJudge:
    """Decides on interruptions by a rule. Times are in ms on the call clock.

    Recognisers also write words, with low confidence, for babble and noise. So where a recogniser
    `scores` words on request, interims without a confidence never interrupt.
    """

    def __init__(self, rule: BargeIn, settings: TurnSettings) -> None:
        self._rule = rule
        self._settings = settings
        rest_ms = min(REST_MS, settings.barge_in_ms)
        self._of_rest = replace(settings, barge_in_words=1, barge_in_ms=rest_ms)
        self._asked_ms = float("-inf")
        self.agent_speech = AgentSpeech()
        """The agent's latest words, which may come back as an echo."""

        self.scores_declared: Callable[[], bool] = lambda: False
        """Whether the recogniser that serves now declares that it scores on request."""

        self._scored, self._has_scored = False, False

    @property
    def scores(self) -> bool:
        """Whether the recogniser gives all words with a confidence when it is asked."""
        before, self._scored = self._scored, self.scores_declared()
        if before and not self._scored:  # another one stands in
            self._has_scored = False
        return self._scored or self._has_scored

    def learn(self, text: str, confidence: float | None) -> None:
        """Notes whether an utterance had a confidence, for recognisers that declare nothing."""
        if text:
            self._has_scored = confidence is not None

    @property
    def pauses(self) -> bool:
        """Whether the agent pauses as soon as it is spoken over."""
        return self._rule.pauses

    def verdict(self, overlap: Overlap, now_ms: float) -> Verdict:
        """Returns what the agent does about speech over its own, now."""
        words = overlap.heard(now_ms, self.agent_speech.share(overlap.text))
        settings = self._settings if overlap.before is None else self._of_rest
        verdict = self._rule.judge(words, settings)
        unscored = self.scores and overlap.sure is None and not overlap.final
        due = words.speaking or words.silent_ms < LATE_FINAL_MS
        return Verdict.WAIT if verdict is Verdict.INTERRUPT and unscored and due else verdict

    def words_interrupt(self, speech: LatestSpeech, text: str, sure: float | None) -> bool:
        """Returns whether words of ongoing speech interrupt an agent that has resumed."""
        if self.scores and sure is None:
            return False
        echo, stands = self.agent_speech.share(text), sure is None or speech.stands(text)
        words = OverlapWords(True, LONG_MS, 0.0, text, False, echo, sure, stands)
        return self._rule.judge(words, self._settings) is Verdict.INTERRUPT

    def final_interrupts(self, speech: LatestSpeech, text: str, sure: float | None) -> bool:
        """Returns whether a late final interrupts an agent that has resumed."""
        spoken_ms = max(0.0, speech.end_ms - speech.start_ms)
        echo, stands = self.agent_speech.share(text), speech.stands(text, final=True)
        words = OverlapWords(False, spoken_ms, LONG_MS, text, True, echo, sure, stands)
        return bool(text) and self._rule.judge(words, self._settings) is Verdict.INTERRUPT

    def should_ask(self, now_ms: float) -> bool:
        """Returns whether to ask the recogniser for all words now: once in ASK_EVERY_MS."""
        if not self.scores or now_ms - self._asked_ms < ASK_EVERY_MS:
            return False
        self._asked_ms = now_ms
        return True
