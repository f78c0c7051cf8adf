"""What calls used of recognisers, models and voices, what that cost, and sums of both.

Costs are kept with the prices of the moment at which they are stored: later prices change nothing.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Count, DateField, F, Max, Q, Sum, Value
from django.db.models.functions import Length, TruncDate, TruncMonth

from sessions_app.engine.core.agent_config import AgentConfig
from sessions_app.engine.core.events import Speaker
from sessions_app.engine.core.usage import UsageKind, UsedPart
from sessions_app.models import Agent, Call, Segment, Usage
from sessions_app.models.segment import SegmentSource
from sessions_app.services import access, changes, prices

VIEW = "sessions_app.view_usage"
COUNTS = ("audio_ms", "requests", "tokens_in", "tokens_out", "characters")

LARGEST = 2**31 - 1
"""The largest count that every database stores; more would fail to store all of the call."""

SMALLEST = Decimal("0.000000001")
"""The places that costs are stored and summed with."""

PERIODS = {"day": TruncDate, "month": TruncMonth}
"""What sums are made by; days and months are those of the installation's time zone."""


def may_see(user: Any) -> bool:
    """Returns whether `user` is staff with the permission to view usage, of any call."""
    return access.sees_all(user) and bool(user.has_perm(VIEW))


# -- what a call used ---------------------------------------------------------------------


def keep(call_pk: int, parts: Iterable[UsedPart], run: int = 0) -> None:
    """Stores what a call has used so far, in place of what was stored before.

    Does nothing for a call that is erased.
    """
    with transaction.atomic():
        call = Call.objects.select_for_update().filter(pk=call_pk).first()
        if call is None:
            return
        for part in parts:
            _store(call, part, run)
        changes.updated(call.pk)


def keep_model_use(call: Call, kind: UsageKind, made: Any, run: int = 0) -> None:
    """Stores what a model used to make a summary, or to extract values.

    `made` is a CallSummary or TakenValues; where no model was asked nothing is stored. Without
    `run`, it gets the number after the last one.
    """
    if not made.requests:
        return
    guessed_in, guessed_out = made.guessed
    part = UsedPart(
        kind,
        made.model,
        requests=made.requests,
        tokens_in=made.tokens_in + guessed_in,
        tokens_out=made.tokens_out + guessed_out,
        estimated=any(made.guessed),
    )
    keep(call.pk, [part], run or _next_run(call, kind))


def note_died(call: Call) -> None:
    """Marks a call's usage as an estimate, as its process died: the last stored counts remain.

    Where it stored nothing of its speech, that is estimated from the words that were stored. What a
    language model used after that is not known.
    """
    audio_ms, characters = _spoken(call)
    kept = {row.kind: row for row in Usage.objects.filter(call=call, run=0)}
    config = AgentConfig.from_json(call.persona)
    guesses = [UsedPart(UsageKind.RECOGNITION, call.recogniser, audio_ms=audio_ms)]
    guesses.append(
        UsedPart(UsageKind.SPEECH, config.synthesiser, config.voice, characters=characters)
    )
    fresh = [part for part in guesses if part.kind not in kept]
    keep(call.pk, [part for part in fresh if part.audio_ms or part.characters])
    Usage.objects.filter(call=call, run=0).update(estimated=True)


def _store(call: Call, part: UsedPart, run: int) -> None:
    key: dict[str, Any] = {
        "kind": part.kind.value,
        "name": prices.named(part)[:200],
        "voice": part.voice[:100],
        "run": run,
    }
    values: dict[str, Any] = {name: min(getattr(part, name), LARGEST) for name in COUNTS}
    part = replace(part, **values)
    values |= {"estimated": part.estimated, "cost": prices.cost(part)}
    values["currency"] = "" if values["cost"] is None else prices.currency()
    Usage.objects.update_or_create(call=call, **key, defaults=values)


def _next_run(call: Call, kind: UsageKind) -> int:
    found = Usage.objects.filter(call=call, kind=kind.value).aggregate(last=Max("run"))
    return int(found["last"] or 0) + 1


def _spoken(call: Call) -> tuple[int, int]:
    """Returns the caller's recognised speech, in ms, and the characters that the agent spoke."""
    said = Segment.objects.filter(call=call, source=SegmentSource.LIVE, end_ms__gt=F("start_ms"))
    heard = said.filter(speaker=Speaker.CALLER.value).aggregate(ms=Sum(F("end_ms") - F("start_ms")))
    spoken = said.filter(speaker=Speaker.AGENT.value).aggregate(many=Sum(Length("text")))
    return int(heard["ms"] or 0), int(spoken["many"] or 0)


# -- reading it ---------------------------------------------------------------------------


