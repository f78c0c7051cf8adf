"""A list of calls as a file, read a few calls at a time."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from sessions_app.engine.exports import call_list
from sessions_app.engine.exports.call_list import CallLine
from sessions_app.models import AccessLog, Call
from sessions_app.services import access, search, usage

CALLS_IN_MEMORY = 200
"""Calls that are in memory at a time."""

MEDIA_TYPE = "text/csv; charset=utf-8"


def as_csv(calls: QuerySet[Call], user: Any, where: str) -> Iterator[bytes]:
    """Yields the list in its order, and logs other people's calls as exported to `user`.

    `calls` is evaluated once; a call that is erased meanwhile is left out. Their usage is listed
    for users who may see it. No query is open while a slow client reads. Nothing happens before
    the first piece is requested.
    """
    yield call_list.head().encode()
    keys = list(calls.values_list("pk", flat=True))
    sees_usage = usage.may_see(user)
    for first in range(0, len(keys), CALLS_IN_MEMORY):
        rows = read(keys[first : first + CALLS_IN_MEMORY])
        others = [call for call in rows if call.owner_id != user.pk]
        access.log_all(others, user, AccessLog.Action.EXPORTED, f"list {where}, csv")
        used = usage.totals_of([call.pk for call in rows]) if sees_usage else {}
        yield call_list.lines(_with_usage(line(call), used.get(call.pk)) for call in rows).encode()


def read(keys: Sequence[int]) -> list[Call]:
    """Returns the calls that are still there, in the order of their keys."""
    found = search.with_word_count(Call.objects.filter(pk__in=keys))
    by_key = {
        call.pk: call for call in found.select_related("owner", "agent", "recording", "summary")
    }
    return [by_key[key] for key in keys if key in by_key]


def line(call: Call) -> CallLine:
    """Returns a call of `read` as a line of the list."""
    return CallLine(
        call=call.public_id,
        title=call.title,
        owner=call.owner.get_username(),
        visitor=call.visitor,
        agent=str(call.persona.get("name") or call.agent.name),
        language=call.language,
        door=call.door,
        state=call.state,
        end_reason=call.end_reason,
        created_at=call.created_at.isoformat(),
        ended_at=_iso_time(call.ended_at),
        duration_s=None if call.duration_ms is None else call.duration_ms / 1000,
        words=getattr(call, "word_count", 0),
        recording=getattr(getattr(call, "recording", None), "state", ""),
        summary=getattr(getattr(call, "summary", None), "state", ""),
    )


def _with_usage(told: CallLine, used: usage.UsageTotal | None) -> CallLine:
    if used is None:
        return told
    costs = sorted(used.costs.items())
    return replace(
        told,
        recognised_s=used.audio_ms / 1000,
        second_pass_s=used.second_pass_ms / 1000,
        tokens_in=used.tokens_in,
        tokens_out=used.tokens_out,
        characters_spoken=used.characters,
        cost=" + ".join(f"{cost:f}" for _, cost in costs),
        currency=" + ".join(currency for currency, _ in costs),
        unpriced=used.unpriced,
        estimated="yes" if used.estimated else "no",
    )


def _iso_time(moment: datetime | None) -> str:
    return "" if moment is None else moment.isoformat()
