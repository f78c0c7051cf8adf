"""The page that checks microphone, loudspeaker and ways through the network before a call."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from sessions_app.engine.text.cleaning import read_json
from sessions_app.models import Agent
from sessions_app.services import connection_checks
from sessions_app.services.connection_checks import BadResultsError, TooManyChecksError

CREATED, BAD, TOO_MANY = 201, 400, 429
"""HTTP statuses."""

SAMPLE_MS = 1000
"""Between two of the five measurements of a way. Lower measures for less than 5 s."""

STEPS = (
    ("microphone", gettext_lazy("Microphone")),
    ("loudspeaker", gettext_lazy("Loudspeaker")),
    ("udp", gettext_lazy("Direct connection (UDP)")),
    ("relay-udp", gettext_lazy("Relay (TURN) over UDP")),
    ("relay-tcp", gettext_lazy("Relay (TURN) over TCP")),
    ("relay-tls", gettext_lazy("Relay (TURN) over TLS")),
    ("socket", gettext_lazy("Web connection (WebSocket)")),
    ("words", gettext_lazy("Speech recognition")),
)
"""The steps in their order, with what users call them."""


@login_required
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The check of the connection; `?agent=` is whose recogniser writes the words."""
    agents = Agent.objects.filter(is_active=True)
    asked = agents.filter(slug=request.GET.get("agent", "")).first()
    agent = asked or agents.filter(is_default=True).first() or agents.first()
    days = connection_checks.KEPT.days
    context = {"steps": STEPS, "days": days, "check_config": _config(agent)}
    return render(request, "pages/check.html", context)


@login_required
@require_POST
def keep(request: HttpRequest) -> HttpResponse:
    """Keeps the results of a check; returns their support code as JSON, or an error's."""
    try:
        results = connection_checks.read(_given(request))
        kept = connection_checks.keep(request.user, results, request.headers.get("User-Agent", ""))
    except (BadResultsError, TooManyChecksError) as error:
        status = TOO_MANY if error.retryable else BAD
        return JsonResponse({"code": error.code, "message": error.message}, status=status)
    days = connection_checks.KEPT.days
    return JsonResponse({"code": str(kept), "days": days}, status=CREATED)


def _given(request: HttpRequest) -> Any:
    try:
        given = read_json(request.body)
    except ValueError:
        return None
    return given.get("results") if isinstance(given, dict) else None


def _config(agent: Agent | None) -> dict[str, Any]:
    return {
        "signaling": "/signaling",
        "media": "/ws/voice",
        "iceServers": reverse("api:ice-servers"),
        "results": reverse("keep_check"),
        "sampleMs": SAMPLE_MS,
        "agent": agent.slug if agent else "",
    }
