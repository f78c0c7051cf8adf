"""From the setting VOICE to typed values and loaded backends."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from sessions_app.calls.supervising import Limits


@dataclass(frozen=True, slots=True)
class VoiceConfig:
    """The engine's settings; docs/settings.md explains each key of VOICE."""

    role: str
    max_calls: int
    limits: Limits
    lanes_dir: Path
    ice_servers: tuple[str, ...]
    offer_loopback: bool
    results_input_s: float


def voice_config() -> VoiceConfig:
    """Returns the settings as they are now."""
    voice: Mapping[str, Any] = settings.VOICE
    return VoiceConfig(
        role=voice["ROLE"],
        max_calls=voice["MAX_CALLS"],
        limits=Limits(max_call_s=float(voice["MAX_CALL_S"])),
        lanes_dir=Path(voice["LANES_DIR"]),
        ice_servers=tuple(voice["ICE_SERVERS"]),
        offer_loopback=not settings.PUBLIC_URL,
        results_input_s=float(voice["RESULTS_INPUT_S"]),
    )


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
    if entry is None:
        known = ", ".join(entries)
        raise ImproperlyConfigured(f"{where} does not exist; there are: {known}.")
    path = str(entry.get("BACKEND", ""))
    module_name, _, class_name = path.rpartition(".")
    try:
        return getattr(import_module(module_name), class_name)
    except (ImportError, AttributeError, ValueError) as error:
        raise ImproperlyConfigured(f"{where}['BACKEND'] = {path!r}: {error}") from error


def load_backend(kind: str, name: str) -> Any:
    """Returns a new backend VOICE[kind][name], made with its OPTIONS as keywords.

    Raises ImproperlyConfigured with the key and the cause.
    """
    backend = backend_class(kind, name)
    try:
        return backend(**settings.VOICE[kind][name].get("OPTIONS", {}))
    except Exception as error:
        raise ImproperlyConfigured(f"VOICE[{kind!r}][{name!r}] cannot be made: {error}") from error
