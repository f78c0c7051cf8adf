"""Reads the setting VOICE into typed values, and loads the backends that it names."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from sessions_app.engine.core.moved_paths import current_path
from sessions_app.engine.core.rates import MessageLimits
from sessions_app.engine.core.video import VideoFormat
from sessions_app.engine.rtc.sdp.opus_preferences import OpusPreferences
from sessions_app.engine.session.admission import AdmissionLimits
from sessions_app.engine.session.keypad import KeySettings
from sessions_app.engine.session.notebook import NoteLimits
from sessions_app.engine.session.supervisor import Limits


@dataclass(frozen=True, slots=True)
class VoiceConfig:
    """The engine's settings; docs/settings.md explains each key of VOICE."""

    role: str
    max_calls: int
    max_lag_ms: float
    limits: Limits
    admission: AdmissionLimits
    messages: MessageLimits
    notes: NoteLimits
    keys: KeySettings
    lanes_dir: Path
    min_free_mb: float
    worker_silent_s: float
    ice_relay_only: bool
    public_address: str
    udp_ports: tuple[int, int] | None
    offer_loopback: bool
    results_input_s: float
    video: VideoFormat | None
    figures: bool
    listening_notice: bool
    own_path: bool
    opus_preferences: OpusPreferences


def voice_config() -> VoiceConfig:
    """Returns the settings as they are now."""
    voice: Mapping[str, Any] = settings.VOICE
    return VoiceConfig(
        role=voice["ROLE"],
        max_calls=voice["MAX_CALLS"],
        max_lag_ms=float(voice["MAX_LAG_MS"]),
        limits=Limits(max_call_s=float(voice["MAX_CALL_S"]), idle_s=float(voice["IDLE_S"]) or None),
        admission=AdmissionLimits(
            calls_per_user=voice["CALLS_PER_USER"],
            calls_per_address=voice["CALLS_PER_ADDRESS"],
            offers_per_user=voice["OFFERS_PER_USER"],
            offers_per_address=voice["OFFERS_PER_ADDRESS"],
            candidates_per_user=voice["CANDIDATES_PER_USER"],
            candidates_per_address=voice["CANDIDATES_PER_ADDRESS"],
        ),
        messages=message_limits(),
        notes=NoteLimits(voice["NOTES_PER_CALL"], voice["CHARACTERS_PER_NOTE"]),
        keys=KeySettings(float(voice["KEYS"]["PAUSE_S"]), voice["KEYS"]["END"]),
        lanes_dir=Path(voice["LANES_DIR"]),
        min_free_mb=float(voice["MIN_FREE_MB"]),
        worker_silent_s=float(voice["WORKER_SILENT_S"]),
        ice_relay_only=bool(voice["ICE_RELAY_ONLY"]),
        public_address=voice["PUBLIC_ADDRESS"],
        udp_ports=_ports(voice["UDP_PORTS"]),
        offer_loopback=not settings.PUBLIC_URL,
        results_input_s=float(voice["RESULTS_INPUT_S"]),
        video=_video(voice["VIDEO"]),
        figures=bool(voice["FIGURES"]),
        listening_notice=bool(voice["LIVE_LISTENING_NOTICE"]),
        own_path=voice["MEDIA_PATH"] == "own",
        opus_preferences=_opus_preferences(voice["AUDIO"]),
    )


def message_limits() -> MessageLimits:
    """Returns the configured limits on a client's messages per minute."""
    voice: Mapping[str, Any] = settings.VOICE
    return MessageLimits(
        messages_per_socket=voice["MESSAGES_PER_SOCKET"],
        mistakes_per_socket=voice["MISTAKES_PER_SOCKET"],
        audio_per_call=voice["AUDIO_MESSAGES_PER_CALL"],
        texts_per_call=voice["TEXTS_PER_CALL"],
        requests_per_call=voice["REQUESTS_PER_CALL"],
        app_messages_per_call=voice["APP_MESSAGES_PER_CALL"],
        resumes_per_call=voice["RESUMES_PER_CALL"],
    )


def _video(given: Mapping[str, Any]) -> VideoFormat | None:
    """Returns the format of received pictures; None (no video) for an empty VOICE["VIDEO"]."""
    if not given:
        return None
    size = given.get("SIZE")
    per_second = float(given.get("PER_SECOND", 5.0))
    return VideoFormat(tuple(size) if size else None, per_second, given.get("FORMAT", "rgb24"))


def _opus_preferences(given: Mapping[str, Any]) -> OpusPreferences:
    return OpusPreferences(
        bitrate=int(given["BITRATE"]),
        dtx=bool(given["DTX"]),
        ptime_ms=int(given["PTIME_MS"]),
        rate=int(given["RATE"]),
    )


def _ports(given: str) -> tuple[int, int] | None:
    """Returns the first and the last port of "40000-40999"; None for an empty text."""
    if not given:
        return None
    first, _, last = given.partition("-")
    if not (first.isdigit() and last.isdigit() and 1024 <= int(first) <= int(last) <= 65535):  # noqa: PLR2004
        raise ImproperlyConfigured(
            f"VOICE_UDP_PORTS={given!r} must be a range from 1024 to 65535, such as 40000-40999."
        )
    return int(first), int(last)


def backend_names(kind: str) -> list[str]:
    """Returns the names under VOICE[kind], such as RECOGNISERS."""
    return list(settings.VOICE.get(kind, {}))


def backend_class(kind: str, name: str) -> Any:
    """Returns the class that VOICE[kind][name] names.

    Raises ImproperlyConfigured with the key, the path and the cause.
    """
    where = f"VOICE[{kind!r}][{name!r}]"
    entries = settings.VOICE.get(kind, {})
    entry = entries.get(name)
    if entry is not None and "SAME_AS" in entry:
        return backend_class(kind, entry["SAME_AS"])
    if entry is None:
        known = ", ".join(entries)
        raise ImproperlyConfigured(f"{where} does not exist; there are: {known}.")
    path = str(entry.get("BACKEND", ""))
    module_name, _, class_name = current_path(path).rpartition(".")
    try:
        return getattr(import_module(module_name), class_name)
    except (ImportError, AttributeError, ValueError) as error:
        raise ImproperlyConfigured(f"{where}['BACKEND'] = {path!r}: {error}") from error


def load_backend(kind: str, name: str) -> Any:
    """Creates the backend VOICE[kind][name], with its OPTIONS as keyword arguments.

    Raises ImproperlyConfigured with the key and the cause.
    """
    backend = backend_class(kind, name)
    entry = settings.VOICE[kind][name]
    entry = settings.VOICE[kind][entry["SAME_AS"]] if "SAME_AS" in entry else entry
    try:
        return backend(**entry.get("OPTIONS", {}))
    except Exception as error:
        raise ImproperlyConfigured(f"VOICE[{kind!r}][{name!r}] cannot be made: {error}") from error


def made_of(entry: Mapping[str, Any]) -> Any:
    """Creates the backend of an entry that VOICE does not have; raises ImproperlyConfigured."""
    try:
        return import_string(str(entry["BACKEND"]))(**entry.get("OPTIONS", {}))
    except Exception as error:
        raise ImproperlyConfigured(str(error)) from error
