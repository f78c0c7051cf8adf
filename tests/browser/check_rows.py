"""A kept check of a connection, for the states of pages."""

from typing import Any


def a_check(user: Any) -> int:
    """Keeps results with every kind of outcome and figure; returns their key."""
    from sessions_app.services import connection_checks

    figures = {"connectMs": 120.0, "roundTripMs": 35.5, "lossUp": 0.01, "lossDown": 0.0}
    given: list[dict[str, Any]] = [
        {"step": "microphone", "result": "pass", "reason": "ok", "figures": {"level": 0.6}},
        {"step": "loudspeaker", "result": "fail", "reason": "measured", "figures": {"echoDb": 31}},
        {"step": "udp", "result": "fail", "reason": "no-way", "figures": {}},
        {"step": "relay-tls", "result": "skipped", "reason": "not-configured", "figures": {}},
        {"step": "socket", "result": "pass", "reason": "fair", "figures": figures},
    ]
    results = connection_checks.read([one | {"tookMs": 5400} for one in given])
    return connection_checks.keep(user, results, "Firefox/140.0").pk
