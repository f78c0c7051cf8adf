"""Calls: the list, one call's page, and what staff can do with them."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db.models import QuerySet, prefetch_related_objects
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from sessions_app.admin import call_page, correcting, dashboard, parting, persona, usage
from sessions_app.admin.archives import ExportsAudio
from sessions_app.admin.audio import MakesAudio
from sessions_app.admin.base import VoiceAdmin
from sessions_app.admin.columns import CallColumns
from sessions_app.admin.dated import DatedCalls
from sessions_app.admin.ending import EndsCalls, can_be_ended
from sessions_app.admin.erasing import Erases
from sessions_app.admin.exporting import zip_response
from sessions_app.admin.extracting import ExportsExtractions
from sessions_app.admin.filters import LegalHoldFilter, RecordingStateFilter, SummaryStateFilter
from sessions_app.admin.finding import FindsCalls, MoreFilters, ViewsFilter, told_of_more
from sessions_app.admin.holding import HoldsCalls
from sessions_app.admin.listing import ListsCalls
from sessions_app.admin.parting import ShowsParts
from sessions_app.admin.redacting import RedactsCalls
from sessions_app.admin.reviewing import ReviewedListFilter, ReviewsCalls, TagListFilter
from sessions_app.admin.second_pass import SecondPass
from sessions_app.i18n import gettext_lazy
from sessions_app.models import AccessLog, Call
from sessions_app.services import (
    access,
    audio_copies,
    call_parts,
    erasure,
    recordings,
    search,
    summaries,
    tags,
    usage_panel,
)
from sessions_app.services.paging import Keyed
from sessions_app.services.visit_log import note_visit

CHANGE = "sessions_app.change_call"
WHERE = "in the admin"
ON_ITS_PAGE = ("extraction", "extraction__corrected_by")


class CallPermissions:
    """Staff may view calls with `view_call`, and erase them with `delete_call`; never add any."""

    def has_view_permission(self, request: HttpRequest, obj: Call | None = None) -> bool:
        return access.sees_all(request.user)

    def has_change_permission(self, request: HttpRequest, obj: Call | None = None) -> bool:
        return self.has_view_permission(request) and bool(request.user.has_perm(CHANGE))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Call | None = None) -> bool:
        return self.has_view_permission(request) and bool(request.user.has_perm(erasure.DELETE))


@admin.register(Call)
class CallAdmin(
    CallPermissions,
    CallColumns,
    ReviewsCalls,
    ExportsExtractions,
    SecondPass,
    EndsCalls,
    Erases,
    FindsCalls,
    HoldsCalls,
    ListsCalls,
    MakesAudio,
    RedactsCalls,
    ShowsParts,
    ExportsAudio,
    VoiceAdmin[Call],
):
    """Calls: staff view them; with `change_call` they rename and re-summarise them.

    With `correct_transcript` they correct what was recognised, with `redact_call` they hide words,
    with `end_call` they end live ones, with `delete_call` they erase them, and with `hold_call`
    they place them under legal hold.
    """

    list_display = (
        "name",
        "started",
        "state_badge",
        "user",
        "agent",
        "length",
        "words",
        "recording_badge",
        "summary_badge",
        "tag_names",
        "reviewed",
    )
    list_filter = (
        ViewsFilter,
        "state",
        "agent",
        RecordingStateFilter,
        SummaryStateFilter,
        LegalHoldFilter,
        TagListFilter,
        ReviewedListFilter,
        "created_at",
        "end_reason",
        MoreFilters,
    )
    list_select_related = (
        *("owner", "agent", "ended_by", "held_by", "recording", "summary"),
        *("review__reviewed_by", "review__claimed_by"),
    )
    list_per_page = 50
    date_hierarchy = "created_at"
    search_fields = (
        "public_id",
        "title",
        "owner__username",
        "owner__first_name",
        "owner__last_name",
    )
    search_help_text = gettext_lazy("Words that were said, call ids, titles and user names.")
    actions = (
        "summarise_again",
        "record_again",
        "export_transcripts",
        "export_list",
        "export_extractions",
        "export_audio",
        "legal_hold",
        "lift_hold",
        "mark_reviewed",
        "mark_not_reviewed",
    )
    change_list_template = "admin/sessions_app/call/change_list.html"
    change_form_template = "admin/sessions_app/call/change_form.html"
    readonly_fields = ("public_id", "door", "transport", "worker", "heartbeat_at", "duration_ms")
    # the title is changed at the top of the page: there is nothing to save below
    fieldsets = (
        (gettext_lazy("Technical details"), {"fields": readonly_fields, "classes": ("collapse",)}),
    )

    class Media:
        css = {"all": ["css/review.css", "css/usage.css", "admin-voicesite/filters.css"]}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Call]:
        # those of the manager, but with a count of their own, in the admin's order
        calls = DatedCalls(Call).filter(erasing_at=None)
        whole = calls.select_related(*self.list_select_related)
        ordered = whole.order_by(*self.get_ordering(request))
        return tags.with_tags(search.with_word_count(ordered))

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Call | None:
        """Returns the call with the related rows that its page shows, by one query."""
        if from_field is not None:
            return super().get_object(request, object_id, from_field)
        try:
            key = Call._meta.pk.to_python(object_id)
        except ValidationError:
            return None
        found = self.get_queryset(request).select_related(*self.list_select_related, *ON_ITS_PAGE)
        return found.filter(pk=key).first()

    def get_paginator(
        self,
        request: HttpRequest,
        queryset: QuerySet[Call],
        per_page: int,
        orphans: int = 0,
        allow_empty_first_page: bool = True,
    ) -> Paginator[Call]:
        """Returns a paginator that reads the rows of one page alone; histories as usual."""
        if queryset.model is not Call:
            return super().get_paginator(
                request, queryset, per_page, orphans, allow_empty_first_page
            )
        every = self.get_queryset(request).select_related(*self.list_select_related)
        rows: Any = Keyed(queryset, every)
        return super().get_paginator(request, rows, per_page, orphans, allow_empty_first_page)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        shown = {"title": gettext("Calls"), "may_review": self.has_review_permission(request)}
        shown["may_see_usage"] = usage.may_see(request)
        listed = super().changelist_view(request, {**shown, **(extra_context or {})})
        return told_of_more(request, listed)

    def get_urls(self) -> list[URLPattern]:
        again = self.admin_site.admin_view(require_POST(self.summarise_one))
        return [
            path("<int:pk>/summarise/", again, name="sessions_app_call_summarise"),
            *dashboard.urls(self.admin_site),
            *self.version_urls(),
            *self.review_urls(),
            *self.end_urls(),
            *self.audio_urls(),
            *self.redaction_urls(),
            *usage.urls(self.admin_site),
            *super().get_urls(),
        ]

    def render_change_form(  # noqa: PLR0917 - Django's contract
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Call | None = None,
    ) -> HttpResponse:
        """Returns the page of one call, and logs the access."""
        if obj is not None:
            if request.method == "GET":
                note_visit(obj, request.user, AccessLog.Action.READ, WHERE)
            prefetch_related_objects([obj], "usage")
            context.update(call_page.context(obj, self.words(obj), call_parts.asked(request.GET)))
            context.update(self.review_context(request, obj))
            if request.user.has_perm(persona.VIEW):
                context["persona"] = persona.rows(obj)
            context["usage"] = usage_panel.panel(obj, request.user)
            context["audio_copies"] = copies = audio_copies.of(obj)
            context["audio_under_way"] = audio_copies.any_under_way(copies)
            context.update(correcting.context(obj, request.user, context["revision"]))
            context.update(parting.may(request.user, obj))
            context["may_end"] = can_be_ended(obj) and self.may_end(request, obj)
            context.update(title=self.name(obj), subtitle=None)
        return super().render_change_form(request, context, add, change, form_url, obj)

    def summarise_one(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Asks for one call's summary again; the button on the call's page."""
        call = get_object_or_404(self.get_queryset(request), pk=pk)
        if not self.has_change_permission(request, call):
            raise PermissionDenied
        self._ask_again(request, [call])
        return HttpResponseRedirect(reverse("admin:sessions_app_call_change", args=[pk]))

    @admin.action(description=gettext_lazy("Summarise again"), permissions=["change"])
    def summarise_again(self, request: HttpRequest, queryset: QuerySet[Call]) -> None:
        self._ask_again(request, list(queryset))

    @admin.action(description=gettext_lazy("Make failed recordings again"), permissions=["change"])
    def record_again(self, request: HttpRequest, queryset: QuerySet[Call]) -> None:
        chosen = list(queryset)
        asked = sum(recordings.ask_again(call, request.user) for call in chosen)
        if asked:
            text = gettext("{asked} will be made again; reload in a few seconds.").format(
                asked=asked
            )
            self.message_user(request, text, messages.SUCCESS)
        if left := len(chosen) - asked:
            text = gettext("Skipped {left}: only failed recordings can be made again.").format(
                left=left
            )
            self.message_user(request, text, messages.WARNING)

    @admin.action(description=gettext_lazy("Export transcripts (zip)"), permissions=["view"])
    def export_transcripts(
        self, request: HttpRequest, queryset: QuerySet[Call]
    ) -> HttpResponseBase:
        return zip_response(request, queryset)

    def _ask_again(self, request: HttpRequest, chosen: list[Call]) -> None:
        asked = sum(summaries.ask_again(call, request.user) for call in chosen)
        if asked:
            self.message_user(
                request,
                gettext("{asked} will be summarised again; reload in a few seconds.").format(
                    asked=asked
                ),
                messages.SUCCESS,
            )
        if left := len(chosen) - asked:
            self.message_user(
                request,
                gettext("Skipped {left}: the call is live, or its summary is being made.").format(
                    left=left
                ),
                messages.WARNING,
            )
