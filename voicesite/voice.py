"""The setting VOICE: the voice engine's. docs/settings.md explains each key."""

import re
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from sessions_app.engine.stt.moonshine.files import installed as moonshine_is_installed
from voicesite import prices
from voicesite.reading import choice, read, within

EMBEDDED = ("moonshine", "pocketsphinx")
"""The better one first; it is not to be had for every machine."""

FOR_RECORDINGS = ("whisper", "moonshine", "thorough")
"""Who listens to recordings, the best in noise first (docs/campaigns/recordings.md)."""

SMALLEST_PICTURE = 16
"""Pixels: a codec takes no smaller pictures."""

ENGINES = "sessions_app.engine.stt.engines"
WRAPPERS = "sessions_app.engine.stt.wrappers"
INTERRUPTION = "sessions_app.engine.turns.interruption"
VOICES = "sessions_app.engine.tts.engines"
VADS = "sessions_app.engine.audio.vad"
MODEL_SUMMARISER = "sessions_app.engine.understanding.summariser.ModelSummariser"
TOOLS = {
    name: {"PATH": f"sessions_app.engine.agent.tools.{name}", "TIMEOUT_S": 5}
    for name in ("end_call", "take_note", "earlier_calls")
}


def _chat() -> dict[str, Any]:
    """Returns the responder `chat` where a language model is named."""
    model: str = read("str", "CHAT_MODEL", "")
    if not model:
        return {}
    options = {
        "model": model,
        "base_url": read("str", "CHAT_URL", "") or None,
        "api_key": read("str", "CHAT_API_KEY", "none"),
        "tools": list(TOOLS),
        "known_tools": TOOLS,
        "ask_usage": read("bool", "CHAT_USAGE", False),
    }
    backend = "sessions_app.engine.agent.responders.chat.responder.ChatResponder"
    return {"chat": {"BACKEND": backend, "OPTIONS": options}}


def voice(var_dir: Path, time_zone: str) -> dict[str, Any]:
    """Returns what the engine runs with; its files go below `var_dir`."""
    return {
        "ROLE": choice("VOICE_ROLE", ("all", "web", "media")),
        "RUN_DIR": read("str", "VOICE_RUN_DIR", str(var_dir / "run")),
        "LANES_DIR": read("str", "VOICE_LANES_DIR", str(var_dir / "lanes")),
        **_limits(),
        **_network(),
        **_listening(),
        **_answering(time_zone),
        **_understanding(),
        "MAIL": _mail(),
    }


def _mail() -> dict[str, Any]:
    """Returns the server that takes mail; without a HOST none is sent."""
    return {
        "HOST": read("str", "MAIL_HOST", ""),
        "PORT": within("MAIL_PORT", 587, 1, 65_535),
        "SECURITY": choice("MAIL_SECURITY", ("starttls", "tls", "none")),
        "USER": read("str", "MAIL_USER", ""),
        "PASSWORD": read("str", "MAIL_PASSWORD", ""),
        "FROM": read("str", "MAIL_FROM", ""),
    }


