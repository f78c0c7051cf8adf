"""Saved views on the pages: saved from the list of calls, renamed, shared and deleted."""

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from sessions_app.models import SavedView
from sessions_app.services import access, saved_views
from sessions_app.services.finding.panel import Panel, labels_of
from sessions_app.services.saved_views import ViewRefusedError, ViewWish

BAD = 400
"""HTTP status."""


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def views(request: HttpRequest) -> HttpResponse:
    """The user's views, and a form that saves the filters of the address as one of them.

    POST saves them under a new name, or in place of what the view `into` found.
    """
    refused: Mapping[str, str] = {}
    if request.method == "POST":
        try:
            _save(request)
            return redirect("saved_views")
        except ViewRefusedError as error:
            refused = {error.field: error.message}
    return _page(request, {"refused": refused, "name": request.POST.get("name", "")})


@login_required
@require_POST
def change(request: HttpRequest, number: int) -> HttpResponse:
    """Renames a view, and shares it or no longer."""
    view = _own(request, number)
    shared = "shared" in request.POST
    wish = ViewWish(request.POST.get("name", ""), view.query, shared)
    try:
        saved_views.save(request.user, wish, view)
    except ViewRefusedError as error:
        return _page(request, {"wrong": number, "why": error.message})
    return redirect("saved_views")


@login_required
@require_POST
def delete(request: HttpRequest, number: int) -> HttpResponse:
    """Deletes a view."""
    _own(request, number).delete()
    return redirect("saved_views")


def _save(request: HttpRequest) -> None:
    query = request.GET.urlencode()
    into = request.POST.get("into", "")
    if into:
        view = _own(request, int(into) if into.isascii() and into.isdecimal() else 0)
        saved_views.save(request.user, ViewWish(view.name, query, view.shared), view)
        return
    shared = "shared" in request.POST
    saved_views.save(request.user, ViewWish(request.POST.get("name", ""), query, shared))


def _own(request: HttpRequest, number: int) -> SavedView:
    """Returns a view that the user may change; raises Http404 for any other."""
    found = saved_views.views_for(request.user).filter(pk=min(number, 2**63 - 1)).first()
    if found is None or not saved_views.may_change(request.user, found):
        raise Http404
    return found


def _page(request: HttpRequest, more: Mapping[str, Any]) -> HttpResponse:
    panel = Panel(request, access.visible_calls(request.user))
    rows = [
        (view, saved_views.may_change(request.user, view), labels_of(view.query))
        for view in saved_views.views_for(request.user)
    ]
    context = {
        "panel": panel,
        "rows": rows,
        "has_own": any(mine for _, mine, _ in rows),
        "may_share": saved_views.may_share(request.user),
        **more,
    }
    status = BAD if request.method == "POST" else None
    return render(request, "pages/saved_views.html", context, status=status)
