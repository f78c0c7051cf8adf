"""The dashboard of calls, for staff who see all of them: numbers as pictures and tables."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import admin
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext

from sessions_app.admin import figures
from sessions_app.admin.figures import Figure, TableLine
from sessions_app.admin.period_fields import ENDS_FIRST, PeriodFields
from sessions_app.engine.exports import csv
from sessions_app.i18n import gettext_lazy
from sessions_app.models import Call
from sessions_app.services import access
from sessions_app.services.dashboard import Numbers
from sessions_app.services.periods import MOST_DAYS, Period, last_days

TEMPLATE = "admin/sessions_app/call/dashboard.html"
MEDIA_TYPE = "text/csv; charset=utf-8"
DEFAULT_DAYS = 30
PERIODS = [
    (days, format_lazy(gettext_lazy("Last {days} days"), days=days))
    for days in (7, DEFAULT_DAYS, 90)
]


@dataclass(frozen=True, slots=True)
class Shortcut:
    """A link to a period; `is_shown` says that the page is at it."""

    name: str
    query: str
    is_shown: bool


class PeriodForm(PeriodFields):
    """Which days, and whose calls; all optional. A day that is given counts before `days`."""

    days = forms.ChoiceField(required=False, choices=PERIODS, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        """Refuses periods that end before they begin, or are longer than MOST_DAYS."""
        data = super().clean() or {}
        since, until = data.get("since"), data.get("until") or timezone.localdate()
        if since and since > until:
            self.add_error("since", ENDS_FIRST)
        elif since and (until - since).days >= MOST_DAYS:
            self.add_error(
                "since",
                gettext("A period has {most_days} days at most.").format(most_days=MOST_DAYS),
            )
        if until > timezone.localdate():
            self.add_error("until", gettext("This day is still to come."))
        return data

    def period(self) -> Period:
        """Returns the requested period; the default one if the request is invalid."""
        data = self.cleaned_data
        days = int(data.get("days") or DEFAULT_DAYS)
        since, until = data.get("since"), data.get("until")
        if {"since", "until"} & set(self.errors) or not (since or until):
            return last_days(days)
        until = until or timezone.localdate()
        return Period(since or until - timedelta(days=days - 1), until)

    def numbers(self) -> Numbers:
        return Numbers(self.period(), self.cleaned_data.get("agent"))

    def shown(self) -> "PeriodForm":
        """Returns the form to display: with the period's days, or with its errors."""
        if self.errors:
            return self
        period = self.period()
        agent = self.cleaned_data.get("agent")
        days = {"since": period.first, "until": period.last}
        return PeriodForm(initial=days | {"agent": agent.slug if agent else ""})

    def shortcuts(self) -> list[Shortcut]:
        """Returns the links to the last days, of the agent that is shown."""
        agent = self.cleaned_data.get("agent")
        more = {"agent": agent.slug} if agent else {}
        return [
            Shortcut(str(name), urlencode({"days": days} | more), self.period() == last_days(days))
            for days, name in PERIODS
        ]


def urls(site: admin.AdminSite) -> list[URLPattern]:
    """Returns the addresses of the page and of its tables as files."""
    return [
        path("dashboard/", site.admin_view(page), name="sessions_app_call_dashboard"),
        path(
            "dashboard/<slug:name>.csv",
            site.admin_view(table),
            name="sessions_app_call_dashboard_csv",
        ),
    ]


def page(request: HttpRequest) -> HttpResponse:
    """The pictures of the period and agent in the address, with their tables."""
    form = _form(request)
    numbers = form.numbers()
    context = {
        **admin.site.each_context(request),
        "title": gettext("Dashboard"),
        "opts": Call._meta,
        "form": form.shown(),
        "shortcuts": form.shortcuts(),
        "period": numbers.period,
        "agent": numbers.agent,
        "zone": timezone.get_current_timezone_name(),
        "figures": figures.all_of(numbers, request.user) if numbers.total.calls else [],
        "any_calls": bool(numbers.total.calls) or Call.objects.exists(),
        "asked": "" if form.errors else request.GET.urlencode(),
    }
    return TemplateResponse(request, TEMPLATE, context)


def table(request: HttpRequest, name: str) -> HttpResponse:
    """One table as CSV; 404 for one that there is not, 400 for a period that there is not."""
    form = _form(request)
    if not figures.may_see(name, request.user):
        raise PermissionDenied
    if form.errors:
        raise BadRequest(gettext("There is no such period or agent."))
    numbers = form.numbers()
    figure = figures.of(name, numbers)
    if figure is None:
        raise Http404(gettext("There is no such table."))
    period = numbers.period
    saved_as = f"{figure.slug}-{period.first:%Y%m%d}-{period.last:%Y%m%d}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{saved_as}"'}
    return HttpResponse(as_csv(figure), content_type=MEDIA_TYPE, headers=headers)


def as_csv(figure: Figure) -> str:
    """Returns a table as a file for spreadsheets, which read none of its words as a formula."""
    return csv.table(figure.head, (_file_cells(figure, line) for line in figure.lines))


def _file_cells(figure: Figure, line: TableLine) -> list[str]:
    words, numbers = line.cells[: figure.texts], line.cells[figure.texts :]
    return [*(csv.word_cell(str(word)) for word in words), *numbers]


def _form(request: HttpRequest) -> PeriodForm:
    if not access.sees_all(request.user):
        raise PermissionDenied
    asked = request.GET.copy()
    asked.setdefault("days", str(DEFAULT_DAYS))
    form = PeriodForm(asked)
    form.is_valid()
    return form
