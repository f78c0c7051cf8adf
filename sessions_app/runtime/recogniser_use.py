"""Which recogniser really writes: that of the settings, or the one that stands in for it."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings

from sessions_app.runtime import engine, media_processes

NAMES = {
    "moonshine": "Moonshine",
    "pocketsphinx": "PocketSphinx",
    "google": "Google Speech",
    "openai": "a transcription server",
    "vosk": "vosk",
    "sherpa": "sherpa-onnx",
    "whisper": "Whisper",
    "scripted": "Scripted (for tests)",
}
"""What people call each engine of ours."""


@dataclass(frozen=True, slots=True)
class RecogniserInUse:
    """The engine that writes, by its name, such as "pocketsphinx".

    `instead_of` is the chosen engine that cannot run at the moment; empty where that is the one
    that writes. An engine of the operator's own has the name of its class.
    """

    name: str
    instead_of: str = ""


def in_use(key: str = "default") -> RecogniserInUse:
    """Returns what writes for VOICE['RECOGNISERS'][key] now; for an unknown key, the key."""
    name = chosen(key)
    there = _fallbacks_in_use().get(name, "")
    return RecogniserInUse(there, name) if there else RecogniserInUse(name)


def _fallbacks_in_use() -> dict[str, str]:
    """Returns the recognisers that are out, in this process or its media processes."""
    if settings.VOICE["ROLE"] == "web":
        return media_processes.current().fallbacks_in_use()
    return engine.fallbacks_in_use()


def name_of(key: str) -> str:
    """Returns what people call the engine that the settings name for a key."""
    engine = chosen(key)
    return NAMES.get(engine, engine)


def chosen(key: str) -> str:
    """Returns the engine that the settings name for a key."""
    entries: dict[str, Any] = settings.VOICE["RECOGNISERS"]
    entry = entries.get(key, {})
    path = str(entries.get(entry.get("SAME_AS", key), {}).get("BACKEND", ""))
    module, _, name = path.rpartition(".")
    return module.rpartition(".")[2] if ".stt.engines." in path else name or key
