"""The product's addresses, and what is measured inside it."""

from django.http import HttpRequest, JsonResponse
from django.urls import path

from bench.load import watching
from bench.load.peers import common
from voicesite.urls import urlpatterns as product

watching.watch_frames()


async def stats(request: HttpRequest) -> JsonResponse:  # noqa: ARG001 - Django's contract
    """Returns the counts of frames, and the loop's lag since this was asked before."""
    watching.watch_loop()
    return JsonResponse(common.stats())


urlpatterns = [path("bench/stats", stats), *product]
