"""Exports in the admin: requested by an action, listed, downloaded by the person who asked."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.db.models import QuerySet, Value
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from sessions_app.admin.base import ReadOnlyAdmin
from sessions_app.admin.display import NOTHING, badge, link, moment, related
from sessions_app.i18n import gettext_lazy
from sessions_app.models import Archive, Call
from sessions_app.services import archives

ASKED = gettext_lazy(
    'It is being made. <a href="{}">The list of exports</a> has it once it is ready.'
)


def tell(request: HttpRequest) -> None:
    """Says that an export was asked for, and where it will be."""
    address = reverse("admin:sessions_app_archive_changelist")
    messages.success(request, format_html(ASKED, address))


class ExportsAudio:
    """Mixin for `CallAdmin`: the action that makes the chosen calls into one file."""

    def has_export_audio_permission(self, request: HttpRequest) -> bool:
        return archives.may_export_calls(request.user)

    @admin.action(description=gettext_lazy("Export with audio (zip)"), permissions=["export_audio"])
    def export_audio(self, request: HttpRequest, queryset: QuerySet[Call]) -> None:
        try:
            archives.ask_calls(queryset, request.user)
            tell(request)
        except archives.OneAtATimeError as error:
            messages.warning(request, error.message)


class ExportsUsers:
    """Mixin for `UserAdmin`: the action that makes all that is a user's into one file."""

    def has_export_all_permission(self, request: HttpRequest) -> bool:
        return archives.may_export_user(request.user, User())

    @admin.action(
        description=gettext_lazy("Export all that is theirs (zip)"), permissions=["export_all"]
    )
    def export_all(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        for subject in queryset:
            archives.ask_own(subject, request.user)
        tell(request)


@admin.register(Archive)
class ArchiveAdmin(ReadOnlyAdmin[Archive]):
    """Who had what exported, and its progress; only the person who asked may download it."""

    list_display = ("asked", "file", "progress", "kind", "user", "subject", "calls", "error")
    list_filter = ("state", "kind", "asked_at")
    list_select_related = ("user", "subject")
    search_fields = ("public_id", "user__username", "subject__username")
    fields = (
        "public_id",
        *("asked", "kind", "for_whom", "whose", "progress", "error", "attempts", "calls"),
        *("file", "sha256", "fetched", "expires", "gone"),
    )
    for_whom, whose = related("user"), related("subject")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Archive]:
        rows = super().get_queryset(request).annotate(viewer=Value(request.user.pk))
        sees_own_alone = not super().has_view_permission(request) and self._asks(request)
        # whoever may see none is refused, instead of being told that there is no such export
        return rows.filter(user=request.user.pk) if sees_own_alone else rows

    def has_view_permission(self, request: HttpRequest, obj: Archive | None = None) -> bool:
        """Returns whether somebody may see all exports, or may ask for some and sees those."""
        return self._asks(request) or super().has_view_permission(request, obj)

    def _asks(self, request: HttpRequest) -> bool:
        """Returns whether somebody may ask for an export."""
        user = request.user
        return archives.may_export_calls(user) or archives.may_export_user(user, User())

    @admin.display(description=gettext_lazy("Asked"), ordering="asked_at")
    def asked(self, row: Archive) -> str:
        return moment(row.asked_at)

    @admin.display(description=gettext_lazy("State"), ordering="state")
    def progress(self, row: Archive) -> SafeString:
        return badge(row.state, row.get_state_display())

    @admin.display(description=gettext_lazy("File"))
    def file(self, row: Archive) -> Any:
        if row.gone_at is not None:
            return row.get_gone_because_display()
        if not row.is_ready:
            return NOTHING
        size = filesizeformat(row.size or 0)
        if row.user_id != getattr(row, "viewer", None) or not archives.may_download(row, row.user):
            return size
        return link(
            reverse("export", args=[row.public_id]), gettext("Download, {size}").format(size=size)
        )

    @admin.display(description=gettext_lazy("First downloaded"))
    def fetched(self, row: Archive) -> str:
        return moment(row.fetched_at)

    @admin.display(description=gettext_lazy("Kept until"))
    def expires(self, row: Archive) -> str:
        return moment(row.expires_at)

    @admin.display(description=gettext_lazy("Deleted"))
    def gone(self, row: Archive) -> str:
        return moment(row.gone_at)
