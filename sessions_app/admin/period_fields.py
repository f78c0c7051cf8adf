"""Fields of the admin's pages that sum calls up: which days, and whose calls."""

from datetime import date

from django import forms
from django.core.validators import MinValueValidator

from sessions_app.i18n import gettext_lazy
from sessions_app.models import Agent

EARLIEST = date(2000, 1, 1)
"""Some databases fail on days near the edges of what they can store."""

ENDS_FIRST = gettext_lazy("The period ends before this day.")


def _day(label: str) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    earliest = MinValueValidator(EARLIEST)
    return forms.DateField(required=False, label=label, widget=widget, validators=[earliest])


class PeriodFields(forms.Form):
    """A first and a last day, and an agent; all optional. Subclass it to say what they mean."""

    since = _day(gettext_lazy("From"))
    until = _day(gettext_lazy("To"))
    agent = forms.ModelChoiceField(
        required=False,
        queryset=Agent.objects.all(),
        to_field_name="slug",
        empty_label=gettext_lazy("All agents"),
    )
