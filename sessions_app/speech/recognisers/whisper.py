"""faster-whisper, for second passes: https://github.com/SYSTRAN/faster-whisper.

Contract-tested, not run with a model.
"""

from sessions_app.speech.engines.whisper import PARTS
from sessions_app.speech.recognisers.base import Capabilities
from sessions_app.speech.recognisers.pooled import Pooled
from sessions_app.speech.whisper_codes import CODES


class WhisperRecogniser(Pooled):
    """`model` is a folder in CTranslate2's form; `threads` 0 are as many as there are cores."""

    name = "whisper"
    engine = "sessions_app.speech.engines.whisper.WhisperEngine"
    parts = PARTS
    package = "faster_whisper"
    distribution = "faster-whisper"
    capabilities = Capabilities(interims=False, words=True, confidence=True, languages=CODES)

    def __init__(
        self, model: str, workers: int = 1, threads: int = 0, compute_type: str = "int8"
    ) -> None:
        super().__init__(workers, model=model, threads=threads, compute_type=compute_type)

    async def start(self) -> None:
        """Does nothing: the model is loaded for the first recording."""
