"""Keeps the addresses of links, which hold their secret, to who has them."""

from collections.abc import Awaitable, Callable
from typing import Any

from asgiref.sync import iscoroutinefunction
from django.http import HttpRequest, HttpResponseBase
from django.utils.decorators import sync_and_async_middleware

BELOW = ("/s/", "/password/")
"""Share links, and links that set a password."""

HEADERS = {
    "X-Robots-Tag": "noindex, nofollow, noarchive, nosnippet",
    # never a path, not even to our own pages, whose requests a proxy may log; with no-referrer a
    # form's Origin would be "null" (Fetch, 3.2), which Django's CSRF check refuses
    "Referrer-Policy": "strict-origin",
}


@sync_and_async_middleware
def unlisted(get_response: Any) -> Any:
    """Asks search engines to leave all answers below BELOW alone, and browsers not to name them.

    Also errors, wherever they come from: a link that does not work now may work again later.
    """
    if iscoroutinefunction(get_response):

        async def asynchronous(request: HttpRequest) -> HttpResponseBase:
            answer: Callable[[HttpRequest], Awaitable[HttpResponseBase]] = get_response
            return _marked(request, await answer(request))

        return asynchronous

    def synchronous(request: HttpRequest) -> HttpResponseBase:
        return _marked(request, get_response(request))

    return synchronous


def _marked(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    if request.path.startswith(BELOW):
        for name, value in HEADERS.items():
            response.headers[name] = value
    return response
