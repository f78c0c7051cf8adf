"""Exports: asking for all of one's own data on the account page, and downloading what was made."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from sessions_app.engine.text.cleaning import clean
from sessions_app.models import Archive
from sessions_app.services import archives


@login_required
@require_POST
def ask(request: HttpRequest) -> HttpResponse:
    """Has all that is the user's made into a file; the account page says when it is there."""
    archives.ask_own(request.user, request.user)
    return redirect("account")


@login_required
@require_safe
def download(request: HttpRequest, public_id: str) -> HttpResponseBase:
    """An export that the user asked for, whole or by range; once it is there, and for its days."""
    row = Archive.objects.filter(public_id=clean(public_id)).select_related("subject").first()
    if row is None or not row.is_ready or not archives.may_download(row, request.user):
        raise Http404
    return archives.response(request, row)
