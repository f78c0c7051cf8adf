"""Formats states, lengths and links for the admin."""

from datetime import datetime

from django.contrib import admin
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


def link(address: str, text: str) -> SafeString:
    return format_html('<a href="{}">{}</a>', address, text)
