"""The ASGI application: HTTP goes to Django, WebSockets to the consumers."""

import os
from collections import Counter

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "voicesite.settings")

from asgiref.sync import SyncToAsync, ThreadSensitiveContext
from asgiref.typing import (
    ASGI3Application,
    ASGIReceiveCallable,
    ASGISendCallable,
    Scope,
)
from channels.routing import ProtocolTypeRouter, URLRouter
from django.core.asgi import get_asgi_application
from django.urls import re_path

# Django must be set up before anything that touches its models is imported.
django_application = get_asgi_application()

from django.conf import settings  # noqa: E402

from sessions_app.routing import websocket_urlpatterns  # noqa: E402
from voicesite import urls  # noqa: E402, F401 - a second of imports, before the first request waits

CLOSE_NOT_FOUND = 4404
"""Close code, from HTTP's 404: docs/protocol.md."""

SOCKET_THREADS = 4
"""Each has a database connection. Fewer let a slow query delay more sockets."""


class SocketThreads:
    """Spreads the synchronous work of WebSockets over a few threads.

    Without it all sockets share one thread, and a slow query of one of them delays every
    other. A thread for each socket would cost each a database connection; so each socket is
    given the least used of `size` lanes, whose thread is made when it is first needed. A
    lane is never closed: a task that outlives its socket may go on using it.
    """

    def __init__(self, inner: ASGI3Application, size: int = SOCKET_THREADS) -> None:
        self._inner = inner
        self._lanes = [ThreadSensitiveContext() for _ in range(size)]
        self._sockets: Counter[ThreadSensitiveContext] = Counter()

    async def __call__(
        self, scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable
    ) -> None:
        lane = min(self._lanes, key=self._sockets.__getitem__)
        self._sockets[lane] += 1
        token = SyncToAsync.thread_sensitive_context.set(lane)
        try:
            await self._inner(scope, receive, send)
        finally:
            SyncToAsync.thread_sensitive_context.reset(token)
            self._sockets[lane] -= 1


async def no_such_socket(
    _scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable
) -> None:
    """Accepts and closes with 4404: a refused handshake would show as 1006 in a browser."""
    await receive()
    await send({"type": "websocket.accept", "subprotocol": None, "headers": []})
    await send(
        {
            "type": "websocket.close",
            "code": CLOSE_NOT_FOUND,
            "reason": "There is no WebSocket at this address.",
        }
    )


# Doors take different proofs of who is calling, so consumers authenticate their own sockets.
application: ASGI3Application = ProtocolTypeRouter(
    {
        "http": django_application,
        "websocket": SocketThreads(
            URLRouter([*websocket_urlpatterns, re_path(r"", no_such_socket)])  # type: ignore[arg-type]
        ),
    }
)

if settings.VOICE["ROLE"] == "web":
    from sessions_app.proxy.relay import Relay  # only there: it loads an HTTP client

    application = Relay(application)
