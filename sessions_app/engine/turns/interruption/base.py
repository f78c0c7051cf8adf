"""The contract of barge-in: whether speech over the agent's words takes the floor."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from enum import StrEnum

from sessions_app.engine.core.agent_config import TurnSettings


class Verdict(StrEnum):
    INTERRUPT = "interrupt"
    RESUME = "resume"
    WAIT = "wait"


@dataclass(frozen=True, slots=True)
class OverlapWords:
    """What was heard since the caller began to speak over the agent.

    `speech_ms` is how long the caller has spoken, `silent_ms` how long ago that ended (0 while
    `speaking`). `text` is what was recognised, and cannot change any more when `final`.
    `echo` is the share (0..1) of it that the agent was just saying itself. `sure` is the
    recogniser's mean confidence (0..1) in all of it, None where it gives none.
    """

    speaking: bool
    speech_ms: float
    silent_ms: float
    text: str
    final: bool
    echo: float
    sure: float | None = None


class BargeIn(ABC):
    """One rule; it holds no state and serves all calls."""

    pauses: bool = True
    """Whether the agent holds still as soon as it is spoken over."""

    @abstractmethod
    def judge(self, heard: OverlapWords, settings: TurnSettings) -> Verdict:
        """Returns what the agent does now; asked again and again while it waits."""
