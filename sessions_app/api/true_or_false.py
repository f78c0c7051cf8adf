"""Query parameters that are true or false."""

from typing import Any

import django_filters  # type: ignore[import-untyped]
from django import forms


class TrueOrFalseField(forms.Field):
    """ "true" or "false"; the library's own takes any other word for no filter at all."""

    def to_python(self, value: Any) -> bool | None:
        if value in self.empty_values:
            return None
        if str(value) not in ("true", "True", "false", "False"):
            raise forms.ValidationError("Give true or false.")
        return str(value).lower() == "true"


class TrueOrFalseFilter(django_filters.BooleanFilter):  # type: ignore[misc] # untyped library
    """Calls that are so, or are not."""

    field_class = TrueOrFalseField
