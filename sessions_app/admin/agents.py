"""Agents: who can be called."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.db import transaction
from django.http import HttpRequest

from sessions_app.admin.base import VoiceAdmin
from sessions_app.models import Agent


class AgentForm(forms.ModelForm[Agent]):
    """Moves the default from one agent to another in one step."""

    recogniser = forms.ChoiceField(
        choices=lambda: [(name, name) for name in settings.VOICE["RECOGNISERS"]],
        help_text="Which of VOICE['RECOGNISERS'] turns this agent's calls into text.",
    )
    is_default = forms.BooleanField(
        required=False,
        label="Default",
        help_text="Answers calls that name no agent. Ticking it here unticks it everywhere else.",
    )

    class Meta:
        model = Agent
        widgets = {"description": forms.Textarea(attrs={"rows": 3, "cols": 60})}
        fields = (
            "name",
            "slug",
            "description",
            "language",
            "recogniser",
            "is_default",
            "is_active",
        )

    def _get_validation_exclusions(self) -> set[str]:
        # saving moves the default, so the constraint holds then, not now
        return {*super()._get_validation_exclusions(), "is_default"}  # type: ignore[misc] # not in stubs

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        is_default = values.get("is_default")
        if "is_default" in self.changed_data and not is_default:
            self.add_error(
                "is_default",
                "Some agent must answer calls that name none. Tick this on another agent: "
                "it is then unticked here.",
            )
        if is_default and not values.get("is_active"):
            self.add_error("is_active", "The default agent must be active. Pick another first.")
        return values


@admin.register(Agent)
class AgentAdmin(VoiceAdmin[Agent]):
    form = AgentForm
    list_display = ("name", "slug", "language", "recogniser", "is_default", "is_active")
    list_filter = ("is_active", "language")
    search_fields = ("name", "slug", "description")
    prepopulated_fields = {"slug": ("name",)}
    readonly_fields = ("created_at", "updated_at")
    fieldsets = (
        (None, {"fields": ("name", "slug", "description")}),
        ("Speech", {"fields": ("language", "recogniser")}),
        ("Where it is used", {"fields": ("is_default", "is_active")}),
        ("History", {"fields": ("created_at", "updated_at"), "classes": ("collapse",)}),
    )

    def save_model(self, request: HttpRequest, obj: Agent, form: Any, change: bool) -> None:
        with transaction.atomic():
            if obj.is_default:
                Agent.objects.filter(is_default=True).exclude(pk=obj.pk).update(is_default=False)
            super().save_model(request, obj, form, change)

    def has_delete_permission(self, request: HttpRequest, obj: Agent | None = None) -> bool:
        if obj is not None and obj.is_default:
            return False
        return super().has_delete_permission(request, obj)
