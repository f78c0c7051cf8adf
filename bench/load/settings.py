"""The product's settings with a recogniser that hears nothing and voices that never stop."""

from typing import Any

from voicesite import settings as product
from voicesite.settings import *  # noqa: F403 - a settings module is its names

ROOT_URLCONF = "bench.load.urls"
_PARTS = "bench.load.parts"


def _part(name: str, **options: Any) -> dict[str, Any]:
    return {"BACKEND": f"{_PARTS}.{name}", "OPTIONS": options, "WRAPPERS": []}


VOICE = {
    **product.VOICE,
    "RECOGNISERS": {"default": _part("NullRecogniser"), "thorough": _part("NullRecogniser")},
    "RESPONDERS": {**product.VOICE["RESPONDERS"], "nothing": _part("Nothing")},
    "SYNTHESISERS": {
        "default": _part("Talking"),
        "embedded": product.VOICE["SYNTHESISERS"]["default"],
        "espeak": {"BACKEND": "sessions_app.engine.tts.engines.espeak.EspeakSynthesiser"},
        "talk": _part("Talking"),
        "mix": _part("Talking", share=0.35),
        "echo": _part("Echo"),
    },
}
