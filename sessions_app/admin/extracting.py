"""Values taken from calls, in the admin: an agent's fields, and the values as a file."""

import json
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.text import format_lazy

from sessions_app.engine.understanding.fields import schema_problem
from sessions_app.i18n import gettext_lazy
from sessions_app.models import Call
from sessions_app.services import extractions

EXAMPLE = {
    "type": "object",
    "properties": {
        "order_number": {"type": "string", "description": "As the caller says it."},
        "callback_wanted": {"type": "boolean"},
        "mood": {"type": "string", "enum": ["calm", "worried", "angry"]},
    },
}


class AgentExtractionFields(forms.Form):
    """Mixin for the agent's form."""

    extraction_schema = forms.JSONField(
        required=False,
        label=gettext_lazy("Fields"),
        widget=forms.Textarea(attrs={"rows": 10, "cols": 60, "spellcheck": "false"}),
        help_text=format_lazy(
            gettext_lazy(
                "What is taken from its calls when they are over, as a JSON Schema with plain "
                "properties. For example: {example} Empty for nothing. Without a language "
                "model only dates, amounts, names and telephone numbers are found."
            ),
            example=json.dumps(EXAMPLE),
        ),
    )

    def clean_extraction_schema(self) -> Any:
        schema = self.cleaned_data["extraction_schema"] or {}
        if problem := schema_problem(schema):
            raise forms.ValidationError(problem)
        return schema


class ExportsExtractions:
    """Mixin for `CallAdmin`: an action."""

    @admin.action(description=gettext_lazy("Export extracted values (CSV)"), permissions=["view"])
    def export_extractions(self, request: HttpRequest, queryset: QuerySet[Call]) -> HttpResponse:
        """Returns the values of the chosen calls as a file for spreadsheets."""
        name = f"taken-{timezone.localtime():%Y%m%d-%H%M%S}.csv"
        return HttpResponse(
            extractions.as_csv(queryset, request.user),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )
