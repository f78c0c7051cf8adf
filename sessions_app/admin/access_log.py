"""Who looked at what: read-only."""

from django.contrib import admin
from django.utils import timezone
from django.utils.safestring import SafeString

from sessions_app.admin.base import OfCallAdmin
from sessions_app.admin.display import call_link, related
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
    fields = ("moment", "action", "who", "by_link", "call_link", "detail")
    who, by_link = related("user"), related("link")

    @admin.display(description=gettext_lazy("When"), ordering="at")
    def moment(self, entry: AccessLog) -> str:
        return f"{timezone.localtime(entry.at):%Y-%m-%d %H:%M:%S}"

    @admin.display(description=gettext_lazy("Call"), ordering="call")
    def call_link(self, entry: AccessLog) -> SafeString | str:
        return call_link(entry, entry.call)
