"""The chosen calls as a table."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

from sessions_app.i18n import gettext_lazy
from sessions_app.models import Call
from sessions_app.services import call_lists
from sessions_app.services.streaming import attachment


class ListsCalls:
    """Mixin for `CallAdmin`: the action that saves the chosen lines of the list."""

    @admin.action(description=gettext_lazy("Export the list (CSV)"), permissions=["view"])
    def export_list(self, request: HttpRequest, queryset: QuerySet[Call]) -> HttpResponseBase:
        pieces = call_lists.as_csv(queryset, request.user, "in the admin")
        name = f"calls-{timezone.localtime():%Y%m%d-%H%M%S}.csv"
        return attachment(request, pieces, call_lists.MEDIA_TYPE, name)
