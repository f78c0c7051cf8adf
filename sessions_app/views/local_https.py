"""HTTPS of our own in a local network: HTTP leads to it, and the authority can be fetched."""

from collections.abc import Awaitable, Callable
from ipaddress import ip_address
from typing import Any

from asgiref.sync import iscoroutinefunction
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.utils.decorators import sync_and_async_middleware
from django.views.decorators.http import require_safe

from sessions_app.server import certificates

AUTHORITY_PATH = "/voicesite-ca.crt"
PLAIN = (AUTHORITY_PATH, "/healthz", "/readyz")
"""What is answered over HTTP, too: a phone cannot trust us before it has the authority."""

LOCALHOST = ("localhost",)


@sync_and_async_middleware
def to_https(get_response: Any) -> Any:
    """Redirects what comes over HTTP from elsewhere; on this machine browsers trust HTTP."""
    if iscoroutinefunction(get_response):

        async def asynchronous(request: HttpRequest) -> HttpResponseBase:
            answer: Callable[[HttpRequest], Awaitable[HttpResponseBase]] = get_response
            return _redirected(request) or await answer(request)

        return asynchronous

    def synchronous(request: HttpRequest) -> HttpResponseBase:
        return _redirected(request) or get_response(request)

    return synchronous


@require_safe
def authority(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - Django's contract
    """The certificate of this installation's own authority, as phones install it."""
    path = certificates.files(settings.VOICE_HTTPS_DIR).authority
    if not settings.VOICE_HTTPS_PORT or not path.exists():
        raise Http404
    name = {"Content-Disposition": 'attachment; filename="voicesite-ca.crt"'}
    der = certificates.as_der(path)
    return HttpResponse(der, content_type="application/x-x509-ca-cert", headers=name)


def _redirected(request: HttpRequest) -> HttpResponse | None:
    if request.is_secure() or request.path in PLAIN:
        return None
    host = request.get_host()  # one of ALLOWED_HOSTS
    name = host if host.endswith("]") else host.rpartition(":")[0] or host
    if _is_here(name.strip("[]")):
        return None
    target = f"https://{name}:{settings.VOICE_HTTPS_PORT}{request.get_full_path()}"
    return HttpResponseRedirect(target)


def _is_here(name: str) -> bool:
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return name in LOCALHOST
