"""Takes hidden words out of what was made of a call's words before they were hidden.

History of corrections, summaries and their versions, values that were taken, exports.
"""

from collections.abc import Callable, Mapping
from typing import Any

from sessions_app.engine.redaction.finder import Finder
from sessions_app.engine.redaction.spans import replaced
from sessions_app.models import Call, Extraction, Segment, SegmentRevision, Summary, SummaryVersion
from sessions_app.services import archives, extractions, summaries

Holds = Callable[[str], bool]
"""Whether a text has something in it that is hidden."""

_EMPTY: dict[str, Any] = {
    "title": "",
    "text": "",
    "key_points": [],
    "decisions": [],
    "action_items": [],
    "note": "",
}


def hide_in_history(segment: Segment, hidden: Mapping[str, str], shown: str) -> None:
    """Hides in a line's corrections, so that no undo brings it back.

    `hidden` are the line's texts as they were, with what they are now. Of any other text nobody
    knows where the words are in it: `shown` stands for all of it.
    """
    for row in SegmentRevision.objects.filter(segment=segment):
        _rewrite(row, lambda text: hidden.get(text, shown) if text else "")


def find_in_history(segment: Segment, finder: Finder) -> bool:
    """Hides what is found in the corrections of a line; returns whether there was anything."""
    rows = list(SegmentRevision.objects.filter(segment=segment))
    changed = [_rewrite(row, lambda text: replaced(text, finder.spans(text))) for row in rows]
    return any(changed)


def _rewrite(row: SegmentRevision, without: Callable[[str], str]) -> bool:
    before, after = without(row.before), without(row.after)
    changed = (before, after) != (row.before, row.after)
    if changed:
        row.before, row.after = before, after
        row.save(update_fields=["before", "after"])
    return changed


def forget(call: Call, holds: Holds) -> None:
    """Empties what may hold the words, and has it made anew. In the transaction that hides them.

    Of values that staff set by hand those go alone that hold something hidden. Exports go.
    """
    SummaryVersion.objects.filter(call=call).update(**_EMPTY)
    if Summary.objects.filter(call=call).update(speakers=[], **_EMPTY):
        summaries.ask_again(call, None)
    for row in Extraction.objects.select_for_update().filter(call=call):
        _forget_values(row, holds)
        extractions.ask_again(call, None)
    archives.forget_calls([call.pk])


def _forget_values(row: Extraction, holds: Holds) -> None:
    row.corrections = {name: v for name, v in row.corrections.items() if not holds(_text(v))}
    row.found, row.evidence, row.note = {}, {}, ""
    row.values = dict(row.corrections)
    row.save(update_fields=["corrections", "found", "evidence", "note", "values"])


def _text(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def plain(text: str) -> str:
    """Returns letters and figures alone, to find words that are written otherwise."""
    return "".join(character for character in text.casefold() if character.isalnum())
