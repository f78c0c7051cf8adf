"""The live desk, for staff who may see every call: all live calls, and one of them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from sessions_app.engine.core.errors import UnknownCallError
from sessions_app.engine.core.party import visitor_name
from sessions_app.models import Call
from sessions_app.services import access, calls, live_desk
from sessions_app.views import view_models

PAGE_SIZE = 20
"""Calls of one page; it holds a socket for each, to show who talks."""


@dataclass(frozen=True, slots=True)
class LiveRow:
    """One live call of the list; `address` is of the socket that tells who talks."""

    public_id: str
    title: str
    agent: str
    owner: str
    visitor: str
    state_label: str
    started: datetime
    address: str


@login_required
@require_safe
def live_calls(request: HttpRequest) -> HttpResponse:
    """All live calls: whose, with which agent, since when, and who talks now."""
    if not live_desk.may_watch(request.user):
        raise Http404
    page = Paginator(live_desk.live_calls(), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"page": page, "rows": [_row(call) for call in page]}
    return render(request, "pages/live_calls.html", context)


@login_required
@require_safe
def live_call(request: HttpRequest, public_id: str) -> HttpResponse:
    """One live call as it is spoken; one that is over leads to its page."""
    found = _watched(request, public_id)
    if not found.is_live:
        return redirect("call_detail", public_id=public_id)
    live_desk.log_visit(found, request.user)
    context = {
        "call": found,
        "row": _row(found),
        "may_end": live_desk.may_end(request.user) and found.end_asked_at is None,
        "may": _may(request),
        "acts": live_desk.acts_of(found),
        "tells_caller": settings.VOICE["LIVE_LISTENING_NOTICE"],
        "desk_config": _config(found),
    }
    return render(request, "pages/live_call.html", context)


@login_required
@require_POST
def end(request: HttpRequest, public_id: str) -> HttpResponse:
    """Asks the call's process to end it, for staff who may."""
    found = _watched(request, public_id)
    if not live_desk.may_end(request.user):
        raise Http404
    if not calls.ask_to_end(found, request.user):
        messages.warning(
            request, gettext("Nothing was done: the call has ended, or is ending already.")
        )
    return redirect("live_call", public_id=public_id)


def _watched(request: HttpRequest, public_id: str) -> Call:
    if not live_desk.may_watch(request.user):
        raise Http404
    try:
        return access.call_for(request.user, public_id)
    except UnknownCallError as error:
        raise Http404(error.message) from error


def _row(call: Call) -> LiveRow:
    return LiveRow(
        public_id=call.public_id,
        title=call.title,
        agent=view_models.agent_name(call),
        owner=call.owner.get_full_name() or call.owner.get_username(),
        visitor=visitor_name(call.visitor) if call.visitor else "",
        state_label=call.get_state_display(),
        started=call.created_at,
        address=_desk_of(call),
    )


def _may(request: HttpRequest) -> dict[str, bool]:
    """Returns what the user may do in live calls."""
    asked = {
        "listen": live_desk.LISTEN,
        "whisper": live_desk.WHISPER,
        "take_over": live_desk.TAKE_OVER,
    }
    return {name: live_desk.may(request.user, needed) for name, needed in asked.items()}


def _desk_of(call: Call) -> str:
    return f"/ws/calls/{call.public_id}/desk"


def _config(call: Call) -> dict[str, Any]:
    return {
        "agentName": view_models.agent_name(call),
        "segmentsUrl": reverse("api:segments", args=[call.public_id]),
        "liveSocket": f"/ws/calls/{call.public_id}/live",
        "deskSocket": _desk_of(call),
        "worklet": static("js/listen-worklet.js"),
    }
