"""What a turn machine remembers of the caller's speech. Times are in ms on the call clock."""

from dataclasses import dataclass, field

from sessions_app.engine.text.writing import after_words, count, join_sentences
from sessions_app.engine.turns.interruption.base import OverlapWords


@dataclass(slots=True)
class Overlap:
    """Speech over the agent's, until it is judged."""

    started_ms: float
    ended_ms: float | None = None
    words: list[str] = field(default_factory=list)
    interim: str = ""
    final: bool = False
    sure: float | None = None
    """The recogniser's mean confidence in the words, as it last told it."""

    before: list[str] | None = None
    """The words of the turn being answered, where the caller goes on with it."""

    awaited: bool = False
    """Whether that turn seemed to go on: then "no" is the rest of it, too."""

    answered: str = ""
    """What of the utterance was answered: it began before the agent spoke, and goes on."""

    @property
    def text(self) -> str:
        """All words so far, the finals' first, but for those that were answered."""
        said = join_sentences([*self.words, self.interim])
        many = count(self.answered)
        return said[after_words(said, many) or len(said) :] if many else said

    def take(self, text: str, *, last: bool, sure: float | None = None) -> None:
        """Takes the final of an utterance; `last` when the caller is silent after it."""
        self.interim, self.sure = "", sure
        self.final = last
        if text:
            self.words.append(text)

    def heard(self, now_ms: float, echo: float) -> OverlapWords:
        """Returns what a rule judges; `echo` is the share of it that the agent said itself."""
        ended = self.ended_ms
        return OverlapWords(
            speaking=ended is None,
            speech_ms=max(0.0, (now_ms if ended is None else ended) - self.started_ms),
            silent_ms=0.0 if ended is None else max(0.0, now_ms - ended),
            text=self.text,
            final=self.final,
            echo=echo,
            sure=None if self.awaited else self.sure,  # who was to go on is no babble
        )


@dataclass(slots=True)
class LatestSpeech:
    """The caller's latest utterance; `unheard` until its final has come or was answered."""

    start_ms: float = 0.0
    end_ms: float = 0.0
    over_agent: bool = False
    unheard: bool = False
