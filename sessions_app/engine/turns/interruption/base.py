"""The contract of interruption rules: whether speech over the agent interrupts it."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from enum import StrEnum

from sessions_app.engine.core.agent_config import TurnSettings


class Verdict(StrEnum):
    """What the agent does about speech over it: stop, go on, or stay paused and judge again."""

    INTERRUPT = "interrupt"
    RESUME = "resume"
    WAIT = "wait"


@dataclass(frozen=True, slots=True)
class OverlapWords:
    """Speech over the agent since the caller began it.

    `speech_ms` is how long the caller has spoken, `silent_ms` how long ago that ended (0 while
    `speaking`). `text` is what was recognised; it cannot change any more where `final`.
    `echo` is the share (0..1) of its words that the agent was just saying itself. `sure` is the
    recogniser's mean confidence (0..1) in it, None where it gives none. `stands` is False while
    words with a confidence are unconfirmed: the hypothesis before began otherwise, or there was
    none and this is no final. Otherwise it is True.
    """

    speaking: bool
    speech_ms: float
    silent_ms: float
    text: str
    final: bool
    echo: float
    sure: float | None = None
    stands: bool = True


class BargeIn(ABC):
    """An interruption rule: what decides on barge-in. It has no state and serves all calls."""

    pauses: bool = True
    """Whether the agent pauses as soon as it is spoken over, until the rule has decided."""

    @abstractmethod
    def judge(self, heard: OverlapWords, settings: TurnSettings) -> Verdict:
        """Returns whether to interrupt, to resume, or to wait; called again while it waits."""
