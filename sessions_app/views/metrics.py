"""Metrics for Prometheus, for who has the token."""

import hmac

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from sessions_app.runtime.monitoring.exposition import CONTENT_TYPE
from sessions_app.runtime.monitoring.gathering import Gathering

PLAIN = "text/plain; charset=utf-8"
OFF = "Metrics are off. Set METRICS_TOKEN on the server to turn them on (docs/metrics.md).\n"
REFUSED = (
    "This needs the server's METRICS_TOKEN, as the header `Authorization: Bearer …` "
    "(`authorization.credentials_file` in prometheus.yml; docs/metrics.md).\n"
)

_gathering = Gathering()


@require_safe
async def metrics(request: HttpRequest) -> HttpResponse:
    """Answers 200 with the metrics, 401 without the token, 404 where no token is set.

    With `?own=1` it gives those of this process alone.
    """
    if not settings.METRICS_TOKEN:
        return HttpResponse(OFF, status=404, content_type=PLAIN)
    header = request.headers.get("Authorization", "")
    if not _is_right(header):
        refused = HttpResponse(REFUSED, status=401, content_type=PLAIN)
        refused["WWW-Authenticate"] = 'Bearer realm="metrics"'
        return refused
    alone = request.GET.get("own") == "1"
    return HttpResponse(await _gathering.text(header, alone=alone), content_type=CONTENT_TYPE)


def _is_right(header: str) -> bool:
    """Returns whether a header has the token; takes as long for any other."""
    scheme, _, token = header.partition(" ")
    given, wanted = token.strip().encode(), settings.METRICS_TOKEN.encode()
    return scheme.lower() == "bearer" and hmac.compare_digest(given, wanted)
