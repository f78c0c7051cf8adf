"""Search and filters of the list of calls."""

from datetime import datetime, time
from typing import Any

from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from sessions_app.engine.core.states import LIVE, CallState
from sessions_app.engine.core.timestamps import OUT_OF_RANGE, is_storable
from sessions_app.models import Agent, Call
from sessions_app.services import search, tags

_STATES = {
    "live": sorted(LIVE),
    "ended": [CallState.ENDED],
    "failed": [CallState.FAILED],
}


def _day() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def tag_input() -> forms.TextInput:
    """Returns a field for tags; static/js/tag-suggestions.js offers those that there are."""
    attrs = {"list": "tags-known", "data-tags": "", "autocomplete": "off", "dir": "auto"}
    return forms.TextInput(attrs=attrs)


class CallsForm(forms.Form):
    """Search and filters, all optional; a wrong value is reported and ignored."""

    q = forms.CharField(
        required=False,
        max_length=200,
        label="Search what was said",
        widget=forms.TextInput(
            attrs={
                "type": "search",
                "placeholder": "Search what was said",
                "title": 'All these words; "in quotes": as a phrase',
                "autocomplete": "off",
                "dir": "auto",
            }
        ),
    )
    state = forms.ChoiceField(
        required=False,
        label="State",
        choices=[("", "Any state"), ("live", "Live"), ("ended", "Ended"), ("failed", "Failed")],
    )
    agent = forms.ModelChoiceField(
        required=False,
        label="Agent",
        queryset=Agent.objects.none(),
        to_field_name="slug",
        empty_label="Any agent",
    )
    tag = forms.CharField(required=False, label="Tag", max_length=200, widget=tag_input())
    since = forms.DateField(required=False, label="From", widget=_day())
    until = forms.DateField(required=False, label="To", widget=_day())

    def __init__(self, data: Any, visible: QuerySet[Call]) -> None:
        """Offers active agents and those of `visible` calls: others are not disclosed."""
        super().__init__(data)
        theirs = Exists(visible.order_by().filter(agent=OuterRef("pk")))
        agents: Any = self.fields["agent"]
        agents.queryset = Agent.objects.filter(Q(is_active=True) | theirs)

    def clean(self) -> dict[str, Any]:
        """Refuses days outside the database's range, and a period that ends before it begins."""
        data = super().clean() or {}
        for name, moment in (("since", time.min), ("until", time.max)):
            if data.get(name) and not is_storable(_at(data[name], moment)):
                self.add_error(name, OUT_OF_RANGE)
        since, until = data.get("since"), data.get("until")
        if since and until and until < since:
            self.add_error("until", "Choose the same day or a later one.")
        return data

    @property
    def asks(self) -> bool:
        """Whether anything narrows the list."""
        return any(self.cleaned_data.values())

    def narrow(self, calls: QuerySet[Call]) -> QuerySet[Call]:
        """Returns those of `calls` that fit; needs `is_valid()` to have been called."""
        data = self.cleaned_data
        if data.get("state"):
            calls = calls.filter(state__in=_STATES[data["state"]])
        if data.get("agent"):
            calls = calls.filter(agent=data["agent"])
        if data.get("tag"):
            calls = tags.tagged(calls, tags.wanted(data["tag"]))
        if data.get("since"):
            calls = calls.filter(created_at__gte=_at(data["since"], time.min))
        if data.get("until"):
            calls = calls.filter(created_at__lte=_at(data["until"], time.max))
        return search.calls_saying(calls, data["q"]) if data.get("q") else calls


def _at(day: Any, moment: time) -> datetime:
    return timezone.make_aware(datetime.combine(day, moment))
