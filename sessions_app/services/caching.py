"""Keeps answers out of caches, unless their view says that they are for everybody."""

from collections.abc import Awaitable, Callable
from typing import Any

from asgiref.sync import iscoroutinefunction
from django.http import HttpRequest, HttpResponseBase
from django.utils.decorators import sync_and_async_middleware

NOBODY = "private, no-store"
PUBLIC_REVALIDATED = "public, no-cache"
"""Any cache may keep it, but must check by its entity tag whether it is still current."""


@sync_and_async_middleware
def private_answers(get_response: Any) -> Any:
    """Keeps every answer out of caches and out of the Back button, but those marked `public`.

    Transcripts, recordings and whole pages would stay on a shared computer after signing out
    (RFC 9111, 5.2.2.5). Static files and what views mark as public are left as they are.
    """
    if iscoroutinefunction(get_response):

        async def asynchronous(request: HttpRequest) -> HttpResponseBase:
            answer: Callable[[HttpRequest], Awaitable[HttpResponseBase]] = get_response
            return _marked(await answer(request))

        return asynchronous

    def synchronous(request: HttpRequest) -> HttpResponseBase:
        return _marked(get_response(request))

    return synchronous


def _marked(response: HttpResponseBase) -> HttpResponseBase:
    said = response.headers.get("Cache-Control", "").lower().split(",")
    if "public" not in [part.strip() for part in said]:
        response.headers["Cache-Control"] = NOBODY
    return response
