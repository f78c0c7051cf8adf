"""The contract every summariser fulfils."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

from sessions_app.engine.core.transcript import TranscriptLine


@dataclass(frozen=True, slots=True)
class SummaryPoint:
    """A sentence of the call and the segment it comes from."""

    text: str
    seq: int
    speaker: str = ""
    """Of an action item: the speaker who is to do it, where they offered to."""


@dataclass(frozen=True, slots=True)
class CallSummary:
    """What a call was about."""

    text: str
    key_points: tuple[SummaryPoint, ...] = ()
    action_items: tuple[SummaryPoint, ...] = ()
    too_few: int = 0
    """The number of words, if there were too few to summarise; else 0."""


class Summariser(ABC):
    """Makes a summary of a finished call. Runs in a Celery worker; may block.

    `name` is stored with each summary as its `engine`.
    """

    name: str

    @abstractmethod
    def summarise(self, segments: Sequence[TranscriptLine], language: str) -> CallSummary:
        """Returns the summary of a transcript in order of time.

        `language` is a BCP 47 tag. A call with few words or none gets a summary that says so.
        The text of an exception is shown to staff as the reason; the job is retried.
        """
