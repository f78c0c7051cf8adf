"""The dashboard's figures: each a picture, the numbers behind it as a table, and links to calls."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext, ngettext

from sessions_app.admin.pictures import Amount, Picture, columns, rows
from sessions_app.engine.core.states import CallState
from sessions_app.i18n import gettext_lazy, of_agent
from sessions_app.models import AudioCopy, Call, Extraction, Recording, Summary, Version
from sessions_app.runtime import recogniser_use
from sessions_app.services import usage
from sessions_app.services.dashboard import Numbers, Tally
from sessions_app.services.periods import Stretch
from sessions_app.services.usage_panel import costs, money
from sessions_app.services.usage_panel import note as usage_note

MEGABYTE = 1_000_000
"""Bytes."""

PERCENT = 100
"""What a share is multiplied by to be shown in percent."""

COST = "cost"

JOB_NAMES: dict[type[Any], tuple[str, str]] = {
    Recording: (gettext_lazy("Recordings"), "recording"),
    Summary: (gettext_lazy("Summaries"), "summary"),
    Extraction: (gettext_lazy("Values taken"), ""),
    Version: (gettext_lazy("Second transcripts"), ""),
    AudioCopy: (gettext_lazy("Copies in other formats"), ""),
}
"""What staff call each job, and the filter of the list of calls that finds those that failed."""


@dataclass(frozen=True, slots=True)
class TableLine:
    """A line of a table; `href` leads to its calls."""

    cells: tuple[str, ...]
    href: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture and its table. `says` is what it shows in a sentence, `note` what is to be known.

    The first `texts` cells of a line are words, the others numbers, also in the file. `more` is the
    address and the name of a page that tells more.
    """

    slug: str
    title: str
    says: str
    head: tuple[str, ...]
    lines: list[TableLine]
    picture: Picture
    note: str = ""
    texts: int = 1
    more: tuple[str, str] | None = None


def of(slug: str, numbers: Numbers) -> Figure | None:
    """Returns one figure, or None where there is none of that name."""
    make = _FIGURES.get(slug)
    return make(slug, numbers) if make else None


def all_of(numbers: Numbers, user: Any) -> list[Figure]:
    """Returns all figures that `user` may see."""
    return [make(slug, numbers) for slug, make in _FIGURES.items() if may_see(slug, user)]


def may_see(slug: str, user: Any) -> bool:
    """Returns whether a user who sees all calls may see this figure, too."""
    return slug != COST or usage.may_see(user)


def _each(numbers: Numbers) -> str:
    return gettext("day") if numbers.period.step == 1 else gettext("week")


def _per_day(slug: str, numbers: Numbers) -> Figure:
    amounts, lines = [], []
    for stretch, tally in numbers.stretches:
        href = _calls(numbers, stretch) if tally.calls else ""
        parts = (tally.calls - tally.failed, tally.failed)
        amounts.append(Amount(stretch.name, parts, _count(tally), href))
        lines.append(TableLine((stretch.name, str(tally.calls), str(tally.failed)), href))
    says = gettext("{calls} in {days}{peak}.").format(
        calls=_count(numbers.total), days=_days(numbers), peak=_peak(amounts)
    )
    head = (_each(numbers).capitalize(), gettext("Calls"), gettext("Failed"))
    picture = columns(amounts, (gettext("Calls that did not fail"), gettext("Failed calls")))
    title = gettext("Calls per {unit}").format(unit=_each(numbers))
    return Figure(slug, title, says, head, lines, picture, texts=0)


def _minutes(slug: str, numbers: Numbers) -> Figure:
    amounts, lines = [], []
    for stretch, tally in numbers.stretches:
        href = _calls(numbers, stretch) if tally.calls else ""
        shown = f"{tally.minutes:.1f}"
        amounts.append(
            Amount(
                stretch.name, (tally.minutes,), gettext("{shown} minutes").format(shown=shown), href
            )
        )
        lines.append(TableLine((stretch.name, shown), href))
    says = gettext("{minutes} minutes in {days}{peak}.").format(
        minutes=number_format(numbers.total.minutes, 1), days=_days(numbers), peak=_peak(amounts)
    )
    note = gettext("A call counts on the day that it began; live calls have no length yet.")
    head = (_each(numbers).capitalize(), gettext("Minutes"))
    title = gettext("Minutes per {_each}").format(_each=_each(numbers))
    return Figure(slug, title, says, head, lines, columns(amounts), note, texts=0)


