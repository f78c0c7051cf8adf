"""Which consumer answers which socket."""

from typing import Any

from channels.sessions import CookieMiddleware, SessionMiddleware
from django.urls import re_path

from sessions_app.consumers.desk import DeskConsumer
from sessions_app.consumers.live import LiveConsumer
from sessions_app.consumers.signaling import SignalingConsumer
from sessions_app.consumers.streaming import StreamingConsumer
from sessions_app.consumers.vosk import VoskConsumer

TICKET = r"(?:t/(?P<ticket>[\w:.-]{16,300})/)?"
"""Clients that can set no header, and append their own path, come this way."""


def _with_session(consumer: Any) -> Any:
    """Returns the consumer's application with the cookie's session at hand, not yet read."""
    return CookieMiddleware(SessionMiddleware(consumer.as_asgi()))


websocket_urlpatterns = [
    re_path(rf"^{TICKET}signaling/?$", _with_session(SignalingConsumer)),
    re_path(rf"^{TICKET}ws/voice/?$", _with_session(StreamingConsumer)),
    re_path(rf"^{TICKET}(?:vosk/?)?$", _with_session(VoskConsumer)),
    re_path(r"^ws/calls/(?P<call_id>[\w-]{8,32})/live/?$", _with_session(LiveConsumer)),
    re_path(r"^ws/calls/(?P<call_id>[\w-]{8,32})/desk/?$", _with_session(DeskConsumer)),
]
