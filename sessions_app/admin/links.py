"""Share links: who made them, who looked, and revoking them."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from sessions_app.admin.base import OfCallAdmin
from sessions_app.admin.display import badge, call_link, moment, related
from sessions_app.i18n import gettext_lazy
from sessions_app.models import ShareLink
from sessions_app.services import access, sharing


@admin.register(ShareLink)
class ShareLinkAdmin(OfCallAdmin[ShareLink]):
    """Links are made on a call's own page, where their address is shown once."""

    list_display = (
        "begins_with",
        "note",
        "call_link",
        "created_by",
        "made",
        "expires",
        "shows",
        "status",
        "looks",
    )
    list_filter = ("created_at", "expires_at", "with_audio")
    list_select_related = ("call", "created_by")
    search_fields = ("prefix", "note", "call__public_id", "created_by__username")
    search_help_text = gettext_lazy("First characters, notes, call ids and user names.")
    fields = (
        *("begins_with", "note", "call_link", "made_by", "made"),
        *("expires", "shows", "status", "looks"),
    )
    readonly_fields = fields
    made_by = related("created_by")
    actions = ("revoke",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[ShareLink]:
        return sharing.with_looks(super().get_queryset(request))

    def has_share_permission(self, request: HttpRequest) -> bool:
        """Returns whether the action that revokes is offered."""
        return access.sees_all(request.user) and bool(request.user.has_perm(sharing.SHARE))

    @admin.display(description=gettext_lazy("Begins with"), ordering="prefix")
    def begins_with(self, row: ShareLink) -> str:
        return f"{row.prefix}…"

    @admin.display(description=gettext_lazy("Call"), ordering="call")
    def call_link(self, row: ShareLink) -> SafeString | str:
        return call_link(row, row.call)

    @admin.display(description=gettext_lazy("Made"), ordering="created_at")
    def made(self, row: ShareLink) -> str:
        return moment(row.created_at)

    @admin.display(description=gettext_lazy("Works until"), ordering="expires_at")
    def expires(self, row: ShareLink) -> str:
        return moment(row.expires_at)

    @admin.display(description=gettext_lazy("Shows"))
    def shows(self, row: ShareLink) -> str:
        more = [(row.with_audio, gettext("recording")), (row.with_summary, gettext("summary"))]
        shown = ", ".join([gettext("transcript"), *(name for there, name in more if there)])
        return gettext("{shown}; with a password").format(shown=shown) if row.password else shown

    @admin.display(description=gettext_lazy("Status"), ordering="revoked_at")
    def status(self, row: ShareLink) -> SafeString:
        if row.revoked_at is not None:
            return badge("failed", gettext("Revoked"))
        valid = row.expires_at > timezone.now()
        return badge("done", gettext("Valid")) if valid else badge("failed", gettext("Expired"))

    @admin.display(description=gettext_lazy("Opened"), ordering="looks")
    def looks(self, row: ShareLink) -> int:
        return int(getattr(row, "looks", 0))

    @admin.action(description=gettext_lazy("Revoke the selected links"), permissions=["share"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[ShareLink]) -> None:
        ended = sum(sharing.revoke(row, request.user) for row in queryset.select_related("call"))
        said = gettext("{ended} revoked. They lead nowhere from now on.").format(ended=ended)
        self.message_user(request, said, messages.SUCCESS)
