"""Response times of agents, for staff."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext

from sessions_app.models.turn import STAGE_LABELS
from sessions_app.services import access, latencies


def page(request: HttpRequest) -> HttpResponse:
    """How quick each stage is, by agent and engines; for staff who may see all calls."""
    if not access.sees_all(request.user):
        raise PermissionDenied
    context = {
        **admin.site.each_context(request),
        "title": gettext("Response times of agents"),
        "rows": latencies.by_agent(),
        "labels": STAGE_LABELS,
        "days": latencies.DAYS,
    }
    return TemplateResponse(request, "admin/sessions_app/agent/latency.html", context)
