"""A summary as people read it: on a call's page, on a shared one and in the admin."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.dateformat import format as date_format
from django.utils.translation import gettext, gettext_noop, ngettext

from sessions_app.engine.core.clock_times import short_time
from sessions_app.models import Summary, SummaryVersion
from sessions_app.services import summaries

_FIXED = frozenset(
    {
        gettext_noop("Nothing was said in this call."),
        gettext_noop("Nothing was said but what the agent was asked for."),
        gettext_noop("Everything that was said is in the notes."),
        gettext_noop("Everything that was said is something to do."),
    }
)
"""Whole summaries that the extractive summariser and `services/summarising.py` write."""

_TOO_FEW = re.compile(
    r"(Beside notes and requests )?(?:one word was|only (\d+) words were) said,"
    r" too few to summarise\.",
    re.IGNORECASE,
)
_ALL_TO_DO = re.compile(r"Everything that was said is something to do, (\d+) items in all\.")

Places = tuple[tuple[int, str], ...]
"""Segments of a call, each with its time as people read it, such as 1:05."""


@dataclass(frozen=True, slots=True)
class SummaryItem:
    """A key point, a decision or an action item.

    `seq` and `time` are its place in the call, if known, and `places` all of them.
    """

    text: str
    seq: int | None
    time: str
    due: str = ""
    due_iso: str = ""
    who: str = ""
    places: Places = ()


@dataclass(frozen=True, slots=True)
class SummaryView:
    """A summary's text, key points and action items for display; each may be empty."""

    text: str
    key_points: list[SummaryItem]
    action_items: list[SummaryItem]
    decisions: list[SummaryItem]


def view_of(summary: Summary | SummaryVersion, starts: Mapping[int, int]) -> SummaryView:
    """Returns a summary for display; `starts` maps each `seq` to its start in ms."""
    once = summaries.display_parts(summary)
    return SummaryView(
        text_shown(once.text),
        points(once.key_points, starts),
        points(once.action_items, starts),
        points(once.decisions, starts),
    )


def text_shown(text: str) -> str:
    """Returns a summary's text with what voicesite itself says of a call in the page's language.

    Such sentences are kept in English, whoever reads them later.
    """
    if text in _FIXED:
        return gettext(text)
    if few := _TOO_FEW.fullmatch(text):
        return _too_few(int(few[2] or 1), beside=bool(few[1]))
    if to_do := _ALL_TO_DO.match(text):
        said = gettext("Everything that was said is something to do, {count} items in all.")
        return said.format(count=to_do[1]) + text[to_do.end() :]
    return text


def _too_few(words: int, *, beside: bool) -> str:
    """Returns what the summary of a call with few words says, `beside` its notes or all in all."""
    if beside:
        said = ngettext(
            "Beside notes and requests one word was said, too few to summarise.",
            "Beside notes and requests only {count} words were said, too few to summarise.",
            words,
        )
    else:
        said = ngettext(
            "One word was said, too few to summarise.",
            "Only {count} words were said, too few to summarise.",
            words,
        )
    return said.format(count=words)


def points(items: list[dict[str, Any]], starts: Mapping[int, int]) -> list[SummaryItem]:
    """Returns a summary's items; `starts` maps each `seq` to its start on the call clock."""
    return [_point(item, item.get("seq"), starts) for item in items]


def places_of(seqs: Iterable[int], starts: Mapping[int, int]) -> Places:
    """Returns those of the segments that `starts` has, each with its time."""
    return tuple((seq, short_time(starts[seq])) for seq in seqs if seq in starts)


def due(moment: str) -> str:
    """Returns an ISO date or time such as "2026-12-01T09:00" in the page's language.

    Empty for none.
    """
    try:
        at = datetime.fromisoformat(moment)
    except (TypeError, ValueError):
        return ""
    return date_format(at, gettext("l j F Y, H:i") if "T" in moment else gettext("l j F Y"))


def _point(item: dict[str, Any], seq: int | None, starts: Mapping[int, int]) -> SummaryItem:
    named = item.get("seqs") or ([] if seq is None else [seq])
    return SummaryItem(
        text=item["text"],
        seq=seq if seq in starts else None,
        time=short_time(starts.get(seq or 0) or 0),
        due=due(item.get("due", "")),
        due_iso=item.get("due", ""),
        who=item.get("who", "") if "seqs" in item else "",  # else the text itself names them
        places=places_of(named, starts),
    )
