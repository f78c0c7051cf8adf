"""The pages: start, call, list of calls, and one call."""

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.paginator import Page, Paginator
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sessions_app.engine.core.errors import UnknownCallError, VoiceError
from sessions_app.engine.core.events import Speaker
from sessions_app.engine.exports.registry import FORMATS
from sessions_app.engine.text.cleaning import clean, one_line
from sessions_app.models import AccessLog, Agent, Call, Note, Recording, Segment, Summary
from sessions_app.services import (
    access,
    archives,
    audio_copies,
    call_parts,
    corrections,
    erasure,
    live_desk,
    parted,
    redactions,
    review_panel,
    review_refusals,
    saved_views,
    search,
    sharing,
    summaries,
    summary_display,
    summary_versions,
    tags,
    turns,
    usage_panel,
    waterfalls,
)
from sessions_app.services.finding.panel import Panel
from sessions_app.services.paging import PAGE_NUMBER, Keyed, reach
from sessions_app.services.visit_log import note_visit
from sessions_app.views import extractions, players, talking, view_models, wording
from sessions_app.views.recordings import recording_response

RECENT = 6
"""Calls on the start page."""

PAGE_SIZE = 20
"""Calls on one page of the list."""

SHOWN_VIEWS = 12
"""Saved views that the list links to; their own page has all."""

NO_CONTENT = 204
CONFLICT = 409
"""HTTP statuses."""

MOST_WANTED = 200
"""Characters of `?q=` that are used on a call's page."""

PLACEHOLDER = "CALL_ID"
"""Placeholder for a call's id in URLs for the page's JavaScript."""


@require_safe
def icon(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - Django's contract
    """/favicon.ico, which browsers request by themselves: redirects to the pages' icon."""
    return redirect(static("favicon.svg"))


@login_required
@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """The start page: the call button and recent calls."""
    recent = [view_models.call_row(call) for call in _listed(request)[:RECENT]]
    ready = archives.unseen(request.user)
    context = {**_calling(request), "recent": recent, "export_ready": ready}
    return render(request, "pages/start.html", context)


@login_required
@require_safe
def call(request: HttpRequest) -> HttpResponse:
    """The call page; `?agent=` selects the agent."""
    return render(request, "pages/call.html", _calling(request))


@login_required
@require_safe
def calls(request: HttpRequest) -> HttpResponse:
    """The list of visible calls, with search and filters."""
    asked = request.GET.get("page", "1")
    most = reach(int(asked) if PAGE_NUMBER.fullmatch(asked) else 1, PAGE_SIZE)
    panel = Panel(request, access.visible_calls(request.user), first=most)
    every = _listed(request)
    found: Any = Keyed(panel.narrow(every), every, most=most if panel.text else None)
    page = Paginator(found, PAGE_SIZE).get_page(asked)
    context = {
        "panel": panel,
        "views": saved_views.views_for(request.user)[:SHOWN_VIEWS],
        "page": page,
        "more_than": found.more_than,
        "rows": _rows(page, panel.text),
        "numbers": page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1),
        "query": _query_without_page(request),
        "sees_all": access.sees_all(request.user),
    }
    return render(request, "pages/calls.html", context)


@login_required
@require_safe
def call_detail(request: HttpRequest, public_id: str) -> HttpResponse:
    """One call: player, transcript, summary, downloads and facts; `?q=` marks words in it.

    `?part=` has some lines or answers of a long one, as `call_parts` says.
    """
    found = _visible(request, public_id)
    note_visit(found, request.user, AccessLog.Action.READ, players.ON_THE_PAGE)
    asked = call_parts.asked(request.GET)
    if asked.kind:
        return render(request, f"parts/{asked.kind}.html", _part(request, found, asked))
    return render(request, "pages/call_detail.html", _detail(request, found, asked))


@login_required
@require_safe
def recording(request: HttpRequest, public_id: str) -> HttpResponseBase:
    """The call's audio, for the player that `?on=` names or as a file; `?download` saves it."""
    found = _visible(request, public_id)
    where, as_download = players.page_of(request), "download" in request.GET
    if where and not as_download:
        return recording_response(request, found, request.user, where=where, into_player=True)
    where = f"recording {where or players.ON_THE_PAGE}"
    return recording_response(request, found, request.user, where=where, as_download=as_download)


