"""Recordings and summaries as rows: reached from their call."""

from django.contrib import admin
from django.utils.safestring import SafeString

from sessions_app.admin.base import HiddenAdmin
from sessions_app.admin.display import call_link
from sessions_app.i18n import gettext_lazy
from sessions_app.models import Recording, Summary

LISTED = ("call_link", "state", "attempts", "done_at", "error")
OPENS = ("state",)
"""The column that links to the row's own page; the first one links to the call."""


@admin.register(Recording)
class RecordingAdmin(HiddenAdmin[Recording]):
    """One recording's job and file, for finding out why it failed."""

    fields = (
        "call_link",
        "state",
        "error",
        "attempts",
        "leased_until",
        "done_at",
        "file_name",
        "duration_ms",
        "size",
        "sha256",
        "checks",
        "delete_after",
    )
    list_display = LISTED
    list_display_links = OPENS
    list_select_related = ("call",)
    search_fields = ("call__public_id",)

    @admin.display(description=gettext_lazy("Call"))
    def call_link(self, recording: Recording) -> SafeString | str:
        return call_link(recording, recording.call)

    @admin.display(description=gettext_lazy("File"))
    def file_name(self, recording: Recording) -> str:
        # no link: recordings are played on the call's page, where that is logged
        return recording.file.name or ""


@admin.register(Summary)
class SummaryAdmin(HiddenAdmin[Summary]):
    """One summary's job, for finding out why it failed."""

    fields = (
        "call_link",
        "state",
        "error",
        "attempts",
        "leased_until",
        "done_at",
        "engine",
    )
    list_display = LISTED
    list_display_links = OPENS
    list_select_related = ("call",)
    search_fields = ("call__public_id",)

    @admin.display(description=gettext_lazy("Call"))
    def call_link(self, summary: Summary) -> SafeString | str:
        return call_link(summary, summary.call)
