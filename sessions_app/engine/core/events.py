"""What happens in a live call, as plain values. All times are on the call clock."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sessions_app.engine.core.desk import StaffAction, StaffMember
from sessions_app.engine.core.states import CallState, EndReason, Floor


class Speaker(StrEnum):
    """Whose side of the call a text or a lane belongs to."""

    CALLER = "caller"
    AGENT = "agent"


@dataclass(frozen=True, slots=True)
class Word:
    """One recognised word; `confidence` is 0..1, or None where the engine gives none.

    `speaker` is the engine's label for the person who said it, where several share one line.
    """

    text: str
    start_ms: float
    end_ms: float
    confidence: float | None = None
    speaker: str = ""


def one_speaker(words: Iterable[Word]) -> str:
    """Returns the label of the one person who said these words; empty for several or no label."""
    labels = {word.speaker for word in words}
    return labels.pop() if len(labels) == 1 else ""


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """What a recogniser currently thinks was said in one utterance.

    An interim hypothesis may be rewritten by the next; a final one never changes. An
    empty final `text` means that the utterance held no words. An interim one is `whole` if it holds
    all words up to a pause at `end_ms` that was reported to the engine: the final will be the same
    if nothing more is said. A final one is `cut` if the caller was still speaking at its end.
    """

    text: str
    is_final: bool
    start_ms: float
    end_ms: float
    words: tuple[Word, ...] = ()
    confidence: float | None = None
    language: str = ""
    whole: bool = False
    cut: bool = False

    @property
    def sure(self) -> float | None:
        """The engine's confidence (0..1) in the last word, if it gives one."""
        return self.words[-1].confidence if self.words else None


@dataclass(frozen=True, slots=True)
class InterimChanged:
    """The words recognised so far; `seq` is the place the final text is to take.

    An empty `text` takes back what was shown. `whole`, `sure` and `confidence` are the hypothesis's
    own.
    """

    seq: int
    speaker: Speaker
    text: str
    start_ms: float
    end_ms: float
    whole: bool = False
    sure: float | None = None
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class SegmentFinal:
    """Frozen final text with its place in the call; never changes once emitted.

    `heard_text` is the part of an agent's `text` that reached the caller before an interruption;
    None when all of it did. `turn` is the index of the turn it belongs to; 0 for none. `typed`
    marks text that was not spoken; `key` is then the telephone key that was pressed, if one was. An
    utterance may be several segments, which are emitted together: the last one has the text of all
    in `utterance`, the others have `more`. `said_by` is the key of the user who typed an agent's
    line while staff had taken the call over.
    """

    seq: int
    speaker: Speaker
    text: str
    start_ms: float
    end_ms: float
    words: tuple[Word, ...] = ()
    confidence: float | None = None
    language: str = ""
    heard_text: str | None = None
    turn: int = 0
    typed: bool = False
    key: str = ""
    more: bool = False
    utterance: str = ""
    said_by: int = 0

    @property
    def sure(self) -> float | None:
        """The recogniser's confidence (0..1) in the last word, if it gives one."""
        return self.words[-1].confidence if self.words else None

    @property
    def interrupted(self) -> bool:
        return self.heard_text is not None

    @property
    def spoken_text(self) -> str:
        """The part of the text that the caller heard."""
        return self.text if self.heard_text is None else self.heard_text


@dataclass(frozen=True, slots=True)
class FinalRedacted:
    """More words of an emitted final were hidden: `final` replaces the one with the same `seq`."""

    final: SegmentFinal


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
    """The VAD heard `speaker` stop at `at_ms` (emitted about half a second later)."""

    speaker: Speaker
    at_ms: float


@dataclass(frozen=True, slots=True)
class SpeechPaused:
    """`speaker` fell silent at `at_ms`, too short a time ago to count as an end of speech."""

    speaker: Speaker
    at_ms: float


