"""Second transcripts in the admin: request, compare word by word, accept, undo."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from sessions_app.admin.display import NOTHING, time_or_dash
from sessions_app.engine.text.comparing import DiffRun
from sessions_app.i18n import gettext_lazy
from sessions_app.models import AccessLog, Call, Segment, Version, VersionSegment
from sessions_app.models.work import UNDER_WAY
from sessions_app.runtime import languages
from sessions_app.runtime.settings import backend_names
from sessions_app.services import access, versions

TEMPLATE = "admin/sessions_app/call/version.html"
NO_RECORDING = gettext_lazy("This call has no recording.")
NOTHING_THERE = gettext_lazy("That segment is no longer in this version.")


@dataclass(frozen=True, slots=True)
class Compared:
    """One row of the comparison."""

    row: VersionSegment
    time: str
    pieces: list[DiffRun]
    changed: bool
    corrected: str
    """Staff's own correction; it is shown also if the row is accepted."""


def compared(version: Version) -> list[Compared]:
    """Returns the version compared with the live transcript, in the order it was said."""
    live = versions.by_seq(version.call)
    rows = version.segments.select_related("accepted_by").order_by("start_ms", "index")
    return [_compared(row, live.get(row.seq or 0)) for row in rows]


def _compared(row: VersionSegment, live: Segment | None) -> Compared:
    corrected = "" if live is None or not live.is_corrected else live.edited_text or NOTHING
    pieces = versions.compared(row, live)
    return Compared(row, time_or_dash(row.start_ms), pieces, versions.differs(row, live), corrected)


def context(call: Call) -> dict[str, Any]:
    """Returns the template context for the versions on the call's page."""
    return {
        "versions": Version.objects.filter(call=call).select_related("asked_by"),
        "recognisers": [name for name in backend_names("RECOGNISERS") if name != "default"],
        "best": next(iter(settings.VOICE["SECOND_PASS"]), ""),
    }


class SecondPass:
    """Mixin for `CallAdmin`: a form, a page per version, and their URLs."""

    admin_site: Any
    get_queryset: Callable[[HttpRequest], Any]
    has_view_permission: Callable[[HttpRequest, Call], bool]
    has_change_permission: Callable[[HttpRequest, Call], bool]
    message_user: Callable[..., None]

    def version_urls(self) -> list[URLPattern]:
        """Returns the URL patterns for requesting and viewing versions."""
        ask = self.admin_site.admin_view(require_POST(self.retranscribe))
        look = self.admin_site.admin_view(require_http_methods(["GET", "POST"])(self.version))
        return [
            path("<int:pk>/versions/", ask, name="sessions_app_call_retranscribe"),
            path("<int:pk>/versions/<int:number>/", look, name="sessions_app_call_version"),
        ]

    def retranscribe(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Queues a second transcript by the recogniser chosen in the form."""
        call = get_object_or_404(self.get_queryset(request), pk=pk)
        if not self.has_change_permission(request, call):
            raise PermissionDenied
        name = request.POST.get("recogniser", "")
        back = HttpResponseRedirect(reverse("admin:sessions_app_call_change", args=[pk]))
        if name not in backend_names("RECOGNISERS"):
            known = ", ".join(backend_names("RECOGNISERS"))
            text = gettext("There is no recogniser {name}; there are: {known}.").format(
                name=f"{name[:50]!r}", known=known
            )
            self.message_user(request, text, messages.ERROR)
            return back
        if wrong := languages.not_heard(name, call.language):
            self.message_user(request, wrong.why, messages.ERROR)
            return back
        version = versions.ask(call, request.user, name)
        if version is None:
            self.message_user(request, NO_RECORDING, messages.WARNING)
            return back
        return HttpResponseRedirect(
            reverse("admin:sessions_app_call_version", args=[pk, version.number])
        )

    def version(self, request: HttpRequest, pk: int, number: int) -> HttpResponse:
        """Shows the comparison; POST accepts segments or undoes that."""
        call = get_object_or_404(self.get_queryset(request), pk=pk)
        version = get_object_or_404(Version, call=call, number=number)
        if request.method == "POST":
            if not self.has_change_permission(request, call):
                raise PermissionDenied
            self._decide(request, version)
            return HttpResponseRedirect(request.path)
        if not self.has_view_permission(request, call):
            raise PermissionDenied
        under_way = version.state in UNDER_WAY
        if not under_way:  # before that there is nothing to read, and the page polls
            access.log(call, request.user, AccessLog.Action.READ, f"version {number} in the admin")
        rows = compared(version)
        return TemplateResponse(
            request,
            TEMPLATE,
            {
                **self.admin_site.each_context(request),
                "title": gettext("Transcript {number} of {call}").format(number=number, call=call),
                "opts": Call._meta,
                "original": call,
                "version": version,
                "rows": rows,
                "open": [one for one in rows if one.changed and one.row.accepted_at is None],
                "under_way": under_way,
                "recording_url": reverse("recording", args=[call.public_id]),
                "heard_url": reverse("heard", args=[call.public_id]),
                "may_change": self.has_change_permission(request, call),
            },
        )

    def _decide(self, request: HttpRequest, version: Version) -> None:
        what, index = request.POST.get("what", ""), request.POST.get("index", "")
        if what == "accept_all":
            count = versions.accept_all(version, request.user)
            self.message_user(
                request, gettext("{count} accepted.").format(count=count), messages.SUCCESS
            )
            return
        found = version.segments.filter(index=int(index)) if index.isdecimal() else None
        row = found.first() if found is not None else None
        if row is None:
            self.message_user(request, NOTHING_THERE, messages.ERROR)
        elif what == "accept":
            versions.accept(row, request.user)
        elif what == "take_back":
            versions.take_back(row, request.user)
