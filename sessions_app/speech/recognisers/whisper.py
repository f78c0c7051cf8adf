"""faster-whisper, for recordings and for languages that no other engine here hears.

https://github.com/SYSTRAN/faster-whisper.
"""

from pathlib import Path

from sessions_app.core.errors import RecogniserError
from sessions_app.speech.engines.base import ModelError
from sessions_app.speech.engines.whisper import PARTS, languages_of
from sessions_app.speech.recognisers.base import Capabilities
from sessions_app.speech.recognisers.pooled import Pooled
from sessions_app.speech.whisper_codes import whisper_code


class WhisperRecogniser(Pooled):
    """`model` is a folder in CTranslate2's form; `threads` 0 are as many as there are cores.

    It has no interims: words come once the caller pauses, and 0.5 to 1 s of a core later with
    Whisper base. Each of the `workers` has the model for itself, and decodes one utterance after
    the other.
    """

    name = "whisper"
    engine = "sessions_app.speech.engines.whisper.WhisperEngine"
    parts = PARTS
    by_utterance = True
    package = "faster_whisper"
    distribution = "faster-whisper"

    def __init__(
        self,
        model: str,
        workers: int = 1,
        threads: int = 1,
        compute_type: str = "int8",
        most_calls: int = 0,
    ) -> None:
        super().__init__(
            workers, model, most_calls=most_calls, threads=threads, compute_type=compute_type
        )
        try:
            known = languages_of(Path(model))
        except ModelError as error:
            raise RecogniserError(str(error)) from error
        self.capabilities = Capabilities(
            interims=False, words=True, confidence=True, languages=known
        )

    def knows(self, language: str) -> bool:
        return bool(whisper_code(language, self.capabilities.languages or ()))

    async def start(self) -> None:
        """Does nothing: the model is loaded when somebody speaks first."""
