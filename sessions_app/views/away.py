"""What people are told while the database does not answer."""

from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from sessions_app.services.database import RETRY_AFTER_S, is_away


class DatabaseAway:
    """Middleware: answers with 503 where a page met a database that is locked or gone."""

    sync_capable = async_capable = True

    def __init__(self, get_response: Any) -> None:
        self._get_response = get_response
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> Any:
        return self._get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Says when to try again. Who signs out is signed out in this browser all the same.

        The page is rendered without the request: its user would be read from the database.
        """
        if not is_away(error):
            return None
        leaves = request.resolver_match is not None and request.resolver_match.url_name == "logout"
        page = render_to_string("503.html", {"seconds": RETRY_AFTER_S, "leaves": leaves})
        response = HttpResponse(page, status=503, headers={"Retry-After": str(RETRY_AFTER_S)})
        if leaves:
            response.delete_cookie(
                settings.SESSION_COOKIE_NAME,
                path=settings.SESSION_COOKIE_PATH,
                domain=settings.SESSION_COOKIE_DOMAIN,
                samesite=settings.SESSION_COOKIE_SAMESITE,
            )
        return response
