"""The contract every summariser fulfils."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sessions_app.engine.core.transcript import TranscriptLine


@dataclass(frozen=True, slots=True)
class SummaryPoint:
    """A sentence about the call, and where in the call it comes from.

    `seq` is the segment, 0 where no place is known; `seqs` are all of them where there may be
    several. `who` is to do it, `due` is its day ("2026-12-01") or moment ("2026-12-01T09:00"), and
    `speaker` is who of the call is to do it, having offered to; each is empty if the summariser
    does not say.
    """

    text: str
    seq: int
    seqs: tuple[int, ...] = ()
    who: str = ""
    due: str = ""
    speaker: str = ""


@dataclass(frozen=True, slots=True)
class CallSummary:
    """What a call was about.

    `note` says how it was made, if people should know that. `engine` names what made it, if that is
    not the summariser that was asked. The rest is of a language model: its name, requests and
    tokens; `guessed` are estimates, in and out, of those that its server did not count.
    """

    text: str
    key_points: tuple[SummaryPoint, ...] = ()
    action_items: tuple[SummaryPoint, ...] = ()
    too_few: int = 0
    """The number of words, if there were too few to summarise; else 0."""

    title: str = ""
    decisions: tuple[SummaryPoint, ...] = ()
    note: str = ""
    engine: str = ""
    model: str = ""
    requests: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    guessed: tuple[int, int] = (0, 0)


@dataclass(frozen=True, slots=True)
class CallBrief:
    """A finished call, as a summariser or extractor gets it.

    `language` is a BCP 47 tag; `began` is the start in the call's time zone, None where nobody
    knows; `template` is how the agent's operator wants summaries to be; mostly empty.
    """

    segments: Sequence[TranscriptLine]
    language: str
    began: datetime | None = None
    agent_name: str = ""
    template: str = ""


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

    def summarise_call(self, brief: CallBrief) -> CallSummary:
        """Returns the summary of a call, by all that is known of it; this is what is called."""
        return self.summarise(brief.segments, brief.language)
