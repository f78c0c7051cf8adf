"""Which consumer answers which socket."""

from channels.sessions import CookieMiddleware, SessionMiddleware
from django.urls import re_path

from sessions_app.consumers.live import LiveConsumer
from sessions_app.consumers.signaling import SignalingConsumer


def _with_session(consumer: type) -> object:
    """Wraps a consumer so that the cookie's session can be read; nothing is loaded yet."""
    return CookieMiddleware(SessionMiddleware(consumer.as_asgi()))  # type: ignore[attr-defined]


websocket_urlpatterns = [
    re_path(r"^signaling/?$", _with_session(SignalingConsumer)),  # type: ignore[arg-type]
    re_path(
        r"^ws/calls/(?P<call_id>[\w-]{8,32})/live/?$",
        _with_session(LiveConsumer),  # type: ignore[arg-type]
    ),
]
