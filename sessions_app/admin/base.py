"""What every admin page of this product shares."""

from collections.abc import Iterator
from typing import Any, TypeVar

from django import forms
from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.utils import get_fields_from_path
from django.contrib.admin.views.main import ChangeList
from django.db import DataError
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


IS, IS_NONE = "__exact", "__isnull"
FROM, BEFORE = "__gte", "__lt"
DATE_PARTS = ("__year", "__month", "__day")


class OnlyListedLookups(admin.ModelAdmin[Row]):
    """A list that is narrowed by its own filters alone, whatever its address says.

    Django takes any look-up of a model's own fields from the address. So staff could find out,
    character by character, what they may not see, such as `persona__prompt__startswith`.
    Anything but the filters of `list_filter` and `date_hierarchy` is answered with 400.
    """

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Returns whether a filter that this list shows has the parameter `lookup`."""
        return lookup in set(self._parameters(request))

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        """Treats dates and numbers beyond what can be compared as any wrong value of a filter.

        Django itself sees only the errors that making the query raises, none of running it.
        """
        try:
            return super().get_changelist_instance(request)
        except (OverflowError, ValueError, DataError) as error:
            if not request.GET:
                raise
            raise IncorrectLookupParameters from error

    def _parameters(self, request: HttpRequest | None) -> Iterator[str]:
        listed: Any = self.list_filter if request is None else self.get_list_filter(request)
        for given in listed:
            if isinstance(given, type) and issubclass(given, admin.SimpleListFilter):
                yield str(given.parameter_name)
                continue
            path = given[0] if isinstance(given, list | tuple) else given
            field = get_fields_from_path(self.model, path)[-1]
            if field.is_relation and field.related_model is not None:
                target: Any = field.related_model
                yield f"{path}__{target._meta.pk.name}{IS}"
            else:
                yield from (path, f"{path}{IS}", f"{path}{FROM}", f"{path}{BEFORE}")
            yield f"{path}{IS_NONE}"
        if self.date_hierarchy:
            yield from (f"{self.date_hierarchy}{part}" for part in (*DATE_PARTS, FROM, BEFORE))


class VoiceAdmin(OnlyListedLookups[Row]):
    """A model admin in this product's look."""

    form = CleanForm  # type: ignore[assignment] # generic in the stubs alone


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