@dataclass(slots=True)
class UsageTotal:
    """Sums. `costs` are by currency, `unpriced` is how many parts had no price.

    `second_pass_ms` is apart from `audio_ms`; `estimated` says that some of it was not counted.
    """

    calls: int = 0
    audio_ms: int = 0
    second_pass_ms: int = 0
    requests: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    characters: int = 0
    estimated: bool = False
    unpriced: int = 0
    costs: dict[str, Decimal] = field(default_factory=dict)

    def add(self, row: dict[str, Any]) -> None:
        """Adds a row: COUNTS, and `kind`, `currency`, `cost`, `guessed`, `unpriced`."""
        again = row["kind"] == UsageKind.SECOND_PASS
        self.second_pass_ms += row["audio_ms"] if again else 0
        self.audio_ms += 0 if again else row["audio_ms"]
        for name in COUNTS[1:]:
            setattr(self, name, getattr(self, name) + row[name])
        self.estimated = self.estimated or bool(row["guessed"])
        self.unpriced += row["unpriced"]
        if row["cost"] is not None:
            before = self.costs.get(row["currency"], Decimal())
            self.costs[row["currency"]] = before + row["cost"]

    def add_total(self, other: "UsageTotal") -> None:
        """Adds another sum."""
        for name in ("calls", "audio_ms", "second_pass_ms", *COUNTS[1:], "unpriced"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.estimated = self.estimated or other.estimated
        for currency, cost in other.costs.items():
            self.costs[currency] = self.costs.get(currency, Decimal()) + cost


def of_call(call: Call) -> list[Usage]:
    """Returns what a call used, and what followed it, in the order in which it was stored.

    Asks nothing where the call's `usage` is prefetched.
    """
    return sorted(call.usage.all(), key=lambda row: row.pk)


def total_of(rows: Iterable[Usage]) -> UsageTotal:
    """Returns the sum of one call's rows."""
    total = UsageTotal(calls=1)
    for row in rows:
        counts = {name: getattr(row, name) for name in COUNTS}
        told = {"kind": row.kind, "currency": row.currency, "cost": row.cost}
        total.add({**counts, **told, "guessed": row.estimated, "unpriced": int(row.cost is None)})
    return total


def totals_of(call_keys: Sequence[int]) -> dict[int, UsageTotal]:
    """Returns the sum of each of these calls that used something, by the call's key."""
    found: dict[int, list[Usage]] = defaultdict(list)
    for row in Usage.objects.filter(call_id__in=call_keys).order_by("pk"):
        found[row.call_id].append(row)
    return {key: total_of(rows) for key, rows in found.items()}


@dataclass(frozen=True, slots=True)
class UsageLine:
    """The sum of one agent's calls that began on a day, or in a month; `first` is its first day.

    `first` is None for a sum of the whole time.
    """

    first: date | None
    agent: int
    agent_name: str
    total: UsageTotal


def summed(
    since: datetime, before: datetime, *, agent: Agent | None = None, by: str = ""
) -> list[UsageLine]:
    """Returns sums of calls that began from `since` to `before`, by agent.

    With `by`, one of PERIODS, also by when they began, the latest first. Takes three queries.
    Calls that are erased are in no sum.
    """
    chosen = _of_calls(since, before, agent)
    totals: dict[tuple[date | None, int], UsageTotal] = defaultdict(UsageTotal)
    for row in _counted(chosen, by):
        totals[row["first"], row["agent_key"]].calls += row["calls"]
    for row in _used(_of_calls(since, before, agent, "call__"), by):
        totals[row["first"], row["agent_key"]].add(row)
    names = dict(Agent.objects.values_list("pk", "name"))
    lines = [
        UsageLine(first, key, names.get(key, ""), total) for (first, key), total in totals.items()
    ]
    lines.sort(key=lambda line: line.agent_name)
    return sorted(lines, key=lambda line: line.first or date.min, reverse=True)


def whole(lines: Iterable[UsageLine]) -> UsageTotal:
    """Returns the sum of all lines."""
    total = UsageTotal()
    for line in lines:
        total.add_total(line.total)
    return total


def _of_calls(since: datetime, before: datetime, agent: Agent | None, prefix: str = "") -> Q:
    """Returns the filter for the calls or, with `prefix`, for their rows."""
    picked: dict[str, Any] = {
        "created_at__gte": since,
        "created_at__lt": before,
        "erasing_at": None,
    }
    if agent is not None:
        picked["agent"] = agent
    return Q(**{f"{prefix}{name}": value for name, value in picked.items()})


def _first(by: str, moment: str) -> Any:
    if not by:
        return Value(None, output_field=DateField(null=True))
    return PERIODS[by](moment, output_field=DateField())


def _counted(chosen: Q, by: str) -> Iterable[dict[str, Any]]:
    """Returns how many calls began, by period and agent."""
    rows: Any = Call.objects.filter(chosen).order_by().annotate(first=_first(by, "created_at"))
    return list(rows.values("first", agent_key=F("agent_id")).annotate(calls=Count("pk")))


def _used(chosen: Q, by: str) -> Iterator[dict[str, Any]]:
    """Yields what was used, by period, agent, purpose and currency."""
    rows: Any = Usage.objects.filter(chosen).order_by()
    rows = rows.annotate(first=_first(by, "call__created_at"))
    groups = rows.values("first", "kind", "currency", agent_key=F("call__agent_id"))
    sums = {f"sum_{name}": Sum(name) for name in (*COUNTS, "cost")}
    guessed, unpriced = (Count("pk", filter=q) for q in (Q(estimated=True), Q(cost=None)))
    for row in groups.annotate(guessed=guessed, unpriced=unpriced, **sums):
        told = {name.removeprefix("sum_"): value for name, value in row.items()}
        yield told | {"cost": _exact(told["cost"])}


def _exact(cost: Decimal | None) -> Decimal | None:
    """Returns a sum with its places: SQLite adds floating-point numbers."""
    return None if cost is None else cost.quantize(SMALLEST)
