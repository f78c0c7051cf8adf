"""What the turn manager has the session do. Times are in ms on the call clock."""

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
    """Begin an answer to `text` without playing it: the text is likely to be the whole turn."""

    text: str


@dataclass(frozen=True, slots=True)
class Withdraw:
    """Discard the prepared answer."""


@dataclass(frozen=True, slots=True)
class HoldSpeech:
    """Pause the playout at once."""


@dataclass(frozen=True, slots=True)
class ResumeSpeech:
    """Resume the playout where it was paused."""


@dataclass(frozen=True, slots=True)
class CutSpeech:
    """Stop the answer where it is.

    It is `void` if the turn that it answers is not over, or had other words: then it is removed
    from the conversation, and what its tools did is undone. A finished answer can still be voided.
    """

    void: bool = False


@dataclass(frozen=True, slots=True)
class AskWords:
    """Ask the recogniser for all words of the ongoing speech (`RecogniserStream.pause`)."""


Action = AskWords | StartReply | Prepare | Withdraw | HoldSpeech | ResumeSpeech | CutSpeech
