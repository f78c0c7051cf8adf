"""The list of calls as a file."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone
from django.views.decorators.http import require_safe

from sessions_app.services import access, call_lists
from sessions_app.services.finding.panel import Panel
from sessions_app.services.streaming import attachment
from sessions_app.views import players


@login_required
@require_safe
def calls_csv(request: HttpRequest) -> HttpResponseBase:
    """The visible calls that fit the search and filters of the page, newest first."""
    if request.method == "HEAD":
        return HttpResponse(content_type=call_lists.MEDIA_TYPE)
    visible = access.visible_calls(request.user)
    found = Panel(request, visible).narrow(visible.order_by("-created_at", "-pk"))
    pieces = call_lists.as_csv(found, request.user, players.ON_THE_PAGE)
    name = f"calls-{timezone.localtime():%Y%m%d-%H%M%S}.csv"
    return attachment(request, pieces, call_lists.MEDIA_TYPE, name)
