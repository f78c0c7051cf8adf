"""The caller's speech as the turn manager tracks it. Times are in ms on the call clock."""

from dataclasses import dataclass, field

from sessions_app.engine.text.writing import after_words, count, join_sentences, plain_words
from sessions_app.engine.turns.interruption.base import OverlapWords


@dataclass(slots=True)
class Overlap:
    """Speech over the agent's, until the interruption rule has decided."""

    started_ms: float
    ended_ms: float | None = None
    words: list[str] = field(default_factory=list)
    interim: str = ""
    final: bool = False
    sure: float | None = None
    """The recogniser's latest mean confidence (0..1) in the words."""

    stands: bool = True
    """Whether the words that have it were heard before, or are all there will be."""

    before: list[str] | None = None
    """The words of the turn being answered, where this speech continues it."""

    continues_unfinished: bool = False
    """Whether that turn was unfinished: then even "no" continues it."""

    answered: str = ""
    """The part of the utterance that was answered, if it began before the agent spoke."""

    @property
    def text(self) -> str:
        """All words so far without those that were answered."""
        said = join_sentences([*self.words, self.interim])
        many = count(self.answered)
        return said[after_words(said, many) or len(said) :] if many else said

    def take(
        self, text: str, *, last: bool, sure: float | None = None, stands: bool = True
    ) -> None:
        """Takes an utterance's final; `last` where the caller is silent after it."""
        self.interim, self.sure, self.stands = "", sure, stands
        self.final = last
        if text:
            self.words.append(text)

    def heard(self, now_ms: float, echo: float) -> OverlapWords:
        """Returns what a rule judges; `echo` is the share (0..1) of words that are the agent's."""
        ended = self.ended_ms
        return OverlapWords(
            speaking=ended is None,
            speech_ms=max(0.0, (now_ms if ended is None else ended) - self.started_ms),
            silent_ms=0.0 if ended is None else max(0.0, now_ms - ended),
            text=self.text,
            final=self.final,
            echo=echo,
            sure=None if self.continues_unfinished else self.sure,  # a continuation is not babble
            stands=self.stands,
        )


@dataclass(slots=True)
class LatestSpeech:
    """The caller's latest utterance; `unheard` until its final has come or it was answered."""

    start_ms: float = 0.0
    end_ms: float = 0.0
    over_agent: bool = False
    unheard: bool = False
    scored: list[str] = field(default_factory=list)
    """The words of the latest hypothesis that had a confidence, until their final."""

    def stands(self, text: str, *, final: bool = False) -> bool:
        """Returns whether words with a confidence are confirmed by those before; notes them.

        They are where at least half of the words begin as before. A final stands alone, too.
        """
        before, words = self.scored, plain_words(text)
        self.scored = [] if final else words
        if not before:
            return final
        shorter = min(len(before), len(words))
        same = next((at for at in range(shorter) if before[at] != words[at]), shorter)
        return 2 * same >= max(1, shorter)
