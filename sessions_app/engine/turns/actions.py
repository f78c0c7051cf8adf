"""What a turn machine says is to be done. Times are in ms on the call clock."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StartReply:
    """Answer `text`: the caller's turn is over. Times are those of `core.events.Latency`."""

    text: str
    speech_end_ms: float | None
    endpoint_ms: float
    final_ms: float | None


@dataclass(frozen=True, slots=True)
class Prepare:
    """Begin an answer to `text` in secret: it is likely to be the whole turn."""

    text: str


@dataclass(frozen=True, slots=True)
class Withdraw:
    """The prepared answer is void."""


@dataclass(frozen=True, slots=True)
class HoldSpeech:
    """Fall silent at once, and keep the place."""


@dataclass(frozen=True, slots=True)
class ResumeSpeech:
    """Go on where the speech was held."""


@dataclass(frozen=True, slots=True)
class CutSpeech:
    """End the answer where it is.

    It is `void` when the turn that it answers goes on, or had other words: then it counts as never
    given, and what it did is undone. Where it is over already, that is all there is to do.
    """

    void: bool = False


@dataclass(frozen=True, slots=True)
class AskWords:
    """Ask the recogniser for all words of the speech that goes on."""


Action = AskWords | StartReply | Prepare | Withdraw | HoldSpeech | ResumeSpeech | CutSpeech
