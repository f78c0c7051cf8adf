"""The values taken from a call: as its page shows them, and the page to correct them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from sessions_app.engine.core.errors import UnknownCallError
from sessions_app.engine.summaries.taking import fields_of
from sessions_app.engine.text.cleaning import clean, one_line
from sessions_app.engine.understanding.fields import (
    LONGEST_TEXT,
    display_value,
    label_of,
    type_of,
    value_problem,
)
from sessions_app.i18n import gettext_lazy
from sessions_app.models import Call, Extraction
from sessions_app.services import access, extractions, summary_display
from sessions_app.services.visible_texts import VisibleTexts

NOT_SAID = gettext_lazy("(not said)")


@dataclass(frozen=True, slots=True)
class TakenField:
    """One value for display; `places` are the segments it rests on, each with its time."""

    name: str
    label: str
    value: str
    corrected: bool
    places: summary_display.Places


def of_call(call: Call) -> Extraction | None:
    """Returns the values taken from a call, ready or not; None if its agent has no fields."""
    return Extraction.objects.filter(call=call).select_related("corrected_by").first()


def shown(row: Extraction, starts: Mapping[int, int]) -> list[TakenField]:
    """Returns the values for display; `starts` maps each `seq` to its start in ms."""
    return [
        TakenField(
            name,
            label_of(name, field),
            display_value(row.values.get(name)),
            name in row.corrections,
            summary_display.places_of(
                () if name in row.corrections else row.evidence.get(name, ()), starts
            ),
        )
        for name, field in fields_of(row.schema).items()
    ]


class ValuesForm(VisibleTexts, forms.Form):
    """One field for each value, of its type, and checked by its schema."""

    def __init__(self, row: Extraction, data: Any = None) -> None:
        self._wanted = fields_of(row.schema)
        self._before = row.values
        initial = {name: _typed(value) for name, value in row.values.items()}
        super().__init__(data, initial=initial)
        for name, wanted in self._wanted.items():
            self.fields[name] = _field(name, wanted)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        for name, wanted in self._wanted.items():
            if name in values:
                values[name] = _value(values[name], wanted)
                if problem := value_problem(wanted, values[name]):
                    self.add_error(name, problem)
        return values

    @property
    def changes(self) -> dict[str, Any]:
        """The values that are others than before."""
        given = self.cleaned_data.items()
        return {name: value for name, value in given if value != self._before.get(name)}


def _field(name: str, wanted: Mapping[str, Any]) -> forms.Field:
    kind = type_of(wanted)
    how: dict[str, Any] = {
        "label": label_of(name, wanted),
        "required": False,
        "help_text": str(wanted.get("description", "")),
    }
    if kind == "boolean" or ("enum" in wanted and kind != "array"):
        options = [True, False] if kind == "boolean" else wanted["enum"]
        choices = [("", NOT_SAID), *((_typed(one), display_value(one)) for one in options)]
        return forms.ChoiceField(choices=choices, **how)
    if kind == "integer":
        return forms.IntegerField(**how)
    if kind == "number":
        return forms.FloatField(**how)
    if kind == "array":
        rows = forms.Textarea(attrs={"rows": 3, "dir": "auto"})
        how["help_text"] = gettext("{how} One a line.").format(how=how["help_text"]).strip()
        return forms.CharField(widget=rows, max_length=20 * LONGEST_TEXT, **how)
    text = forms.TextInput(attrs={"dir": "auto"})
    return forms.CharField(widget=text, max_length=LONGEST_TEXT, **how)


def _typed(value: Any) -> Any:
    """Returns a value as the form's fields have it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return "\n".join(map(str, value))
    return value


def _value(given: Any, wanted: Mapping[str, Any]) -> Any:
    """Returns what a field of the form says, in the type of the schema; None for nothing."""
    kind = type_of(wanted)
    if given in ("", None):
        return None
    if kind == "boolean":
        return given == "true"
    if kind == "array":
        lines = [one_line(line) for line in str(given).splitlines()]
        inner = wanted.get("items", {"type": "string"})
        return [_item(line, type_of(inner)) for line in lines if line] or None
    if "enum" in wanted:
        return next((one for one in wanted["enum"] if str(_typed(one)) == given), given)
    return one_line(clean(given)) if isinstance(given, str) else given


def _item(text: str, kind: str) -> Any:
    try:
        return {"integer": int, "number": float}.get(kind, str)(text)
    except ValueError:
        return text


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def extraction(request: HttpRequest, public_id: str) -> HttpResponse:
    """The form by which staff who may change calls correct the values."""
    call, row = _changeable(request, public_id)
    form = ValuesForm(row, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        if form.changes:
            extractions.correct(row, request.user, form.changes)
        return redirect("call_detail", public_id=public_id)
    return render(request, "pages/extraction.html", {"call": call, "form": form})


@login_required
@require_POST
def extract_again(request: HttpRequest, public_id: str) -> HttpResponse:
    """Takes the values again, for staff who may change calls."""
    call, _ = _changeable(request, public_id)
    extractions.ask_again(call, request.user)
    return redirect("call_detail", public_id=public_id)


def _changeable(request: HttpRequest, public_id: str) -> tuple[Call, Extraction]:
    """Returns the call and its values; raises Http404 where the user may not change them."""
    try:
        call = access.call_for(request.user, public_id)
    except UnknownCallError as error:
        raise Http404(error.message) from error
    row = of_call(call)
    may = access.sees_all(request.user) and request.user.has_perm("sessions_app.change_call")
    if row is None or not may:
        raise Http404
    return call, row
