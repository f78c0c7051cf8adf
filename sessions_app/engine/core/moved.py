"""Where classes and functions are now that settings may still name by an earlier place."""

import re

_MOVED = re.compile(r"sessions_app\.(?=(?:agent|core|exports|media|speech|summaries|transports)\.)")


def current_path(dotted: str) -> str:
    """Returns the path of today for a dotted path in VOICE.

    The engine's rooms once lay in `sessions_app` itself; settings that name them there go on
    working: `current_path("sessions_app.speech.vad.silero.SileroVad")`.
    """
    return _MOVED.sub("sessions_app.engine.", dotted, count=1) if _MOVED.match(dotted) else dotted
