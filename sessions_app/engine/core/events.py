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

    `speaker` is the engine's label for the person, of several on one line, who said it.
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
    empty final `text` means that the utterance held no words. An interim one is `whole` where it
    holds all words up to a pause that the engine was told of, at `end_ms`: what the final will be
    if nothing more is said. A final one is `cut` where the caller goes on in the same breath.
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

    `heard_text` is what of an agent's `text` reached the caller before an interruption;
    None when all of it did. `turn` is the index of the turn it belongs to; 0 for none. `typed` for
    what was not spoken; then `key` is the key of a telephone that was pressed, if one was. Where an
    utterance is several segments, which are told at once, the last one has the text of all in
    `utterance`, and the others have `more`. `said_by` is the key of the user who typed an agent's
    line, where staff had taken the call over.
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
        """The text as far as it was really said."""
        return self.text if self.heard_text is None else self.heard_text


@dataclass(frozen=True, slots=True)
class FinalRedacted:
    """More is hidden in a final that was told before: `final` takes its place, by its `seq`."""

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
    """The VAD heard `speaker` stop at `at_ms` (told about half a second later)."""

    speaker: Speaker
    at_ms: float


@dataclass(frozen=True, slots=True)
class SpeechPaused:
    """`speaker` fell silent at `at_ms`, and may go on: told before it can be called an end."""

    speaker: Speaker
    at_ms: float


@dataclass(frozen=True, slots=True)
class SpeechResumed:
    """`speaker` goes on at `at_ms`, after a pause that was told and did not end the speech."""

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

    `speech_end_ms` is when the caller fell silent, `endpoint_ms` when the turn was taken to
    be over, `final_ms` when its final text was there, `first_token_ms` and `first_audio_ms`
    when the answer's first text came and its first sound was sent.
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

    `notes` came, those with the numbers in `removed` are gone; with `whole` all earlier ones
    are gone, and `notes` is the first part of what there is now.
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
    """One of the staff did something in the call; no client is told. `text` was whispered."""

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
