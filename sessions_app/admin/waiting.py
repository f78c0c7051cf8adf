"""The queue of calls that wait for review: which, how many, and the next one."""

from datetime import datetime, time
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from sessions_app.engine.core.timestamps import OUT_OF_RANGE, is_storable
from sessions_app.i18n import gettext_lazy
from sessions_app.models import Agent, Call
from sessions_app.services import reviews
from sessions_app.services.reviews import ReviewQueue

TEMPLATE = "admin/sessions_app/call/waiting.html"

SHOWN = 20
"""Calls of the queue that the page lists; the count beside them is of all."""

NONE_FREE = gettext_lazy(
    "No call of this queue is free: all are reviewed, or others have taken them."
)


def _day() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class QueueForm(forms.Form):
    """Which calls are to be reviewed, all optional."""

    agent = forms.ModelChoiceField(
        required=False,
        queryset=Agent.objects.all(),
        to_field_name="slug",
        empty_label=gettext_lazy("Any agent"),
    )
    tag = forms.CharField(
        required=False,
        max_length=200,
        widget=forms.TextInput(
            attrs={"list": "tags-known", "data-tags": "", "autocomplete": "off", "dir": "auto"}
        ),
    )
    since = forms.DateField(required=False, label=gettext_lazy("From"), widget=_day())
    until = forms.DateField(required=False, label=gettext_lazy("To"), widget=_day())
    percent = forms.IntegerField(
        required=False,
        label=gettext_lazy("Percent of them, at random"),
        min_value=1,
        max_value=reviews.ALL,
        initial=reviews.ALL,
    )

    def clean(self) -> dict[str, Any]:
        """Refuses days outside the database's range."""
        data = super().clean() or {}
        for name, moment in (("since", time.min), ("until", time.max)):
            if data.get(name) and not is_storable(_at(data[name], moment)):
                self.add_error(name, OUT_OF_RANGE)
        return data

    def queue(self) -> ReviewQueue:
        """Returns what was asked for; what cannot be used is left out."""
        data = self.cleaned_data
        since, until = data.get("since"), data.get("until")
        return ReviewQueue(
            agent=data["agent"].slug if data.get("agent") else "",
            tag=data.get("tag") or "",
            since=_at(since, time.min) if since else None,
            before=_at(until, time.max) if until else None,
            percent=data.get("percent") or reviews.ALL,
        )


def page(request: HttpRequest) -> HttpResponse:
    """Lists what waits; POST takes the next call of the queue in the address."""
    if not reviews.may_review(request.user):
        raise PermissionDenied
    form = QueueForm(request.GET)
    form.is_valid()
    queue = form.queue()
    if request.method == "POST":
        return _taken(request, queue)
    waiting = reviews.waiting(queue)
    shown = waiting.select_related("agent", "owner", "review__claimed_by")[:SHOWN]
    context = {
        **admin.site.each_context(request),
        "title": gettext("Waiting for review"),
        "opts": Call._meta,
        "form": form,
        "count": waiting.count(),
        "rows": [(call, reviews.holder(call)) for call in shown],
        "asked": request.GET.urlencode(),
    }
    return TemplateResponse(request, TEMPLATE, context)


def _taken(request: HttpRequest, queue: ReviewQueue) -> HttpResponse:
    request.session[reviews.SESSION_KEY] = reviews.as_json(queue)
    call = reviews.take_next(request.user, queue)
    if call is None:
        messages.warning(request, NONE_FREE)
        return HttpResponseRedirect(request.get_full_path())
    return HttpResponseRedirect(reverse("admin:sessions_app_call_change", args=[call.pk]))


def _at(day: Any, moment: time) -> datetime:
    return timezone.make_aware(datetime.combine(day, moment))