def _limits() -> dict[str, Any]:
    return {
        "MAX_CALLS": read("int", "VOICE_MAX_CALLS", 50),
        "MAX_LAG_MS": read("float", "VOICE_MAX_LAG_MS", 100.0),
        "MAX_CALL_S": within("VOICE_MAX_CALL_S", 4 * 3600, 1, 10 * 365 * 86_400),
        "RESULTS_INPUT_S": 2.0,
        "IDLE_S": read("int", "VOICE_IDLE_S", 0),
        "DRAIN_S": within("VOICE_DRAIN_S", 0, 0, 86_400),
        "CALLS_PER_USER": read("int", "VOICE_CALLS_PER_USER", 10),
        "CALLS_PER_ADDRESS": read("int", "VOICE_CALLS_PER_ADDRESS", 50),
        "REQUESTS_PER_ADDRESS": read("int", "VOICE_REQUESTS_PER_ADDRESS", 1800),
        "CONNECTIONS_PER_ADDRESS": read("int", "VOICE_CONNECTIONS_PER_ADDRESS", 500),
        "OFFERS_PER_USER": read("int", "VOICE_OFFERS_PER_USER", 60),
        "OFFERS_PER_ADDRESS": read("int", "VOICE_OFFERS_PER_ADDRESS", 120),
        "CANDIDATES_PER_USER": read("int", "VOICE_CANDIDATES_PER_USER", 1200),
        "CANDIDATES_PER_ADDRESS": read("int", "VOICE_CANDIDATES_PER_ADDRESS", 2400),
        "SOCKETS_PER_USER": read("int", "VOICE_SOCKETS_PER_USER", 50),
        "SOCKETS_PER_ADDRESS": read("int", "VOICE_SOCKETS_PER_ADDRESS", 250),
        "SOCKET_IDLE_S": read("int", "VOICE_SOCKET_IDLE_S", 60),
        "KEYS": {
            "PAUSE_S": read("float", "VOICE_KEYS_PAUSE_S", 2.0),
            "END": read("str", "VOICE_KEYS_END", "#"),
        },
        **_messages(),
        "TRUSTED_PROXIES": read("int", "VOICE_TRUSTED_PROXIES", 0),
        "VOSK_USER": read("str", "VOICE_VOSK_USER", ""),
        "VOSK_NETWORKS": read("list", "VOICE_VOSK_NETWORKS", ["127.0.0.0/8", "::1/128"]),
        "MIN_FREE_MB": read("float", "VOICE_MIN_FREE_MB", 100.0),
        "WORKER_SILENT_S": read("float", "VOICE_WORKER_SILENT_S", 60.0),
        "RECORDING": read("bool", "VOICE_RECORDING", True),
        "RECORDINGS_KEEP_DAYS": read("int", "RECORDINGS_KEEP_DAYS", 0),
        "TEXT_KEEP_DAYS": read("int", "TEXT_KEEP_DAYS", 0),
        "EXPORT_KEEP_DAYS": read("int", "EXPORT_KEEP_DAYS", 7),
        "ERASE_BY_OWNER": read("bool", "ERASE_BY_OWNER", False),
        "LIVE_LISTENING_NOTICE": read("bool", "LIVE_LISTENING_NOTICE", True),
        "CORRECT_BY_OWNER": read("bool", "CORRECT_BY_OWNER", True),
        "REVIEW_FOR_OWNER": read("list", "REVIEW_FOR_OWNER", []),
        "SHARE_BY_OWNER": read("bool", "SHARE_BY_OWNER", True),
        "TOKENS_BY_USERS": read("bool", "TOKENS_BY_USERS", True),
    }


def _messages() -> dict[str, Any]:
    """Returns how much a client may send, and an agent write down."""
    return {
        "MESSAGES_PER_SOCKET": read("int", "VOICE_MESSAGES_PER_SOCKET", 2400),
        "MISTAKES_PER_SOCKET": read("int", "VOICE_MISTAKES_PER_SOCKET", 60),
        "AUDIO_MESSAGES_PER_CALL": read("int", "VOICE_AUDIO_MESSAGES_PER_CALL", 9000),
        "TEXTS_PER_CALL": read("int", "VOICE_TEXTS_PER_CALL", 180),
        "REQUESTS_PER_CALL": read("int", "VOICE_REQUESTS_PER_CALL", 240),
        "APP_MESSAGES_PER_CALL": read("int", "VOICE_APP_MESSAGES_PER_CALL", 1200),
        "RESUMES_PER_CALL": read("int", "VOICE_RESUMES_PER_CALL", 60),
        "NOTES_PER_CALL": read("int", "VOICE_NOTES_PER_CALL", 500),
        "CHARACTERS_PER_NOTE": read("int", "VOICE_CHARACTERS_PER_NOTE", 2000),
    }


