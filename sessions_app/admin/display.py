"""Formats states, lengths and links for the admin."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString

from sessions_app.engine.core.clock_times import time_with_hours

NOTHING = admin.site.empty_value_display


def badge(value: str, label: str) -> SafeString:
    """Returns a coloured badge; `value` picks the colour by its CSS class."""
    return format_html('<span class="vs-badge vs-badge-{}">{}</span>', value, label)


def time_or_dash(milliseconds: float | None) -> str:
    """Returns a length or a place on the call clock as h:mm:ss, or a dash for None."""
    return NOTHING if milliseconds is None else time_with_hours(milliseconds)


def moment(at: datetime | None) -> str:
    """Returns a time to the minute (YYYY-MM-DD HH:MM), or a dash for None."""
    return date_format(timezone.localtime(at), "DATETIME_FORMAT") if at is not None else NOTHING


def opens(row: Any, model: type[Model]) -> bool:
    """Returns whether whoever got `row` from a `VoiceAdmin` may see rows of `model`."""
    return model._meta.label_lower in getattr(row, "viewer_opens", "").split()


def call_link(row: Any, call: Any) -> SafeString | str:
    """Returns the call's id: a link for staff who may see the call."""
    return _led_to(row, call, call.public_id)


def related(name: str) -> Callable[[Any, Any], SafeString | str]:
    """Returns a column for a foreign key, that leads to its row those who may see that.

    Django's own leads everybody there, and refuses them then.
    """

    @admin.display(description=name.replace("_", " ").capitalize(), ordering=name)
    def shown(_admin: Any, row: Any) -> SafeString | str:
        other = getattr(row, name)
        return NOTHING if other is None else _led_to(row, other, str(other))

    return shown


def _led_to(row: Any, other: Model, text: str) -> SafeString | str:
    if not opens(row, type(other)):
        return text
    meta = other._meta
    name = f"admin:{meta.app_label}_{meta.model_name}_change"
    return link(reverse(name, args=[other.pk]), text)


def link(address: str, text: str) -> SafeString:
    return format_html('<a href="{}">{}</a>', address, text)
