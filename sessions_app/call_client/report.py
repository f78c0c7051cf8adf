"""The report of a placed call."""

import time
from dataclasses import asdict, dataclass, field
from typing import Any

from sessions_app.call_client.notes import changed_notes


@dataclass(slots=True)
class CallReport:
    """The result of one call; timings are milliseconds from the start of dialling.

    `segments` are those of both sides; `heard_s` is how long the agent was heard.
    """

    call: str = ""
    state: str = ""
    reason: str = ""
    duration_ms: int = 0
    segments: list[dict[str, Any]] = field(default_factory=list)
    summary: dict[str, Any] = field(default_factory=dict)
    recording: dict[str, Any] = field(default_factory=dict)
    notes: list[dict[str, Any]] = field(default_factory=list)
    turns: list[dict[str, Any]] = field(default_factory=list)
    heard_s: float = 0.0
    errors: list[dict[str, Any]] = field(default_factory=list)
    timings: dict[str, int] = field(default_factory=dict)

    def apply_notes(self, change: dict[str, Any]) -> None:
        """Applies a `notes` message, which has only what changed."""
        self.notes = changed_notes(self.notes, change)

    def as_json(self) -> dict[str, Any]:
        """Returns the report as plain values for JSON."""
        return asdict(self)


class Stopwatch:
    """Records when events first happened, in ms since its creation."""

    def __init__(self, timings: dict[str, int]) -> None:
        self._start_s = time.monotonic()
        self._timings = timings

    def first(self, name: str) -> None:
        """Records `name` now, unless it was recorded before."""
        self._timings.setdefault(name, round(1000 * (time.monotonic() - self._start_s)))
