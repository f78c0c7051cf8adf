"""The page of one of a call's summaries: what it said before it was made again."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from sessions_app.engine.core.errors import UnknownCallError
from sessions_app.models import AccessLog, Segment
from sessions_app.services import access, summary_display, summary_versions
from sessions_app.services.visit_log import note_visit


@login_required
@require_safe
def summary_version(request: HttpRequest, public_id: str, number: int) -> HttpResponse:
    """Shows one summary, with links to the places of the call that it rests on."""
    try:
        call = access.call_for(request.user, public_id)
    except UnknownCallError as error:
        raise Http404(error.message) from error
    found = summary_versions.of_call(call).filter(number=number).first()
    if found is None:
        raise Http404
    note_visit(call, request.user, AccessLog.Action.READ, f"summary {number}")
    starts = dict(Segment.objects.filter(call=call).values_list("seq", "start_ms"))
    context = {
        "call": call,
        "version": found,
        "told": summary_display.view_of(found, starts),
        "versions": summary_versions.of_call(call),
    }
    return render(request, "pages/summary_version.html", context)
