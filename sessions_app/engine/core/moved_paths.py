"""Where classes and functions are now that settings may still name by an earlier place."""

_ENGINE = "sessions_app.engine."
_BEFORE_ENGINE = ("agent", "core", "exports", "media", "speech", "summaries", "transports")
"""Rooms of today's engine that once lay in `sessions_app` itself."""

_MOVED = {
    "agent.barge_ins": "turns.interruption",
    "agent.endpointers": "turns.endpointing",
    "speech.recognisers": "stt.engines",
    "speech.recognisers.wrappers": "stt.wrappers",
    "speech.recognisers.wrappers.steady.Steady": "stt.wrappers.stable_interims.StableInterims",
    "speech.synthesisers": "tts.engines",
    "speech.turn_models": "turns.turn_models",
    "speech.vad": "audio.vad",
    # modules of one class that became packages
    "agent.responders.chat.ChatResponder": "agent.responders.chat.responder.ChatResponder",
    "agent.responders.scribe.ScribeResponder": "agent.responders.scribe.responder.ScribeResponder",
}
"""What settings can name in the engine: its earlier place, and its place today."""


def current_path(dotted: str) -> str:
    """Returns the path of today for a dotted path in VOICE.

    Settings that name an earlier place go on working: of "sessions_app.speech.vad.silero.SileroVad"
    it is "sessions_app.engine.audio.vad.silero.SileroVad".
    """
    place = _below_engine(dotted)
    if place is None:
        return dotted
    for before in sorted(_MOVED, key=len, reverse=True):
        if place == before or place.startswith(before + "."):
            return _ENGINE + _MOVED[before] + place.removeprefix(before)
    return _ENGINE + place


def _below_engine(dotted: str) -> str | None:
    """Returns the path below the engine's package; None for what is no part of it."""
    if dotted.startswith(_ENGINE):
        return dotted.removeprefix(_ENGINE)
    package, _, place = dotted.partition(".")
    if package == "sessions_app" and place.partition(".")[0] in _BEFORE_ENGINE:
        return place
    return None
