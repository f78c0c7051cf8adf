"""What happens in a live call, as plain values. All times are on the call clock."""

from dataclasses import dataclass
from enum import StrEnum

from sessions_app.core.states import CallState, EndReason


class Speaker(StrEnum):
    """Whose side of the call a text or a lane belongs to."""

    CALLER = "caller"
    AGENT = "agent"


@dataclass(frozen=True, slots=True)
class Word:
    """One recognised word; `confidence` is 0..1, or None where the engine gives none."""

    text: str
    start_ms: float
    end_ms: float
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """What a recogniser currently thinks was said in one utterance.

    An interim hypothesis may be rewritten by the next; a final one never changes. An
    empty final `text` means that the utterance held no words.
    """

    text: str
    is_final: bool
    start_ms: float
    end_ms: float
    words: tuple[Word, ...] = ()
    confidence: float | None = None
    language: str = ""


@dataclass(frozen=True, slots=True)
class InterimChanged:
    """The words recognised so far; `seq` is the place the final text is to take.

    An empty `text` takes back what was shown.
    """

    seq: int
    speaker: Speaker
    text: str
    start_ms: float
    end_ms: float


@dataclass(frozen=True, slots=True)
class SegmentFinal:
    """Frozen final text with its place in the call; never changes once emitted."""

    seq: int
    speaker: Speaker
    text: str
    start_ms: float
    end_ms: float
    words: tuple[Word, ...] = ()
    confidence: float | None = None
    language: str = ""


@dataclass(frozen=True, slots=True)
class StateChanged:
    """The call moved to `state`.

    `reason` is set for ENDING and terminal states; `length_ms`, the call's length on its
    clock, for terminal ones.
    """

    state: CallState
    reason: EndReason | None = None
    length_ms: float = 0.0


@dataclass(frozen=True, slots=True)
class SpeechStarted:
    """The VAD heard `speaker` begin at `at_ms`."""

    speaker: Speaker
    at_ms: float


@dataclass(frozen=True, slots=True)
class SpeechEnded:
    """The VAD heard `speaker` stop at `at_ms` (told about half a second later)."""

    speaker: Speaker
    at_ms: float


@dataclass(frozen=True, slots=True)
class RecognitionFailed:
    """The recogniser is out for this call; `detail` says why, without any speech."""

    detail: str


CallEvent = (
    InterimChanged | SegmentFinal | StateChanged | SpeechStarted | SpeechEnded | RecognitionFailed
)
