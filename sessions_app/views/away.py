"""Responses while the database does not answer."""

import sys
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.views.defaults import page_not_found, server_error

from sessions_app.engine.core.errors import UnknownCallError
from sessions_app.services.database import RETRY_AFTER_S, busy, is_away

API = "/api/v1/"
FAILED = "The server could not handle this request. Its log says why."


class DatabaseAway:
    """Middleware: answers 503 while the database is unavailable, and 404 for an unknown call."""

    sync_capable = async_capable = True

    def __init__(self, get_response: Any) -> None:
        self._get_response = get_response
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> Any:
        return self._get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Handles errors of views; `failed` handles those of middleware."""
        if isinstance(error, UnknownCallError):  # erased since the view looked it up
            return page_not_found(request, error)
        return _unavailable(request) if is_away(error) else None


def failed(request: HttpRequest) -> HttpResponse:
    """Answers errors that nothing else has handled (`handler500`).

    Middleware that uses the database around the view, as sessions do, may find it gone, too; no
    other middleware sees what it raises.
    """
    error = sys.exception()
    if isinstance(error, Exception) and is_away(error):
        return _unavailable(request)
    if request.path.startswith(API):
        return JsonResponse({"code": "internal_error", "message": FAILED}, status=500)
    return server_error(request)


def _unavailable(request: HttpRequest) -> HttpResponse:
    """Returns 503 with Retry-After; a sign-out takes effect in this browser all the same.

    The page is rendered without the request, whose user would be read from the database.
    """
    after = {"Retry-After": str(RETRY_AFTER_S)}
    if request.path.startswith(API):
        error = {"code": "busy", "message": busy().message}
        return JsonResponse(error, status=503, headers=after)
    leaves = request.resolver_match is not None and request.resolver_match.url_name == "logout"
    page = render_to_string("503.html", {"seconds": RETRY_AFTER_S, "leaves": leaves})
    response = HttpResponse(page, status=503, headers=after)
    if leaves:
        response.delete_cookie(
            settings.SESSION_COOKIE_NAME,
            path=settings.SESSION_COOKIE_PATH,
            domain=settings.SESSION_COOKIE_DOMAIN,
            samesite=settings.SESSION_COOKIE_SAMESITE,
        )
    return response
