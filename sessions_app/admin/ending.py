"""Lets staff end a live call: needs its own permission, asks first, is logged in both logs."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from sessions_app.engine.core.states import CallState
from sessions_app.i18n import gettext_lazy
from sessions_app.models import Call
from sessions_app.services import calls

TEMPLATE = "admin/sessions_app/call/end.html"
PERMISSION = "sessions_app.end_call"
LOGGED = gettext_lazy("Ended the live call.")
ASKED = gettext_lazy(
    "The call will end within a few seconds. The caller is told that staff ended it."
)
TOO_LATE = gettext_lazy("Nothing was done: the call has ended, or is ending already.")


def can_be_ended(call: Call) -> bool:
    """Returns whether the call is live, and nobody has asked to end it."""
    return call.is_live and call.state != CallState.ENDING and call.end_asked_at is None


class EndsCalls:
    """Mixin for `CallAdmin`: the confirmation page and its URL."""

    admin_site: Any
    get_queryset: Callable[[HttpRequest], Any]
    has_view_permission: Callable[[HttpRequest, Call], bool]
    message_user: Callable[..., None]
    log_change: Callable[[HttpRequest, Call, Any], Any]

    def end_urls(self) -> list[URLPattern]:
        """Returns the URL pattern for ending a call."""
        end = self.admin_site.admin_view(require_http_methods(["GET", "POST"])(self.end))
        return [path("<int:pk>/end/", end, name="sessions_app_call_end")]

    def may_end(self, request: HttpRequest, call: Call) -> bool:
        """Returns whether the user may end this call; permission to view it is not enough."""
        permitted = request.user.has_perm(PERMISSION)
        return permitted and self.has_view_permission(request, call)

    def end(self, request: HttpRequest, pk: int) -> HttpResponse:
        """GET asks for confirmation; POST asks the call's process to end it."""
        call = get_object_or_404(self.get_queryset(request), pk=pk)
        if not self.may_end(request, call):
            raise PermissionDenied
        back = HttpResponseRedirect(reverse("admin:sessions_app_call_change", args=[pk]))
        if request.method == "POST" and calls.ask_to_end(call, request.user):
            self.log_change(request, call, LOGGED)
            self.message_user(request, ASKED, messages.SUCCESS)
            return back
        if request.method == "POST" or not can_be_ended(call):
            self.message_user(request, TOO_LATE, messages.WARNING)
            return back
        return TemplateResponse(
            request,
            TEMPLATE,
            {
                **self.admin_site.each_context(request),
                "title": gettext("End this call?"),
                "opts": Call._meta,
                "original": call,
            },
        )
