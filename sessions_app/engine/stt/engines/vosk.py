"""vosk, for an operator who has a model: https://alphacephei.com/vosk/models.

Run with its small Korean model.
"""

from sessions_app.engine.stt.base import Capabilities
from sessions_app.engine.stt.engines.pooled import Pooled
from sessions_app.engine.stt.worker.blocking.vosk import PARTS
from sessions_app.engine.text.languages import base_of


class VoskRecogniser(Pooled):
    """`model` is a model's folder; `language` what it understands; `workers` processes."""

    name = "vosk"
    engine = "sessions_app.engine.stt.worker.blocking.vosk.VoskEngine"
    parts = PARTS
    package = distribution = "vosk"

    def __init__(self, model: str, language: str = "en-US", workers: int = 1) -> None:
        super().__init__(workers, model=model)
        self.capabilities = Capabilities(
            interims=True, words=True, confidence=True, languages=spellings(language)
        )


def spellings(language: str) -> frozenset[str]:
    """Returns the tags that mean a model's language: itself, and without its region."""
    return frozenset({language, base_of(language)})