def _agents(slug: str, numbers: Numbers) -> Figure:
    amounts, lines = [], []
    for agent, tally in numbers.agents:
        href = _calls(numbers, agent__id__exact=agent.key)
        parts = (tally.calls - tally.failed, tally.failed)
        amounts.append(Amount(agent.name, parts, _count(tally), href))
        minutes = f"{tally.minutes:.1f}"
        lines.append(TableLine((agent.name, str(tally.calls), minutes, str(tally.failed)), href))
    head = (gettext("Agent"), gettext("Calls"), gettext("Minutes"), gettext("Failed"))
    picture = rows(amounts, (gettext("Calls that did not fail"), gettext("Failed calls")))
    return Figure(slug, gettext("Calls by agent"), _first(amounts), head, lines, picture)


def _ends(slug: str, numbers: Numbers) -> Figure:
    amounts, lines = [], []
    for reason, tally in numbers.ends:
        href = _calls(numbers, end_reason__exact=reason) if reason else ""
        name, share = _reason(reason), f"{PERCENT * tally.calls / numbers.total.calls:.1f}"
        amounts.append(Amount(name, (tally.calls,), f"{tally.calls} ({share} %)", href))
        lines.append(TableLine((name, str(tally.calls), share), href))
    head = (gettext("Why"), gettext("Calls"), gettext("Percent"))
    return Figure(slug, gettext("Why calls ended"), _first(amounts), head, lines, rows(amounts))


def _failures(slug: str, numbers: Numbers) -> Figure:
    failed = CallState.FAILED.value
    found: list[tuple[str, int, dict[str, Any]]] = [
        (gettext("Calls"), numbers.total.failed, {"state__exact": failed})
    ]
    for model, count in numbers.failed_jobs.items():
        name, column = JOB_NAMES[model]
        found.append((name, count, {column: failed} if column else {}))
    amounts, lines = [], []
    for name, count, query in found:
        href = _calls(numbers, **query) if count and query else ""
        amounts.append(Amount(name, (count,), str(count), href))
        lines.append(TableLine((name, str(count)), href))
    broken = [f"{amount.name}: {amount.shown}" for amount in amounts if amount.whole]
    says = f"{'; '.join(broken)}." if broken else gettext("Nothing failed.")
    return Figure(
        slug,
        gettext("What failed"),
        says,
        (gettext("What"), gettext("Failed")),
        lines,
        rows(amounts),
    )


def _latency(slug: str, numbers: Numbers) -> Figure:
    amounts, lines = [], []
    for one in numbers.answers:
        p50, p95 = one.spread.p50 or 0, one.spread.p95 or 0
        href = _calls(numbers, agent__id__exact=one.agent.key)
        shown = gettext("p50 {p50} ms, p95 {p95} ms").format(p50=p50, p95=p95)
        amounts.append(Amount(one.agent.name, (p50, p95 - p50), shown, href))
        lines.append(TableLine((one.agent.name, str(one.answers), str(p50), str(p95)), href))
    says = _first(amounts, gettext("No agent answered a caller."))
    note = gettext(
        "From the end of the caller's speech to the first sound of the answer: the median (p50), "
        "and what 95 % of answers stayed below (p95)."
    )
    head = (gettext("Agent"), gettext("Answers"), "p50, ms", "p95, ms")
    picture = rows(amounts, (gettext("Up to p50"), gettext("p50 to p95")))
    return Figure(slug, gettext("How soon agents answer"), says, head, lines, picture, note)


def _confidence(slug: str, numbers: Numbers) -> Figure:
    amounts, lines = [], []
    for one in numbers.confidences:
        mean, lowest = f"{PERCENT * one.mean:.1f}", f"{PERCENT * one.lowest:.1f}"
        recogniser = recogniser_use.name_of(one.recogniser)
        name = f"{recogniser}, {one.language}"
        amounts.append(Amount(name, (PERCENT * one.mean,), f"{mean} %"))
        counts = (str(one.calls), str(one.segments))
        lines.append(TableLine((recogniser, one.language, *counts, mean, lowest)))
    says = _first(amounts, gettext("No recogniser said how sure it was."))
    step = numbers.sampled_every
    which = (
        gettext("all of these calls")
        if step == 1
        else gettext("a sample: one call of {step}").format(step=step)
    )
    note = gettext(
        "The mean over what callers said in {which}. Recognisers differ in what 90 % means."
    ).format(which=which)
    head = (
        gettext("Recogniser"),
        gettext("Language"),
        gettext("Calls"),
        gettext("Segments"),
        gettext("Mean, %"),
        gettext("Lowest, %"),
    )
    picture = rows(amounts, most=PERCENT)
    return Figure(
        slug, gettext("How sure recognisers are"), says, head, lines, picture, note, texts=2
    )


