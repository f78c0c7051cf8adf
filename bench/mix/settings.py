"""The product's settings as they are, with other words for its agent, and the counts."""

from voicesite import settings as product
from voicesite.settings import *  # noqa: F403 - a settings module is its names

ROOT_URLCONF = "bench.mix.urls"
VOICE = {
    **product.VOICE,
    "RESPONDERS": {
        **product.VOICE["RESPONDERS"],
        "scribe": {"BACKEND": "bench.mix.parts.Aloud"},
    },
}
