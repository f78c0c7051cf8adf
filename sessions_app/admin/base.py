"""What every admin page of this product shares."""

from typing import Any, TypeVar

from django import forms
from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from sessions_app.core.text import cleaned
from sessions_app.services import access

Row = TypeVar("Row", bound=Model)


class CleanForm(forms.ModelForm[Row]):
    """Cleans all text that is typed, also within JSON, as at every other door."""

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        self.cleaned_data = {name: cleaned(value) for name, value in values.items()}
        return self.cleaned_data


class VoiceAdmin(admin.ModelAdmin[Row]):
    """A model admin in this product's look."""

    form = CleanForm  # type: ignore[assignment] # generic in the stubs alone

    class Media:
        css = {"all": ["admin-voicesite/admin.css"]}


class ReadOnlyAdmin(VoiceAdmin[Row]):
    """Rows that only the product writes: to be looked at, never added, changed or deleted."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(
        self,
        request: HttpRequest,
        obj: Row | None = None,
    ) -> bool:
        return False

    def has_delete_permission(
        self,
        request: HttpRequest,
        obj: Row | None = None,
    ) -> bool:
        return False


class HiddenAdmin(ReadOnlyAdmin[Row]):
    """Reached from the call that it belongs to, by those who may see that: not on the index."""

    def has_view_permission(self, request: HttpRequest, obj: Row | None = None) -> bool:
        return access.sees_all(request.user) and super().has_view_permission(request, obj)

    def get_model_perms(self, request: HttpRequest) -> dict[str, bool]:
        return {}

    def has_module_permission(self, request: HttpRequest) -> bool:
        return False
