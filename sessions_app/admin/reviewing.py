"""The review of calls in the admin: columns and filters of the list, and a call's panel."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from sessions_app.admin.display import NOTHING
from sessions_app.models import Call
from sessions_app.services import review_panel, tags


class TagListFilter(admin.SimpleListFilter):
    """Calls with one of the most frequent tags."""

    title = "tag"
    parameter_name = "tag"

    def lookups(
        self, request: HttpRequest, model_admin: admin.ModelAdmin[Call]
    ) -> list[tuple[str, str]]:
        return [(row["name"], row["name"]) for row in tags.known(request.user)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Call]) -> QuerySet[Call]:
        value = self.value()
        return queryset if value is None else tags.tagged(queryset, tags.wanted(value))


class ReviewsCalls:
    """Mixin for `CallAdmin`: what the list and a call's page show of the review."""

    @admin.display(description="Tags")
    def tag_names(self, call: Call) -> SafeString | str:
        names = sorted(getattr(call, "tag_names", None) or [])
        shown = format_html_join(" ", '<bdi class="rv-tag">{}</bdi>', ((name,) for name in names))
        return shown or NOTHING

    def review_context(self, request: HttpRequest, call: Call) -> dict[str, Any]:
        """Returns the template context of the call's panel."""
        return {"review": review_panel.panel(call, request.user)}