def _network() -> dict[str, Any]:
    return {
        "ICE_SERVERS": read("list", "VOICE_ICE_SERVERS", []),
        "TURN": {
            "URLS": read("list", "VOICE_TURN_URLS", []),
            "SECRET": read("str", "VOICE_TURN_SECRET", ""),
            "TTL_S": within("VOICE_TURN_TTL_S", 3600, 60, 365 * 86_400),
        },
        "ICE_RELAY_ONLY": read("bool", "VOICE_ICE_RELAY_ONLY", False),
        "PUBLIC_ADDRESS": read("str", "VOICE_PUBLIC_ADDRESS", ""),
        "UDP_PORTS": read("str", "VOICE_UDP_PORTS", ""),
        "VIDEO": _video(),
        "MEDIA_PATH": choice("VOICE_MEDIA_PATH", ("own", "aiortc")),
        "AUDIO": {
            "BITRATE": within("VOICE_AUDIO_BITRATE", 32_000, 6_000, 510_000),
            "DTX": read("bool", "VOICE_AUDIO_DTX", False),
            "PTIME_MS": within("VOICE_AUDIO_PTIME_MS", 0, 10, 120),
            "RATE": within("VOICE_AUDIO_RATE", 16_000, 8_000, 48_000),
        },
    }


def _video() -> dict[str, Any]:
    """Returns how the callers' pictures are taken; nothing where they are not."""
    if not read("bool", "VOICE_VIDEO", False):
        return {}
    given: str = read("str", "VOICE_VIDEO_SIZE", "640x480")
    size = re.fullmatch(r"(\d{1,4})x(\d{1,4})", given)
    if size is None or min(int(size[1]), int(size[2])) < SMALLEST_PICTURE:
        raise ImproperlyConfigured(f"VOICE_VIDEO_SIZE={given!r} must be such as 640x480.")
    per_second: float = read("float", "VOICE_VIDEO_PER_SECOND", 5.0)
    if not per_second:
        raise ImproperlyConfigured(
            "VOICE_VIDEO_PER_SECOND must be more than 0; VOICE_VIDEO=0 takes none."
        )
    return {
        "SIZE": (int(size[1]), int(size[2])),
        "PER_SECOND": per_second,
        "FORMAT": "rgb24",
    }


def _recognisers() -> dict[str, Any]:
    """Returns the embedded recognisers, and the one of VOICE_RECOGNISER in front of them."""
    made = {**_embedded(), **_with_models()}
    chosen = choice(
        "VOICE_RECOGNISER",
        ("embedded", "moonshine", "pocketsphinx", "google", "openai", "vosk", "sherpa", "whisper"),
    )
    if chosen == "embedded":
        chosen = EMBEDDED[0 if "moonshine" in made and moonshine_is_installed() else 1]
    if chosen == "moonshine" and chosen not in made:
        raise ImproperlyConfigured("VOICE_RECOGNISER=moonshine contradicts VOICE_MOONSHINE=0.")
    if chosen in ("google", "openai"):
        made[chosen] = {"google": _google, "openai": _transcriptions}[chosen]()
    if chosen not in made:
        raise ImproperlyConfigured(
            f"VOICE_RECOGNISER={chosen} needs {chosen.upper()}_MODEL: the folder of a model, which "
            "manage.py fetch_model brings."
        )
    if chosen == "whisper":
        made[chosen]["WRAPPERS"] = _wrappers("retrying.Retrying")
    return {**made, "default": {"SAME_AS": chosen}}


def _embedded() -> dict[str, Any]:
    """Returns the recognisers that come with voicesite's packages."""
    wrappers = [*_denoised(), {"BACKEND": f"{WRAPPERS}.retrying.Retrying"}]
    workers, most_calls = read("int", "MOONSHINE_WORKERS", 0), read("int", "MOONSHINE_CALLS", 0)
    moonshine = {
        "BACKEND": f"{ENGINES}.moonshine.MoonshineRecogniser",
        "OPTIONS": {"workers": workers, "most_calls": most_calls},
        "WRAPPERS": _wrappers("retrying.Retrying"),
    }
    return {
        **({"moonshine": moonshine} if read("bool", "VOICE_MOONSHINE", True) else {}),
        "pocketsphinx": {
            "BACKEND": f"{ENGINES}.pocketsphinx.PocketSphinxRecogniser",
            "OPTIONS": {"most_calls": read("int", "POCKETSPHINX_CALLS", 0)},
            "WRAPPERS": wrappers,
        },
        "thorough": {
            "BACKEND": f"{ENGINES}.pocketsphinx_thorough.ThoroughPocketSphinx",
            "OPTIONS": {},
            "WRAPPERS": wrappers,
        },
    }


