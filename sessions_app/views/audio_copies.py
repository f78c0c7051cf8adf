"""A call's recording in another format: asked for by a click, then downloaded."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from sessions_app.engine.core.errors import UnknownCallError
from sessions_app.models import AudioFormat, Call
from sessions_app.services import access, audio_copies
from sessions_app.views import players


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def audio(request: HttpRequest, public_id: str, form: str) -> HttpResponseBase:
    """The recording as `form`: POST has it made, GET saves it once it is there."""
    call = _visible(request, public_id)
    if form not in AudioFormat.values:
        raise Http404
    if request.method == "POST":
        try:
            audio_copies.ask(call, request.user, form)
        except audio_copies.NoRecordingError as error:
            raise Http404(error.message) from error
        return redirect("call_detail", public_id=public_id)
    row = audio_copies.of(call)[form]
    if row is None or not row.is_ready:
        raise Http404
    where = f"recording as {form} {players.page_of(request) or players.ON_THE_PAGE}"
    return audio_copies.response(request, row, call, request.user, where)


def _visible(request: HttpRequest, public_id: str) -> Call:
    try:
        return access.call_for(request.user, public_id)
    except UnknownCallError as error:
        raise Http404(error.message) from error
