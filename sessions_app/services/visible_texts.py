"""Refuses texts of which nobody sees anything: as a name or a title they are none."""

from collections.abc import Iterator
from typing import Any, Protocol

from django import forms

from sessions_app.engine.text.cleaning import is_invisible
from sessions_app.i18n import gettext_lazy

UNSEEN = gettext_lazy("Only invisible characters: write something that can be seen.")


class _Form(Protocol):
    fields: dict[str, forms.Field]
    cleaned_data: dict[str, Any]

    def add_error(self, field: str | None, error: Any) -> None: ...


def refuse_invisible(form: _Form) -> None:
    """Adds an error to each field of a form into which only invisible characters were typed."""
    for name in list(_unseen(form)):
        form.add_error(name, UNSEEN)


class VisibleTexts:
    """Mixin for Django's forms, in front of their own class: refuses invisible texts."""

    def clean(self) -> dict[str, Any]:
        super().clean()  # type: ignore[misc] # that of the form
        form: Any = self
        refuse_invisible(form)
        cleaned: dict[str, Any] = form.cleaned_data
        return cleaned


def _unseen(form: _Form) -> Iterator[str]:
    for name, value in form.cleaned_data.items():
        field = form.fields.get(name)
        hidden = field is not None and isinstance(field.widget, forms.PasswordInput)
        if isinstance(value, str) and is_invisible(value) and not hidden:
            yield name