def _storage(slug: str, numbers: Numbers) -> Figure:
    amounts, lines = [], []
    for one in numbers.stored:
        href = _calls(numbers, agent__id__exact=one.agent.key)
        sizes = (one.recording_bytes / MEGABYTE, one.copy_bytes / MEGABYTE)
        amounts.append(Amount(one.agent.name, sizes, f"{number_format(sum(sizes), 1)} MB", href))
        files = (str(one.recordings), f"{sizes[0]:.3f}", str(one.copies), f"{sizes[1]:.3f}")
        lines.append(TableLine((one.agent.name, *files, str(one.unknown)), href))
    says = _first(amounts, gettext("No recording is kept."))
    note = gettext(
        "Not counted: exports, and the sound that was kept of recordings with hidden words."
    )
    head = (
        gettext("Agent"),
        gettext("Recordings"),
        "MB",
        gettext("Other formats"),
        gettext("MB of these"),
        gettext("Of unknown size"),
    )
    picture = rows(amounts, (gettext("Recordings"), gettext("Other formats")))
    return Figure(slug, gettext("Storage"), says, head, lines, picture, note)


def _cost(slug: str, numbers: Numbers) -> Figure:
    amounts, lines, whole = [], [], usage.whole(numbers.spent)
    for one in numbers.spent:
        href = _calls(numbers, agent__id__exact=one.agent)
        unpriced = str(one.total.unpriced)
        for currency, cost in sorted(one.total.costs.items()):
            amounts.append(
                Amount(of_agent(one.agent_name), (float(cost),), money(cost, currency), href)
            )
            lines.append(
                TableLine((of_agent(one.agent_name), currency, f"{cost:.6f}", unpriced), href)
            )
        if not one.total.costs:
            lines.append(TableLine((of_agent(one.agent_name), "", "", unpriced), href))
    none = (
        gettext("Nothing that was used has a price.")
        if lines
        else gettext("No call used anything.")
    )
    says = (
        gettext("{costs} in all. {_first}").format(costs=costs(whole.costs), _first=_first(amounts))
        if amounts
        else none
    )
    note = (
        gettext("Recognisers, language models and voices. {usage_note}")
        .format(usage_note=usage_note(whole))
        .strip()
    )
    head = (gettext("Agent"), gettext("Currency"), gettext("Cost"), gettext("Without a price"))
    period = {"since": numbers.period.first, "until": numbers.period.last, "by": "all"}
    agent = {"agent": numbers.agent.slug} if numbers.agent else {}
    address = f"{reverse('admin:sessions_app_call_usage')}?{urlencode(period | agent)}"
    more = address, gettext("Usage and cost: what each agent used")
    return Figure(slug, gettext("Cost"), says, head, lines, rows(amounts), note, texts=2, more=more)


_FIGURES: dict[str, Callable[[str, Numbers], Figure]] = {
    "calls": _per_day,
    "minutes": _minutes,
    "agents": _agents,
    "ends": _ends,
    "failures": _failures,
    "confidence": _confidence,
    "latency": _latency,
    "storage": _storage,
    COST: _cost,
}


def _calls(numbers: Numbers, stretch: Stretch | None = None, **more: Any) -> str:
    """Returns the address of the list of calls that are counted, narrowed by its own filters."""
    over = stretch or numbers.period
    asked: dict[str, Any] = {"created_at__gte": over.since, "created_at__lt": over.before}
    if numbers.agent is not None:
        asked["agent__id__exact"] = numbers.agent.pk
    return f"{reverse('admin:sessions_app_call_changelist')}?{urlencode(asked | more)}"


def _count(tally: Tally) -> str:
    calls = ngettext("{count} call", "{count} calls", tally.calls).format(count=tally.calls)
    return (
        gettext("{calls}, {failed} failed").format(calls=calls, failed=tally.failed)
        if tally.failed
        else calls
    )


def _days(numbers: Numbers) -> str:
    days = numbers.period.days
    return ngettext("{count} day", "{count} days", days).format(count=days)


def _reason(reason: str) -> str:
    """Returns what staff call an end, as the list of calls does."""
    if not reason:
        return gettext("Not told, or still live")
    names = dict(Call._meta.get_field("end_reason").flatchoices)
    return str(names.get(reason, reason))


def _peak(amounts: Sequence[Amount]) -> str:
    top = max(amounts, key=lambda amount: amount.whole)
    return (
        gettext(", most on {name}: {shown}").format(name=top.name, shown=top.shown)
        if top.whole
        else ""
    )


def _first(amounts: Sequence[Amount], none: str = gettext("Nothing to show.")) -> str:
    """Returns the first amounts as a sentence, which is what a picture says at a glance."""
    if not amounts:
        return none
    return "; ".join(f"{amount.name}: {amount.shown}" for amount in amounts[:3]) + "."