@login_required
@require_POST
def heard(request: HttpRequest, public_id: str) -> HttpResponse:
    """Logs that the player of the page `?on=` plays this call's recording."""
    found, where = _visible(request, public_id), players.page_of(request)
    if not where or not _has_sound(found):
        raise Http404
    note_visit(found, request.user, AccessLog.Action.LISTENED, where)
    return HttpResponse(status=NO_CONTENT)


@login_required
@require_POST
def summarise_again(request: HttpRequest, public_id: str) -> HttpResponse:
    """Queues the summary again, for users who may; `?on=admin` goes back to the admin's page."""
    found = _visible(request, public_id)
    if not summaries.may_ask_again(request.user, found):
        raise Http404
    summaries.ask_again(found, request.user)
    if players.page_of(request) == players.IN_THE_ADMIN:
        return redirect("admin:sessions_app_call_change", found.pk)
    return redirect("call_detail", public_id=public_id)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def erase(request: HttpRequest, public_id: str) -> HttpResponse:
    """Asks whether the call is to be erased, and erases it; only for users who may."""
    found = _visible(request, public_id)
    if not erasure.may_erase(request.user, found):
        raise Http404
    refused = erasure.why_not(found)
    if request.method == "POST" and refused is None:
        try:
            erasure.erase_call(found, request.user, erasure.cause_of(request.user, found))
            return redirect("calls")
        except VoiceError as error:  # it was placed under legal hold, or erased, just now
            refused = error
    context = {"call": found, "refused": refused.message if refused else ""}
    status = CONFLICT if request.method == "POST" else None
    return render(request, "pages/erase.html", context, status=status)


def _listed(request: HttpRequest) -> QuerySet[Call]:
    visible = tags.with_tags(access.visible_calls(request.user)).select_related("agent", "owner")
    # the preview shows the caller's words: an agent greets everybody alike
    said = Segment.objects.filter(call=OuterRef("pk"), speaker=Speaker.CALLER.value)
    first = said.order_by("start_ms", "seq").annotate(shown=search.SHOWN).exclude(shown="")
    return (
        search.with_word_count(visible)
        .annotate(first_words=Subquery(first.values("shown")[:1]))
        .order_by("-created_at", "-pk")
    )


def _visible(request: HttpRequest, public_id: str) -> Call:
    try:
        return access.call_for(request.user, public_id)
    except UnknownCallError as error:
        raise Http404(error.message) from error


def _rows(page: Page[Call], text: str) -> list[view_models.CallRow]:
    """Returns the page's calls, each with the segment that best matches `text`."""
    said = search.best_segments(page, text)
    return [view_models.call_row(row, said.get(row.pk), text) for row in page]


def _query_without_page(request: HttpRequest) -> str:
    query = request.GET.copy()
    query.pop("page", None)
    return f"{query.urlencode()}&" if query else ""


def _calling(request: HttpRequest) -> dict[str, Any]:
    """Returns the template context of pages that can start a call."""
    agents = list(Agent.objects.filter(is_active=True))
    asked = request.GET.get("agent", "")
    chosen = next((agent for agent in agents if agent.slug == asked), None)
    fallback = next((agent for agent in agents if agent.is_default), agents[0] if agents else None)
    picked = chosen or fallback
    cards = [view_models.agent_card(agent) for agent in agents]
    notes = [wording.recogniser_in_use(agent.recogniser) for agent in agents]
    return {
        "agents": cards,
        "chosen": view_models.agent_card(picked) if picked else None,
        "unknown_agent": asked if asked and chosen is None else "",
        "recognisers": list(zip(cards, notes, strict=True)),
        "call_config": _call_config(),
        "may_record": settings.VOICE["RECORDING"],
    }


def _call_config() -> dict[str, Any]:
    return {
        "signaling": "/signaling",
        "iceServers": reverse("api:ice-servers"),
        "media": "/ws/voice",
        "notice": wording.NOTICE,
        "callPage": reverse("call"),
        "detailPage": reverse("call_detail", args=[PLACEHOLDER]),
        "segments": reverse("api:segments", args=[PLACEHOLDER]),
        "call": reverse("api:call", args=[PLACEHOLDER]),
        "login": reverse("login"),
    }


def _has_sound(found: Call) -> bool:
    return redactions.is_ready(view_models.recording_of(found))


def _transcript(request: HttpRequest, found: Call) -> parted.PartedTranscript:
    wanted = one_line(clean(request.GET.get("q", ""))[:MOST_WANTED])
    typists = live_desk.may_see_typists(request.user, found)
    name = view_models.agent_name(found)
    return parted.PartedTranscript(found, name, wanted, typists=typists)


