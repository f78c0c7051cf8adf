"""Lets staff hide words of a call, and read what is hidden where they may: needs permissions."""

from collections.abc import Callable, Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from sessions_app.admin.display import time_or_dash
from sessions_app.admin.redaction_fields import HELP, checked_patterns, kinds_field
from sessions_app.engine.core.agent_config import RedactionSettings
from sessions_app.engine.core.errors import VoiceError
from sessions_app.engine.redaction.reading import tokens_of
from sessions_app.i18n import gettext_lazy
from sessions_app.models import Call, Segment
from sessions_app.services import access, redacting, redactions

OVERVIEW = "admin/sessions_app/call/redactions.html"
LINE = "admin/sessions_app/call/redact_line.html"
CHOOSE = gettext_lazy("Choose the words to hide.")
HIDDEN = gettext_lazy(
    "Hidden. The sound is replaced within a minute or so, and the summary is made again."
)
FOUND_NOTHING = gettext_lazy("Nothing was found.")

Place = tuple[int, int]
"""First character, and the one after the last."""


class PatternsForm(forms.Form):
    """What to look for in a call."""

    kinds = kinds_field()
    patterns = forms.CharField(
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "cols": 60}),
        label=gettext_lazy("Other patterns"),
        help_text=HELP["redact_patterns"],
    )

    def clean_patterns(self) -> str:
        return checked_patterns(self.cleaned_data["patterns"])

    @property
    def settings(self) -> RedactionSettings:
        lines = map(str.strip, self.cleaned_data["patterns"].splitlines())
        return RedactionSettings(tuple(self.cleaned_data["kinds"]), tuple(filter(None, lines)))


class RedactsCalls:
    """Mixin for `CallAdmin`: the pages on which words are hidden, and their URLs."""

    admin_site: Any
    get_queryset: Callable[[HttpRequest], Any]
    message_user: Callable[..., None]

    def redaction_urls(self) -> list[URLPattern]:
        """Returns the URL patterns for what is hidden in a call, and for hiding more."""
        ways = require_http_methods(["GET", "POST"])
        whole = self.admin_site.admin_view(ways(self.redactions))
        line = self.admin_site.admin_view(ways(self.redact_line))
        return [
            path("<int:pk>/redactions/", whole, name="sessions_app_call_redactions"),
            path("<int:pk>/redactions/<int:seq>/", line, name="sessions_app_call_redact"),
        ]

    def redactions(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Shows what is hidden, with the original for users who may; POST hides by patterns."""
        call = self._call(request, pk)
        may_redact = redactions.may_redact(request.user)
        form = PatternsForm(request.POST if request.method == "POST" else None)
        if request.method == "POST":
            if not may_redact:
                raise PermissionDenied
            if form.is_valid():
                self._run_and_report(
                    request,
                    lambda: redacting.hide_by_patterns(call, request.user, form.settings),
                )
                return HttpResponseRedirect(request.path)
        originals = redactions.originals_of(call, request.user)
        context = {
            "title": gettext("What is hidden in {call}").format(call=call),
            "rows": [
                (time_or_dash(row.start_ms), row, originals.get(row.seq, {}).get("text", ""))
                for row in redactions.of_call(call)
            ],
            "form": form if may_redact and not call.is_live else None,
            "original_sound": redactions.original_sound_of(call, request.user),
            "reads": redactions.may_read_originals(request.user),
        }
        return self._page(request, OVERVIEW, call, context)

    def redact_line(self, request: HttpRequest, pk: int, seq: int) -> HttpResponse:
        """Shows a line's words as boxes; POST hides those that are ticked."""
        call = self._call(request, pk)
        if not redactions.may_redact(request.user):
            raise PermissionDenied
        segment = get_object_or_404(Segment, call=call, seq=seq)
        words = [(t.start, t.end) for t in tokens_of(segment.shown_text)]
        if request.method == "POST":
            runs = _runs(words, request.POST.getlist("word"))
            if not runs:
                self.message_user(request, CHOOSE, messages.WARNING)
            elif self._run_and_report(request, lambda: _hide(call, request.user, seq, runs)):
                return HttpResponseRedirect(
                    reverse("admin:sessions_app_call_redactions", args=[call.pk])
                )
            return HttpResponseRedirect(request.path)
        shown = [(at, segment.shown_text[start:end]) for at, (start, end) in enumerate(words)]
        title = gettext("Hide words said at {time_or_dash}").format(
            time_or_dash=time_or_dash(segment.start_ms)
        )
        return self._page(request, LINE, call, {"title": title, "words": shown})

    def _call(self, request: HttpRequest, pk: int) -> Call:
        call: Call = get_object_or_404(self.get_queryset(request), pk=pk)
        if not access.sees_all(request.user):
            raise PermissionDenied
        return call

    def _run_and_report(self, request: HttpRequest, hide: Callable[[], int]) -> bool:
        """Runs `hide` and reports the result to the user; returns whether it succeeded."""
        try:
            count = hide()
        except VoiceError as error:
            self.message_user(request, error.message, messages.ERROR)
            return False
        told = HIDDEN if count else FOUND_NOTHING
        self.message_user(request, told, messages.SUCCESS if count else messages.WARNING)
        return True

    def _page(
        self, request: HttpRequest, template: str, call: Call, context: dict[str, Any]
    ) -> HttpResponse:
        whole = {**self.admin_site.each_context(request), "opts": Call._meta, "original": call}
        return TemplateResponse(request, template, {**whole, **context})


def _hide(call: Call, user: Any, seq: int, runs: Sequence[Place]) -> int:
    """Hides runs of words, the last one first, so that the offsets of the others stay valid."""
    with transaction.atomic():
        return sum(
            redacting.hide_by_hand(call, user, seq, start, end) for start, end in reversed(runs)
        )


def _runs(words: Sequence[Place], ticked: Sequence[str]) -> list[Place]:
    """Returns the places of the ticked words, those beside one another as one."""
    chosen = sorted({int(one) for one in ticked if one.isdecimal() and int(one) < len(words)})
    runs: list[Place] = []
    before = -1
    for at in chosen:
        start, end = words[at]
        if runs and at == before + 1:
            runs[-1] = (runs[-1][0], end)
        else:
            runs.append((start, end))
        before = at
    return runs
