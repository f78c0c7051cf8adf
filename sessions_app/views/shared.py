"""What a share link shows: a kept call, read only, to anyone who has the link."""

from functools import wraps
from typing import Any, Protocol

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sessions_app.models import Recording, ShareLink
from sessions_app.services import (
    access,
    call_parts,
    parted,
    redactions,
    sharing,
    summaries,
    summary_display,
)
from sessions_app.views import view_models
from sessions_app.views.recordings import recording_response

COOKIE = "voicesite_shared"

NO_CONTENT, FORBIDDEN, NOT_FOUND = 204, 403, 404
"""HTTP statuses."""

FILE = 'inline; filename="recording.ogg"'
"""The file's own name would tell the call's id."""


class LinkedView(Protocol):
    """A view of what an opened link shows."""

    def __call__(self, request: HttpRequest, link: ShareLink, secret: str) -> HttpResponseBase: ...


class SecretView(Protocol):
    """A view as Django calls it; `secret` stands in the address."""

    def __call__(self, request: HttpRequest, secret: str) -> HttpResponseBase: ...


def linked(view: LinkedView) -> SecretView:
    """Gives a view the link of the secret; asks for its password, or says that there is none."""

    @wraps(view)
    def looked_up(request: HttpRequest, secret: str) -> HttpResponseBase:
        link = sharing.find(secret)
        if link is None:
            return render(request, "pages/shared_gone.html", status=NOT_FOUND)
        if not sharing.is_open(link, request.COOKIES.get(COOKIE, "")):
            return _asked(request, link, secret)
        return view(request, link=link, secret=secret)

    return looked_up


@require_http_methods(["GET", "HEAD", "POST"])
@linked
def call(request: HttpRequest, link: ShareLink, secret: str) -> HttpResponseBase:
    """The page of a link: transcript, and summary and player where the link has them.

    `?part=` has some lines of a long one, as `call_parts` says.
    """
    if request.method == "POST":  # the password, given in another window meanwhile
        return redirect("shared", secret)
    asked = call_parts.asked(request.GET)
    if asked.kind == call_parts.LINES:
        sharing.note_part(link)
        return render(request, "parts/lines.html", _lines(link, asked))
    if request.method == "GET":
        sharing.note_page(link)
    return render(request, "pages/shared.html", _context(link, secret, asked))


@require_safe
@linked
def recording(
    request: HttpRequest,
    link: ShareLink,
    secret: str,  # noqa: ARG001 - of LinkedView
) -> HttpResponseBase:
    """The audio of a link that has it, whole or by range."""
    if not link.with_audio:
        raise Http404
    visitor = sharing.LinkVisitor(link)
    answer = recording_response(request, link.call, visitor, where=sharing.WHERE, into_player=True)
    answer["Content-Disposition"] = FILE
    return answer


@require_POST
@linked
def heard(
    request: HttpRequest,  # noqa: ARG001 - of LinkedView
    link: ShareLink,
    secret: str,  # noqa: ARG001
) -> HttpResponseBase:
    """Logs that the page's player plays the recording."""
    if not link.with_audio or not redactions.is_ready(view_models.recording_of(link.call)):
        raise Http404
    sharing.note_listened(link)
    return HttpResponse(status=NO_CONTENT)


@sensitive_variables("password")
def _asked(request: HttpRequest, link: ShareLink, secret: str) -> HttpResponseBase:
    """Returns the form for the password; with the right one, the way to the page."""
    password, context = request.POST.get("password", ""), {"wrong": False}
    if request.method == "POST" and password:
        address = access.address_of(
            str(request.META.get("REMOTE_ADDR") or ""), request.headers.get("X-Forwarded-For", "")
        )
        if sharing.is_password(link, password, address):
            return _opened(link, secret)
        context["wrong"] = True
    is_page = request.path == reverse("shared", args=[secret])
    status = None if is_page and not context["wrong"] else FORBIDDEN
    return render(request, "pages/shared_password.html", context, status=status)


def _opened(link: ShareLink, secret: str) -> HttpResponse:
    response = redirect("shared", secret)
    response.set_cookie(
        COOKIE,
        sharing.opened_cookie(link),
        max_age=sharing.OPENED_FOR,
        path=reverse("shared", args=[secret]),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",  # of a link in a mail, too
    )
    return response


def _audio(link: ShareLink) -> Recording | None:
    return view_models.recording_of(link.call) if link.with_audio else None


def _lines(link: ShareLink, asked: call_parts.Asked) -> dict[str, Any]:
    """Returns the lines that a part has, and what it takes to show them."""
    transcript = parted.PartedTranscript(link.call, view_models.agent_name(link.call))
    return {
        "shared": True,
        "lines": transcript.lines(asked),
        "recording_ready": redactions.is_ready(_audio(link)),
    }


def _context(link: ShareLink, secret: str, asked: call_parts.Asked) -> dict[str, Any]:
    found, agent = link.call, view_models.agent_name(link.call)
    audio = _audio(link)
    summary = view_models.summary_of(found) if link.with_summary else None
    transcript = parted.PartedTranscript(found, agent)
    starts = transcript.starts
    return {
        "shared": True,  # who corrected what, and how it was before, is not
        "link": link,
        "call": found,
        "row": view_models.call_row(found),
        "agent_name": agent,
        "lines": transcript.lines(asked),
        "lines_later": transcript.later(asked),
        "gap_after": transcript.gap_after,
        "recording": audio,
        "recording_ready": redactions.is_ready(audio),
        "audio_url": reverse("shared_recording", args=[secret]),
        "heard_url": reverse("shared_heard", args=[secret]),
        "silent_sides": view_models.silent_sides(audio, transcript.rows),
        "summary": summary,
        "told": summary_display.view_of(summary, starts) if summary else None,
        "outdated": summary is not None and summaries.is_outdated(summary),
        "speakers": view_models.speaker_shares(summary.speakers, agent) if summary else [],
        "shared_config": {
            "durationMs": found.duration_ms,
            "peaks": audio.peaks if audio else [],
        },
    }
