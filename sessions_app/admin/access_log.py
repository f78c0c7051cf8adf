"""Who looked at what: read-only."""

from django.contrib import admin
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString

from sessions_app.admin.base import OfCallAdmin
from sessions_app.admin.display import link
from sessions_app.i18n import gettext_lazy
from sessions_app.models import AccessLog


@admin.register(AccessLog)
class AccessLogAdmin(OfCallAdmin[AccessLog]):
    """Who read, listened to, exported or changed which call; read only."""

    list_display = ("moment", "action", "user", "link", "call_link", "detail")
    list_filter = ("action", "at")
    list_select_related = ("user", "link", "call")
    date_hierarchy = "at"
    search_fields = ("call__public_id", "user__username", "detail")
    search_help_text = gettext_lazy("Call ids, user names and details.")
    fields = ("moment", "action", "user", "link", "call_link", "detail")

    @admin.display(description=gettext_lazy("When"), ordering="at")
    def moment(self, entry: AccessLog) -> str:
        return f"{timezone.localtime(entry.at):%Y-%m-%d %H:%M:%S}"

    @admin.display(description=gettext_lazy("Call"), ordering="call")
    def call_link(self, entry: AccessLog) -> SafeString:
        address = reverse("admin:sessions_app_call_change", args=[entry.call_id])
        return link(address, entry.call.public_id)
