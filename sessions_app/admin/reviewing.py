"""The review of calls in the admin: columns, filters and actions of the list, a call's panel."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import URLPattern, path
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from sessions_app.admin import waiting
from sessions_app.admin.display import NOTHING, moment
from sessions_app.i18n import gettext_lazy
from sessions_app.models import Call
from sessions_app.services import review_panel, review_refusals, reviews, tags


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


class ReviewedListFilter(admin.SimpleListFilter):
    """Calls that somebody has reviewed, or nobody."""

    title = "reviewed"
    parameter_name = "reviewed"

    def lookups(
        self, request: HttpRequest, model_admin: admin.ModelAdmin[Call]
    ) -> list[tuple[str, str]]:
        return [("yes", gettext("Reviewed")), ("no", gettext("Not reviewed"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Call]) -> QuerySet[Call]:
        value = self.value()
        if value is None:
            return queryset
        if value not in ("yes", "no"):
            raise IncorrectLookupParameters
        return reviews.with_reviewed(queryset, reviewed=value == "yes")


class ReviewsCalls:
    """Mixin for `CallAdmin`: what the list and a call's page show of the review."""

    admin_site: Any
    message_user: Callable[..., None]

    @admin.display(description=gettext_lazy("Tags"))
    def tag_names(self, call: Call) -> SafeString | str:
        names = sorted(getattr(call, "tag_names", None) or [])
        shown = format_html_join(" ", '<bdi class="rv-tag">{}</bdi>', ((name,) for name in names))
        return shown or NOTHING

    @admin.display(description=gettext_lazy("Reviewed"), ordering="review__reviewed_at")
    def reviewed(self, call: Call) -> str:
        review = reviews.of(call)
        if review is None or review.reviewed_at is None:
            return NOTHING
        who = review.reviewed_by
        at = moment(review.reviewed_at)
        if who is None:
            return at
        return gettext("{time} by {username}").format(time=at, username=who.get_username())

    def review_urls(self) -> list[URLPattern]:
        """Returns the URL pattern of the queue."""
        page = self.admin_site.admin_view(require_http_methods(["GET", "POST"])(waiting.page))
        return [path("waiting/", page, name="sessions_app_call_waiting")]

    def review_context(self, request: HttpRequest, call: Call) -> dict[str, Any]:
        """Returns the template context of the call's panel."""
        refused = review_refusals.take(request.session, call)
        return {"review": review_panel.panel(call, request.user, refused)}

    def has_review_permission(self, request: HttpRequest) -> bool:
        """Returns whether the user may mark calls as reviewed."""
        return reviews.may_review(request.user)

    @admin.action(description=gettext_lazy("Mark as reviewed"), permissions=["review"])
    def mark_reviewed(self, request: HttpRequest, queryset: QuerySet[Call]) -> None:
        self._mark(request, queryset, reviewed=True)

    @admin.action(description=gettext_lazy("Mark as not reviewed"), permissions=["review"])
    def mark_not_reviewed(self, request: HttpRequest, queryset: QuerySet[Call]) -> None:
        self._mark(request, queryset, reviewed=False)

    def _mark(self, request: HttpRequest, queryset: QuerySet[Call], *, reviewed: bool) -> None:
        done = sum(reviews.mark(call, request.user, reviewed=reviewed) for call in queryset)
        what = gettext("reviewed") if reviewed else gettext("not reviewed")
        self.message_user(
            request,
            gettext("{done} marked as {what}.").format(done=done, what=what),
            messages.SUCCESS,
        )
