"""The input of every export, and helpers that formats share."""

import re
from dataclasses import dataclass

from sessions_app.engine.core.events import Word, one_speaker

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")

CUT_OFF = "—"
"""Ends an agent's text that the caller interrupted."""

NAMES = {"caller": "Caller", "agent": "Agent"}


@dataclass(frozen=True, slots=True)
class ExportCall:
    """A call's header; `created_at` is ISO 8601, `duration_ms` the call clock."""

    call_id: str
    title: str
    agent: str
    owner: str
    state: str
    language: str
    created_at: str
    duration_ms: int | None


@dataclass(frozen=True, slots=True)
class ExportSegment:
    """One segment as people read it; times on the call clock.

    An `interrupted` one holds in `text` what was heard of its `full_text`. `source` is where the
    words are from: "live", "second_pass", or "keypad" for a key that was pressed. `typed_by` is who
    of the staff typed it for the agent to say, where the reader may know that.
    """

    seq: int
    speaker: str
    start_ms: int
    end_ms: int
    text: str
    confidence: float | None = None
    words: tuple[Word, ...] = ()
    interrupted: bool = False
    full_text: str = ""
    source: str = "live"
    typed_by: str = ""

    @property
    def name(self) -> str:
        """The speaker's name: the side, and who of several people on it, or who typed it."""
        typed = f"(typed by {self.typed_by})" if self.typed_by else ""
        return one_line(f"{name_of(self.speaker)} {one_speaker(self.words)} {typed}")

    @property
    def is_of_somebody(self) -> bool:
        """Whether its `name` says more than the side."""
        return bool(self.typed_by or one_speaker(self.words))


def name_of(speaker: str) -> str:
    """Returns the display name of a side of the call."""
    return NAMES.get(speaker, speaker)


def one_line(text: str) -> str:
    """Returns `text` without line breaks or control characters, which would break a file format."""
    return " ".join(_CONTROL.sub(" ", text).split())
