"""The report of a placed call."""

import time
from dataclasses import asdict, dataclass, field
from typing import Any

from sessions_app.call_client.notes import changed_notes

_KINDS = {"note": "Note", "action": "Action item"}
"""What the kinds of an agent's notes are called."""


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

    def outcome(self) -> list[str]:
        """Returns the call's summary, decisions, to-dos and notes as lines to print."""
        lines = [f"Summary: {self.summary.get('text') or self.summary.get('error') or '-'}"]
        lines += [f"Decided: {one['text']}" for one in self.summary.get("decisions") or ()]
        lines += [f"To do: {_todo(item)}" for item in self.summary.get("action_items") or ()]
        lines += [
            f"{_KINDS.get(note['kind'], 'Note')} {note['number']}: {note['text']}"
            for note in self.notes
        ]
        return lines

    def as_json(self) -> dict[str, Any]:
        """Returns the report as plain values for JSON."""
        return asdict(self)


def _todo(item: dict[str, Any]) -> str:
    """Returns a to-do with who is to do it, or is to be told, and its day or moment."""
    facts = [item[name].replace("T", " ") for name in ("who", "due") if item.get(name)]
    return f"{item['text']} ({', '.join(facts)})" if facts else item["text"]


class Stopwatch:
    """Records when events first happened, in ms since its creation."""

    def __init__(self, timings: dict[str, int]) -> None:
        self._start_s = time.monotonic()
        self._timings = timings

    def first(self, name: str) -> None:
        """Records `name` now, unless it was recorded before."""
        self._timings.setdefault(name, round(1000 * (time.monotonic() - self._start_s)))
