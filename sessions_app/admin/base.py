"""What every admin page of this product shares."""

from typing import Any, TypeVar

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

Row = TypeVar("Row", bound=Model)


class VoiceAdmin(admin.ModelAdmin[Row]):
    """A model admin in this product's look."""

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
    """Reached from the call that it belongs to, so not listed on the index."""

    def get_model_perms(self, request: HttpRequest) -> dict[str, bool]:
        return {}

    def has_module_permission(self, request: HttpRequest) -> bool:
        return False


Context = dict[str, Any]
