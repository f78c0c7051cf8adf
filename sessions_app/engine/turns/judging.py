"""Whether what is said over the agent takes the floor: the rule, and what it has to know."""

from collections.abc import Callable
from dataclasses import replace

from sessions_app.engine.core.agent_config import TurnSettings
from sessions_app.engine.turns.echo import AgentSpeech
from sessions_app.engine.turns.interruption.base import BargeIn, OverlapWords, Verdict
from sessions_app.engine.turns.overlaps import LatestSpeech, Overlap

LONG_MS = 10_000.0
"""Speech that goes on after a pause was given up has lasted long enough."""

LATE_FINAL_MS = 2_000.0
"""How long after speech its final is waited for, where interims decide nothing."""

REST_MS = 150
"""The rest of a turn may be one short word."""

ASK_EVERY_MS = 1_000.0
"""How often the recogniser is asked for all words of speech that goes on: each time it decodes."""


class Judge:
    """Asks the rule. Times are in ms on the call clock.

    Babble and noise have words, too, of which a recogniser is unsure. If a recogniser `scores`
    words on request, its unscored interims never decide.
    """

    def __init__(self, rule: BargeIn, settings: TurnSettings) -> None:
        self._rule = rule
        self._settings = settings
        rest_ms = min(REST_MS, settings.barge_in_ms)
        self._of_rest = replace(settings, barge_in_words=1, barge_in_ms=rest_ms)
        self._asked_ms = float("-inf")
        self.said = AgentSpeech()
        """What the agent said of late, and may come back as an echo."""

        self.declared: Callable[[], bool] = lambda: False
        """Whether the recogniser that serves now says that it scores."""

        self._scored, self._told = False, False

    @property
    def scores(self) -> bool:
        """Whether all words come with a confidence where they are asked for."""
        before, self._scored = self._scored, self.declared()
        if before and not self._scored:  # another one stands in
            self._told = False
        return self._scored or self._told

    def learn(self, text: str, confidence: float | None) -> None:
        """Learns from all words of an utterance, for recognisers that declare nothing."""
        if text:
            self._told = confidence is not None

    @property
    def pauses(self) -> bool:
        """Whether the agent holds still as soon as it is spoken over."""
        return self._rule.pauses

    def of_overlap(self, over: Overlap, now_ms: float) -> Verdict:
        """Returns what the agent does about speech over its own."""
        heard = over.heard(now_ms, self.said.share(over.text))
        settings = self._settings if over.before is None else self._of_rest
        verdict = self._rule.judge(heard, settings)
        unscored = self.scores and over.sure is None and not over.final
        due = heard.speaking or heard.silent_ms < LATE_FINAL_MS
        return Verdict.WAIT if verdict is Verdict.INTERRUPT and unscored and due else verdict

    def words_interrupt(self, text: str, sure: float | None) -> bool:
        """Returns whether words interrupt that come after a pause was given up."""
        if self.scores and sure is None:
            return False
        heard = OverlapWords(True, LONG_MS, 0.0, text, False, self.said.share(text), sure)
        return self._rule.judge(heard, self._settings) is Verdict.INTERRUPT

    def final_interrupts(self, speech: LatestSpeech, text: str, sure: float | None) -> bool:
        """Returns whether a final does that comes late."""
        spoken_ms = max(0.0, speech.end_ms - speech.start_ms)
        heard = OverlapWords(False, spoken_ms, LONG_MS, text, True, self.said.share(text), sure)
        return bool(text) and self._rule.judge(heard, self._settings) is Verdict.INTERRUPT

    def asks(self, now_ms: float) -> bool:
        """Returns whether to ask the recogniser for all words now; true once in a while."""
        if not self.scores or now_ms - self._asked_ms < ASK_EVERY_MS:
            return False
        self._asked_ms = now_ms
        return True
