"""Removes hidden words from everything else stored for a call besides its transcript.

What was derived from the words (summaries, taken values) may say them in other words, so it is
deleted and made again. What people wrote, or gave the call, only loses those very words.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.db.models import QuerySet

from sessions_app.engine.redaction.spans import FoundSpan, merged, replaced
from sessions_app.engine.text.folding import FoldedText, folded
from sessions_app.models import (
    Call,
    CallTag,
    Note,
    Redaction,
    ReviewComment,
    SegmentRevision,
    ShareLink,
    StaffAct,
    Summary,
    SummaryVersion,
    Ticket,
)
from sessions_app.services import archives, changes, extractions, scorecards, summaries, webhooks

Hide = Callable[[str], str]
"""Returns a text without what is hidden."""

SHORTEST = 3
"""The fewest letters of words chosen by hand that are searched for in a call's other texts.

Fewer would remove them from texts that only happen to have the same letters.
"""

SHORTEST_DERIVED = 4
"""The same for words said at the same time: fewer would also remove words like "the".

More would leave short hidden words in other texts.
"""

SHORTEST_NUMBER = 5
"""The fewest figures of a number that is also found in other groups than it was said in.

Fewer would take "24" out of "2, 4".
"""

EMPTIED = "Its words were taken out when something of the call was hidden."
_WORD = re.compile(r"[^\W_]+")
_BETWEEN = r"[\W_]+"


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that are hidden, and what is shown in their place.

    `chosen` by somebody, who may mean a part of a word; others are looked for as whole words.
    """

    text: str
    label: str
    chosen: bool = False


def spans_of(text: str, phrases: Iterable[Phrase]) -> list[FoundSpan]:
    """Returns where the phrases are in a text.

    Case, accents, marks between words and the grouping of long numbers do not matter.
    """
    sought = [phrase for phrase in phrases if phrase.text]
    if not sought or not text:
        return []
    found: list[FoundSpan] = []
    plain = FoldedText.of(text)
    for phrase in sought:
        words = _WORD.findall(folded(phrase.text))
        if len("".join(words)) < (SHORTEST if phrase.chosen else SHORTEST_DERIVED):
            continue
        pattern = _pattern(words)
        if not phrase.chosen:
            pattern = rf"(?<![^\W_]){pattern}(?![^\W_])"
        places = [plain.span(*match.span()) for match in re.finditer(pattern, plain.text)]
        found += [FoundSpan(*place, Redaction.BY_HAND, phrase.label) for place in places]
    return merged(found)


def _pattern(words: Sequence[str]) -> str:
    """Returns a pattern for words with any marks between them, and figures in any groups."""
    parts: list[str] = []
    for is_number, group in groupby(words, str.isdecimal):
        some = list(group)
        figures = "".join(some)
        if is_number and len(figures) >= SHORTEST_NUMBER:
            parts.append(r"[\W_]*".join(figures))
        else:
            parts += map(re.escape, some)
    return _BETWEEN.join(parts)


def without(phrases: Sequence[Phrase]) -> Hide:
    """Returns a function that removes the phrases from a text."""
    return lambda text: replaced(text, spans_of(text, phrases))


def hide_in_call(call: Call, hide: Hide) -> bool:
    """Removes hidden words from what people wrote and gave; returns whether there were any."""
    changed = [
        _rewrite(Note.objects.filter(call=call), hide),
        _rewrite(ReviewComment.objects.filter(call=call), hide),
        _rewrite(StaffAct.objects.filter(call=call), hide),
        _rewrite(ShareLink.objects.filter(call=call), hide, "note", 100),
        _rewrite(Call.objects.filter(pk=call.pk), hide, "title", 200),
        _tags(call, hide),
        bool(scorecards.rewrite_texts(call, hide)),
        _given(call, hide),
    ]
    call.refresh_from_db(fields=["title", "variables", "metadata"])
    return any(changed)


def hide_in_revisions(rows: QuerySet[SegmentRevision], hide: Hide) -> bool:
    """Removes hidden words from a line's history; undoing a correction brings none of them back."""
    return any([_rewrite(rows, hide, "before"), _rewrite(rows, hide, "after")])


def rebuild_derived(call: Call, hide: Hide) -> None:
    """Clears everything derived from the words and queues it again; its exports are deleted."""
    archives.forget_calls([call.pk])
    changes.updated(call.pk)
    emptied: dict[str, Any] = {"text": "", "title": "", "note": ""}
    emptied |= {"key_points": [], "decisions": [], "action_items": []}
    SummaryVersion.objects.filter(call=call).update(**emptied | {"note": EMPTIED})
    if Summary.objects.filter(call=call).update(**emptied, speakers=[], error=""):
        summaries.ask_again(call, None)
    if extractions.forget_found(call, hide):
        extractions.ask_again(call, None)


def hidden_in(value: Any, hide: Hide) -> Any:
    """Returns a JSON value without what is hidden in its texts; its keys are not changed."""
    if isinstance(value, str):
        return hide(value)
    if isinstance(value, list):
        return [hidden_in(one, hide) for one in value]
    if isinstance(value, dict):
        return {name: hidden_in(one, hide) for name, one in value.items()}
    return value


def _rewrite(rows: QuerySet[Any], hide: Hide, field: str = "text", most: int = 0) -> bool:
    changed = False
    for key, text in list(rows.values_list("pk", field)):
        if (shown := hide(text)) != text:
            rows.filter(pk=key).update(**{field: shown[: most or None]})
            changed = True
    return changed


def _tags(call: Call, hide: Hide) -> bool:
    """Deletes tags that hold hidden words: with a label in their place they would tell nothing."""
    rows = [row for row in CallTag.objects.filter(call=call) if hide(row.name) != row.name]
    for row in rows:
        row.delete()
    return bool(rows)


def _given(call: Call, hide: Hide) -> bool:
    """Removes hidden words from the call's variables and metadata, wherever they are kept."""
    given: dict[str, Any] = {"variables": call.variables, "metadata": call.metadata}
    shown = hidden_in(given, hide)
    if shown == given:
        return False
    Call.objects.filter(pk=call.pk).update(**shown)
    Ticket.objects.filter(call_id=call.public_id).update(**shown)
    webhooks.erase_call_data([call.pk], shown)
    return True
