"""Base classes of the admin's pages."""

from collections.abc import Iterator
from copy import copy
from typing import Any, TypeVar
from urllib.parse import urlencode

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.utils import get_fields_from_path
from django.contrib.admin.views.main import ERROR_FLAG, ChangeList
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import DataError
from django.db.models import DateTimeField, Model, QuerySet, TextField, Value
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext

from sessions_app.engine.core.timestamps import in_utc
from sessions_app.engine.text.cleaning import cleaned
from sessions_app.engine.text.writing import clip
from sessions_app.services import access
from sessions_app.services.visible_texts import refuse_invisible

Row = TypeVar("Row", bound=Model)


class CleanForm(forms.ModelForm[Row]):
    """Cleans all typed text, also within JSON, as all other input is cleaned.

    A text of which nobody sees anything is refused.
    """

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        self.cleaned_data = {name: cleaned(value) for name, value in values.items()}
        refuse_invisible(self)
        return self.cleaned_data


WRONG_VALUES = (IncorrectLookupParameters, OverflowError, ValueError, DataError)
"""What a list raises for wrong values in its URL; some may also be bugs of ours."""

MOST_TRIED = 20
"""How many parameters of a wrong address are tried one by one; more makes the error page slower."""

SHOWN = 40
"""Characters of a wrong value that the message repeats; more is cut off."""

IS, IS_NONE = "__exact", "__isnull"
FROM, BEFORE = "__gte", "__lt"
DATE_PARTS = ("__year", "__month", "__day")


class OnlyListedLookups(admin.ModelAdmin[Row]):
    """A list that accepts only the lookups of its own filters in the URL.

    Django accepts lookups on all fields of the model, so staff could find out, character by
    character, what they may not see, such as `persona__prompt__startswith`. Anything but the
    filters of `list_filter` and `date_hierarchy` is answered with 400.
    """

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Returns whether `lookup` is a parameter of one of this list's filters."""
        return lookup in set(self._parameters(request))

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Names the page by what it lists, and removes Django's error flag beside other parameters.

        With the flag, Django would report a wrong value as a broken database.
        """
        if ERROR_FLAG in request.GET and len(request.GET) > 1:
            asked = request.GET.copy()
            del asked[ERROR_FLAG]
            request.GET = asked  # type: ignore[assignment] # Django itself does
        named = {"title": capfirst(str(self.opts.verbose_name_plural))}
        return super().changelist_view(request, named | (extra_context or {}))

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        """Warns which parameters of the URL were not understood, and shows all rows.

        Dates and numbers out of range count, too: Django itself catches only errors of building the
        query, none of running it. An error without any parameters is a bug, and raised.
        """
        try:
            return self._listed(request)
        except WRONG_VALUES as error:
            wrong = self._wrong_parameters(request)
            if not wrong:
                raise
            listed = ", ".join(f"{name}={clip(value, SHOWN)}" for name, value in wrong)
            told = gettext(
                "Part of the address was not understood: {listed}. All rows are shown instead."
            ).format(listed=listed)
            messages.warning(request, told)
            raise IncorrectLookupParameters from error

    def _wrong_parameters(self, request: HttpRequest) -> list[tuple[str, str]]:
        """Returns the parameters that fail alone, or all if only a combination fails.

        Empty if the list fails without parameters.
        """
        asked = {name: str(value) for name, value in request.GET.items() if name != ERROR_FLAG}
        if not asked or self._fails(request, {}):
            return []
        most = list(asked.items())[:MOST_TRIED]
        return [item for item in most if self._fails(request, dict([item]))] or most

    def _fails(self, request: HttpRequest, asked: dict[str, str]) -> bool:
        alone = copy(request)
        alone.GET = QueryDict(urlencode(asked))
        try:
            self._listed(alone)
        except WRONG_VALUES:
            return True
        return False

    def _listed(self, request: HttpRequest) -> ChangeList:
        """Returns the list; what a database could not compare is not asked of it.

        PostgreSQL fails on some times that SQLite takes, and the other way round.
        """
        for name, value in request.GET.items():
            field = _time_field(self.model, name.removesuffix(IS))
            if field is not None:
                _check_time(field, str(value))
        return super().get_changelist_instance(request)

    def _parameters(self, request: HttpRequest | None) -> Iterator[str]:
        listed: Any = self.list_filter if request is None else self.get_list_filter(request)
        for given in listed:
            if isinstance(given, type) and issubclass(given, admin.SimpleListFilter):
                yield str(given.parameter_name)
                continue
            if isinstance(given, type) and issubclass(given, admin.ListFilter):
                continue  # its page says which parameters it has
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


def _time_field(model: type[Model], lookup: str) -> DateTimeField[Any, Any] | None:
    """Returns the field of the model that holds a time and that `lookup` compares; else None."""
    name = lookup.removesuffix(FROM).removesuffix(BEFORE)
    try:
        field = model._meta.get_field(name)
    except FieldDoesNotExist:
        return None
    return field if isinstance(field, DateTimeField) else None


def _check_time(field: DateTimeField[Any, Any], value: str) -> None:
    """Raises OverflowError where the time has none in UTC; texts that are none are not judged."""
    try:
        moment = field.to_python(value)
    except ValidationError:
        return
    if moment is not None:
        in_utc(timezone.make_aware(moment) if timezone.is_naive(moment) else moment)


MOST_AT_ONCE = 900
"""Rows of an action that asks first: its page sends each again, and Django takes 1000 fields."""


def too_many(count: int) -> str:
    """Returns why an action that asks first does not take so many rows; empty if it does."""
    if count <= MOST_AT_ONCE:
        return ""
    return gettext(
        "{count} are chosen, and {most} at most can be at once. Narrow the list with a filter, and "
        "go on with the rest afterwards."
    ).format(count=count, most=MOST_AT_ONCE)


class VoiceAdmin(OnlyListedLookups[Row]):
    """Base of the admins of our own models: cleans input and limits lookups."""

    form = CleanForm  # type: ignore[assignment] # generic in the stubs alone

    def get_queryset(self, request: HttpRequest) -> QuerySet[Row]:
        """Returns the rows; each knows to which others its page may lead: see `display.opens`."""
        opens = [
            model._meta.label_lower
            for model, its_admin in self.admin_site._registry.items()
            if its_admin.has_view_permission(request)
        ]
        told = Value(" ".join(opens), output_field=TextField())
        rows: Any = super().get_queryset(request)
        shown: QuerySet[Row] = rows.annotate(viewer_opens=told)
        return shown


class ReadOnlyAdmin(VoiceAdmin[Row]):
    """Rows that only the product writes: view only."""

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


class OfCallAdmin(ReadOnlyAdmin[Row]):
    """Rows that belong to a call: they are out of sight once it is being erased."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Row]:
        return super().get_queryset(request).filter(call__erasing_at=None)


class HiddenAdmin(OfCallAdmin[Row]):
    """Not on the index; reached from the row's call, by users who may see that."""

    def has_view_permission(self, request: HttpRequest, obj: Row | None = None) -> bool:
        return access.sees_all(request.user) and super().has_view_permission(request, obj)

    def get_model_perms(self, request: HttpRequest) -> dict[str, bool]:
        return {}

    def has_module_permission(self, request: HttpRequest) -> bool:
        return False
