"""Recordings in other formats on a call's page."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_POST

from sessions_app.i18n import gettext_lazy
from sessions_app.models import AudioFormat, Call
from sessions_app.services import audio_copies

ASKED = gettext_lazy("It is being made; reload in a few seconds.")


class MakesAudio:
    """Mixin for `CallAdmin`: the buttons that have a recording made as m4a, mp3 or wav."""

    admin_site: Any
    get_queryset: Callable[[HttpRequest], Any]
    has_view_permission: Callable[[HttpRequest, Call], bool]
    message_user: Callable[..., None]

    def audio_urls(self) -> list[URLPattern]:
        """Returns the URL pattern for asking for a format."""
        make = self.admin_site.admin_view(require_POST(self.make_audio))
        return [path("<int:pk>/audio/<str:form>/", make, name="sessions_app_call_audio")]

    def make_audio(self, request: HttpRequest, pk: int, form: str) -> HttpResponse:
        """Asks for one format, and goes back to the call's page."""
        call = get_object_or_404(self.get_queryset(request), pk=pk)
        if not self.has_view_permission(request, call):
            raise PermissionDenied
        if form not in AudioFormat.values:
            raise Http404
        try:
            audio_copies.ask(call, request.user, form)
            self.message_user(request, ASKED, messages.SUCCESS)
        except audio_copies.NoRecordingError as error:
            self.message_user(request, error.message, messages.WARNING)
        return HttpResponseRedirect(reverse("admin:sessions_app_call_change", args=[pk]))