def _denoised() -> list[dict[str, Any]]:
    """Returns what takes noise out for PocketSphinx, where the operator wants it."""
    if choice("VOICE_NOISE_SUPPRESSION", ("none", "rnnoise")) == "none":
        return []
    return [{"BACKEND": f"{WRAPPERS}.denoised.Denoised"}]


def _with_models() -> dict[str, Any]:
    """Returns the engines whose models the operator has; each by the variable of its name."""
    entries: dict[str, Any] = {}
    for name, backend in (("vosk", "VoskRecogniser"), ("sherpa", "SherpaRecogniser")):
        model: str = read("str", f"{name.upper()}_MODEL", "")
        if model:
            options = {
                "model": model,
                "language": read("str", f"{name.upper()}_LANGUAGE", "en-US"),
                "workers": read("int", f"{name.upper()}_WORKERS", 1),
            }
            entries[name] = {
                "BACKEND": f"{ENGINES}.{name}.{backend}",
                "OPTIONS": options,
                "WRAPPERS": _wrappers("retrying.Retrying"),
            }
    whisper: str = read("str", "WHISPER_MODEL", "")
    if whisper:
        entries["whisper"] = {
            "BACKEND": f"{ENGINES}.whisper.WhisperRecogniser",
            "OPTIONS": {
                "model": whisper,
                "workers": read("int", "WHISPER_WORKERS", 1),
                "threads": read("int", "WHISPER_THREADS", 1),
                "most_calls": read("int", "WHISPER_CALLS", 0),
            },
        }
    return entries


def _google() -> dict[str, Any]:
    return {
        "BACKEND": f"{ENGINES}.google.GoogleRecogniser",
        "OPTIONS": {
            "api": choice("GOOGLE_SPEECH_API", ("v1", "v2")),
            "model": read("str", "GOOGLE_SPEECH_MODEL", ""),
            "project": read("str", "GOOGLE_CLOUD_PROJECT", ""),
            "location": read("str", "GOOGLE_SPEECH_LOCATION", "global"),
            "recognizer": read("str", "GOOGLE_SPEECH_RECOGNIZER", "_"),
            "alternatives": read("list", "GOOGLE_SPEECH_ALTERNATIVES", []),
            "endpoint": read("str", "GOOGLE_SPEECH_ENDPOINT", ""),
        },
        "WRAPPERS": _wrappers("rollover.Rollover", "retrying.Retrying"),
    }


def _transcriptions() -> dict[str, Any]:
    """Returns any OpenAI-compatible `audio/transcriptions`."""
    return {
        "BACKEND": f"{ENGINES}.openai.OpenAIRecogniser",
        "OPTIONS": {
            "model": read("str", "TRANSCRIBE_MODEL", "whisper-1"),
            "base_url": read("str", "TRANSCRIBE_URL", "") or None,
            "api_key": read("str", "TRANSCRIBE_API_KEY", "none"),
        },
        "WRAPPERS": _wrappers("retrying.Retrying"),
    }


def _wrappers(*names: str) -> list[dict[str, Any]]:
    """Returns these around an engine, and PocketSphinx behind them all."""
    options: dict[str, dict[str, Any]] = {
        "retrying.Retrying": {"give_up_s": 15.0},  # a caller waits no longer: there is another
        "fallback.Fallback": {"to": "pocketsphinx", "ready": False},
    }
    return [
        {"BACKEND": f"{WRAPPERS}.{name}", "OPTIONS": options.get(name, {})}
        for name in (*names, "fallback.Fallback")
    ]


def _second_pass(made: dict[str, Any]) -> list[str]:
    """Returns the recognisers that listen to recordings, the best first."""
    away = set() if moonshine_is_installed() else {"moonshine"}
    there = [name for name in FOR_RECORDINGS if name in made and name not in away]
    return list(read("list", "VOICE_SECOND_PASS", there))