@dataclass(frozen=True, slots=True)
class SpeechResumed:
    """`speaker` spoke again at `at_ms`, after a `SpeechPaused` that did not end the speech."""

    speaker: Speaker
    at_ms: float


@dataclass(frozen=True, slots=True)
class RecognitionFailed:
    """The recogniser is out for this call; `detail` says why, without any speech."""

    detail: str


@dataclass(frozen=True, slots=True)
class NothingSaid:
    """An utterance that ended at `end_ms` held no words."""

    speaker: Speaker
    end_ms: float


@dataclass(frozen=True, slots=True)
class FloorChanged:
    """Who has the floor in a call with an agent."""

    floor: Floor
    at_ms: float


@dataclass(frozen=True, slots=True)
class Latency:
    """When the stages of one answer came, on the call clock; None for what did not happen.

    `speech_end_ms` is when the caller fell silent, `endpoint_ms` when it was decided that the turn
    is over, `final_ms` when its final text arrived, `first_token_ms` and `first_audio_ms` when the
    answer's first text arrived and its first audio was sent.
    """

    speech_end_ms: float | None = None
    endpoint_ms: float | None = None
    final_ms: float | None = None
    first_token_ms: float | None = None
    first_audio_ms: float | None = None


@dataclass(frozen=True, slots=True)
class TurnEnded:
    """One side gave up the floor. `index` counts turns from 1; an agent's has `latency`."""

    index: int
    speaker: Speaker
    start_ms: float
    end_ms: float
    interrupted: bool = False
    latency: Latency | None = None


class NoteKind(StrEnum):
    """What a note is: something to remember, or something to do."""

    NOTE = "note"
    ACTION = "action"


@dataclass(frozen=True, slots=True)
class NoteTaken:
    """Something the agent wrote down for the caller; `number` counts from 1 in its call."""

    number: int
    kind: NoteKind
    text: str
    at_ms: float


@dataclass(frozen=True, slots=True)
class NotesChanged:
    """What changed in the call's notes.

    `notes` were added or changed, those with the numbers in `removed` were removed. With `whole`
    all earlier ones were removed, and `notes` is the first part of the present ones.
    """

    notes: tuple[NoteTaken, ...] = ()
    removed: tuple[int, ...] = ()
    whole: bool = False


@dataclass(frozen=True, slots=True)
class AgentFailed:
    """A part of the agent failed and the call goes on; `detail` holds no speech.

    `code` is the stable word of the error, such as `responder_unavailable`.
    """

    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class TokenMade:
    """The next piece of the agent's answer in turn `turn`, as it was generated."""

    turn: int
    text: str


@dataclass(frozen=True, slots=True)
class AppMessageSent:
    """Something for the client from the operator's own code; any JSON."""

    data: Any


@dataclass(frozen=True, slots=True)
class TurnJudged:
    """How likely (0..1) a turn has `finished` by the sound up to where its speaker fell silent."""

    speaker: Speaker
    at_ms: float
    finished: float


@dataclass(frozen=True, slots=True)
class MediaGap:
    """The connection was lost: nothing the caller said in between can have arrived."""

    start_ms: float
    end_ms: float


@dataclass(frozen=True, slots=True)
class StaffActed:
    """A member of staff did something in the call. Never sent to callers' clients.

    `text` is what was whispered.
    """

    action: StaffAction
    by: StaffMember
    at_ms: float
    text: str = ""


@dataclass(frozen=True, slots=True)
class StaffListens:
    """Staff began to hear the call, or nobody does any more; for the caller."""

    listening: bool


CallEvent = (
    InterimChanged
    | SegmentFinal
    | FinalRedacted
    | StateChanged
    | SpeechStarted
    | SpeechEnded
    | SpeechPaused
    | SpeechResumed
    | RecognitionFailed
    | NothingSaid
    | FloorChanged
    | TurnEnded
    | NotesChanged
    | AgentFailed
    | TokenMade
    | MediaGap
    | TurnJudged
    | AppMessageSent
    | StaffActed
    | StaffListens
)
