"""What calls used and cost, summed by agent and period: a page for staff, and its table as CSV."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext

from sessions_app.admin.display import NOTHING
from sessions_app.admin.period_fields import ENDS_FIRST, PeriodFields
from sessions_app.engine.exports import csv
from sessions_app.i18n import gettext_lazy, of_agent
from sessions_app.models import Call
from sessions_app.services import usage, usage_panel
from sessions_app.services.usage import UsageLine, UsageTotal

TEMPLATE = "admin/sessions_app/call/usage_sums.html"
MOST_DAYS = 92
"""The longest time that is summed by day."""

MONTHS_SHOWN = 3
"""Months that the page sums up at first: this one and those before it."""

MS_A_MINUTE = 60_000
"""Milliseconds in a minute."""

HEAD = (
    *(
        gettext_lazy("Period"),
        gettext_lazy("Agent"),
        gettext_lazy("Calls"),
        gettext_lazy("Recognised, min"),
        gettext_lazy("Second passes, min"),
        gettext_lazy("Requests to models"),
    ),
    *(
        gettext_lazy("Tokens in"),
        gettext_lazy("Tokens out"),
        gettext_lazy("Characters spoken"),
        gettext_lazy("Cost"),
        gettext_lazy("Without a price"),
    ),
)
COLUMNS = (
    *("period", "agent", "calls", "recognised_min", "second_pass_min", "model_requests"),
    *("tokens_in", "tokens_out", "characters", "cost", "currency", "unpriced", "estimated"),
)


class UsageForm(PeriodFields):
    """Which calls are summed, and how; all optional."""

    by = forms.ChoiceField(
        required=False,
        label=gettext_lazy("A line for each"),
        choices=[
            ("month", gettext_lazy("Month")),
            ("day", gettext_lazy("Day")),
            ("all", gettext_lazy("Agent alone")),
        ],
    )
    field_order = ("by",)

    def clean(self) -> dict[str, Any]:
        """Refuses what ends before it begins, and too many days."""
        data = super().clean() or {}
        if {"since", "until"} & set(self.errors):
            return data
        first, last = self.days()
        if first > last:
            self.add_error("since", ENDS_FIRST)
        elif data.get("by") == "day" and (last - first).days >= MOST_DAYS:
            self.add_error(
                "since",
                gettext("By day, {most_days} days are summed at most.").format(most_days=MOST_DAYS),
            )
        return data

    def days(self) -> tuple[date, date]:
        """Returns the first and the last day; the newest months where none is given."""
        last = self.cleaned_data.get("until") or timezone.localdate()
        first = last.replace(day=1)
        for _ in range(MONTHS_SHOWN - 1):
            first = (first - timedelta(days=1)).replace(day=1)
        return self.cleaned_data.get("since") or first, last

    def lines(self) -> list[UsageLine]:
        """Returns the sums that were asked for; none for what cannot be."""
        if self.errors:
            return []
        first, last = self.days()
        by, agent = self.cleaned_data.get("by") or "month", self.cleaned_data.get("agent")
        before = _start(last + timedelta(days=1))
        return usage.summed(_start(first), before, agent=agent, by="" if by == "all" else by)


def urls(site: admin.AdminSite) -> list[URLPattern]:
    """Returns the addresses of the page and of its table as a file."""
    return [
        path("usage/", site.admin_view(page), name="sessions_app_call_usage"),
        path("usage/usage.csv", site.admin_view(table), name="sessions_app_call_usage_csv"),
    ]


def may_see(request: HttpRequest) -> bool:
    """Returns whether the page is for whoever asks."""
    return usage.may_see(request.user)


def page(request: HttpRequest) -> HttpResponse:
    """The sums of the period and agent in the address."""
    form = _form(request)
    lines = form.lines()
    total = usage.whole(lines)
    first, last = (None, None) if form.errors else form.days()
    context = {
        **admin.site.each_context(request),
        "title": gettext("Usage and cost"),
        "opts": Call._meta,
        "form": form,
        "first": first,
        "last": last,
        "zone": timezone.get_current_timezone_name(),
        "head": HEAD,
        "rows": [
            _cells(_period(form, line), of_agent(line.agent_name), line.total) for line in lines
        ],
        "whole": _cells(gettext("All"), "", total),
        "note": usage_panel.note(total),
        "asked": "" if form.errors else request.GET.urlencode(),
    }
    return TemplateResponse(request, TEMPLATE, context)


def table(request: HttpRequest) -> HttpResponse:
    """The same as CSV, a line for each currency; 400 for what cannot be summed."""
    form = _form(request)
    if form.errors:
        raise BadRequest(gettext("There is no such period or agent."))
    lines = (_file_cells(_period(form, line), line) for line in form.lines())
    text = csv.table(COLUMNS, lines)
    name = f"usage-{timezone.localtime():%Y%m%d-%H%M%S}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(text, content_type="text/csv; charset=utf-8", headers=headers)


def _form(request: HttpRequest) -> UsageForm:
    if not may_see(request):
        raise PermissionDenied
    asked = request.GET.copy()
    asked.setdefault("by", "month")
    form = UsageForm(asked)
    form.is_valid()
    return form


def _start(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _period(form: UsageForm, line: UsageLine) -> str:
    if line.first is None:
        return gettext("{} to {}").format(*form.days())
    return f"{line.first:%Y-%m}" if form.cleaned_data["by"] != "day" else f"{line.first}"


def _cells(period: str, agent: str, total: UsageTotal) -> tuple[str, ...]:
    about = gettext("about ") if total.estimated else ""
    return (
        period,
        agent,
        str(total.calls),
        *(f"{ms / MS_A_MINUTE:.1f}" for ms in (total.audio_ms, total.second_pass_ms)),
        str(total.requests),
        f"{about}{total.tokens_in}",
        f"{about}{total.tokens_out}",
        str(total.characters),
        usage_panel.costs(total.costs) or NOTHING,
        str(total.unpriced or ""),
    )


def _file_cells(period: str, line: UsageLine) -> list[Any]:
    total, costs = line.total, sorted(line.total.costs.items())
    return [
        period,
        csv.word_cell(line.agent_name),
        total.calls,
        *(f"{ms / MS_A_MINUTE:.3f}" for ms in (total.audio_ms, total.second_pass_ms)),
        *(total.requests, total.tokens_in, total.tokens_out, total.characters),
        " + ".join(f"{cost:f}" for _, cost in costs),
        " + ".join(currency for currency, _ in costs),
        total.unpriced,
        "yes" if total.estimated else "no",
    ]