def _listening() -> dict[str, Any]:
    made = _recognisers()
    return {
        "RECOGNISERS": made,
        "FIGURES": read("bool", "VOICE_FIGURES", False),
        "SECOND_PASS": _second_pass(made),
        "VADS": {
            "default": {
                "BACKEND": f"{VADS}.silero.SileroVad",
                "OPTIONS": {},
            },
        },
    }


def _speaking() -> str:
    """Returns the class that speaks: hibari and eSpeak NG, or eSpeak NG alone."""
    if choice("VOICE_SYNTHESISER", ("hibari", "espeak")) == "hibari":
        return "embedded.EmbeddedSynthesiser"
    return "espeak.EspeakSynthesiser"


def _turn_models() -> dict[str, Any]:
    """Returns the end-of-turn rules whose models the operator has."""
    model: str = read("str", "SMART_TURN_MODEL", "")
    if not model:
        return {}
    backend = "sessions_app.engine.turns.endpointing.smart_turn.SmartTurnEndpointer"
    options = {"model": model, "workers": read("int", "SMART_TURN_WORKERS", 1)}
    return {"smart-turn": {"BACKEND": backend, "OPTIONS": options}}


def _answering(time_zone: str) -> dict[str, Any]:
    return {
        "TOOLS": TOOLS,
        "RESPONDERS": {
            "scribe": {
                "BACKEND": "sessions_app.engine.agent.responders.scribe.responder.ScribeResponder",
                "OPTIONS": {"time_zone": time_zone},
            },
            **_chat(),
        },
        "SYNTHESISERS": {
            "default": {
                "BACKEND": f"{VOICES}.{_speaking()}",
                "OPTIONS": {},
            },
        },
        "ENDPOINTERS": {
            "default": {
                "BACKEND": "sessions_app.engine.turns.endpointing.attentive.AttentiveEndpointer",
            },
            "fixed": {"BACKEND": "sessions_app.engine.turns.endpointing.fixed.FixedEndpointer"},
            **_turn_models(),
        },
        "BARGE_INS": {
            "default": {"BACKEND": f"{INTERRUPTION}.confirmed.ConfirmedBargeIn"},
            "immediate": {"BACKEND": f"{INTERRUPTION}.immediate.ImmediateBargeIn"},
            "off": {"BACKEND": f"{INTERRUPTION}.off.NoBargeIn"},
        },
    }


def _understanding() -> dict[str, Any]:
    """Returns who makes something of calls that are over."""
    own: str = read("str", "SUMMARY_MODEL", "")
    made: dict[str, Any] = {
        "extractive": {
            "BACKEND": "sessions_app.engine.summaries.extractive.ExtractiveSummariser",
            "OPTIONS": {},
        },
    }
    if model := own or read("str", "CHAT_MODEL", ""):
        made["model"] = {"BACKEND": MODEL_SUMMARISER, "OPTIONS": _summary_model(model)}
    return {
        "SUMMARISERS": {**made, "default": {"SAME_AS": "model" if own else "extractive"}},
        "SUMMARIES_BY_AGENT": read("bool", "SUMMARIES_BY_AGENT", True),
        "MODEL_PRICES": prices.of_models("MODEL_PRICES", read("list", "MODEL_PRICES", [])),
        "STT_PRICES": prices.of_engines("STT_PRICES", read("list", "STT_PRICES", [])),
        "VOICE_PRICES": prices.of_engines("VOICE_PRICES", read("list", "VOICE_PRICES", [])),
        "CURRENCY": prices.currency("PRICES_CURRENCY", read("str", "PRICES_CURRENCY", "")),
    }


def _summary_model(model: str) -> dict[str, Any]:
    return {
        "model": model,
        "base_url": read("str", "SUMMARY_URL", "") or read("str", "CHAT_URL", "") or None,
        "api_key": read("str", "SUMMARY_API_KEY", "") or read("str", "CHAT_API_KEY", "none"),
        "context_tokens": read("int", "SUMMARY_CONTEXT_TOKENS", 6000),
    }