def _part(request: HttpRequest, found: Call, asked: call_parts.Asked) -> dict[str, Any]:
    """Returns the lines or answers that a part has, and what it takes to show them."""
    transcript = _transcript(request, found)
    context = {
        "call": found,
        "recording_ready": redactions.is_ready(view_models.recording_of(found)),
        "may_correct": _may_correct(request, found),
    }
    if asked.kind == call_parts.LINES:
        return {**context, "lines": transcript.lines(asked)}
    return {**context, "waterfall": _answers(found, transcript, asked)[0]}


def _answers(
    found: Call, transcript: parted.PartedTranscript, asked: call_parts.Asked
) -> tuple[waterfalls.Waterfall | None, list[call_parts.Later]]:
    fall = waterfalls.of(turns.answers_of(found), transcript.turn_seqs)
    return call_parts.answers(fall, asked)


def _may_correct(request: HttpRequest, found: Call) -> bool:
    return not found.is_live and corrections.may_correct(request.user, found)


def _detail(request: HttpRequest, found: Call, asked: call_parts.Asked) -> dict[str, Any]:
    audio, summary = view_models.recording_of(found), view_models.summary_of(found)
    agent, transcript = view_models.agent_name(found), _transcript(request, found)
    copies = audio_copies.of(found)
    outdated = summaries.is_outdated(summary, transcript.revision)
    waterfall, answers_later = _answers(found, transcript, asked)
    starts = transcript.starts
    extraction = extractions.of_call(found)
    refused = review_refusals.take(request.session, found)
    return {
        "call": found,
        "review": review_panel.panel(found, request.user, refused),
        "row": view_models.call_row(found),
        "agent_name": agent,
        "lines": transcript.lines(asked),
        "lines_later": transcript.later(asked),
        "unsure": transcript.unsure,
        "gap_after": transcript.gap_after,
        "waterfall": waterfall,
        "answers_later": answers_later,
        "notes": talking.notes(Note.objects.filter(call=found), starts),
        "recording": audio,
        "audio_copies": copies,
        "audio_under_way": audio_copies.any_under_way(copies),
        "recording_ready": redactions.is_ready(audio),
        "audio_url": f"{reverse('recording', args=[found.public_id])}?on=page",
        "heard_url": f"{reverse('heard', args=[found.public_id])}?on=page",
        "silent_sides": view_models.silent_sides(audio, transcript.rows),
        "summary": summary,
        "told": summary_display.view_of(summary, starts) if summary else None,
        "extraction": extraction,
        "taken": extractions.shown(extraction, starts) if extraction else [],
        "summary_versions": summary_versions.of_call(found),
        "speakers": view_models.speaker_shares(summary.speakers, agent) if summary else [],
        "may_correct": _may_correct(request, found),
        "may_summarise": summaries.may_ask_again(request.user, found, outdated=outdated),
        "outdated": outdated,
        "may_share": not found.is_live and sharing.may_share(request.user, found),
        "may_erase": erasure.may_erase(request.user, found) and not found.is_live,
        "usage": usage_panel.panel(found, request.user),
        "end_reason": view_models.end_reason(found),
        "recogniser": _recogniser_of(found),
        "exports": [
            (form.label, name, reverse("api:transcript", args=[found.public_id, name]))
            for name, form in FORMATS.items()
            if form.label
        ],
        "detail_config": _detail_config(found, audio, summary, copies),
    }


def _recogniser_of(found: Call) -> wording.RecogniserNote:
    """Returns what writes in a live call; of an ended one only what its settings named is known."""
    name = wording.recogniser_in_use if found.is_live else wording.recogniser_note
    return name(found.recogniser)


def _detail_config(
    found: Call, audio: Recording | None, summary: Summary | None, copies: audio_copies.Copies
) -> dict[str, Any]:
    return {
        "id": found.public_id,
        "live": found.is_live,
        "owed": view_models.is_work_under_way(found, audio, summary)
        or audio_copies.any_under_way(copies),
        "state": found.state,
        "agentName": view_models.agent_name(found),
        "recordingState": audio.state if audio else "",
        "summaryState": summary.state if summary else "",
        "audioStates": {form: copy.state for form, copy in copies.items() if copy},
        "callUrl": reverse("api:call", args=[found.public_id]),
        "segmentsUrl": reverse("api:segments", args=[found.public_id]),
        "liveSocket": f"/ws/calls/{found.public_id}/live",
        "durationMs": found.duration_ms,
        "peaks": audio.peaks if audio else [],
    }
