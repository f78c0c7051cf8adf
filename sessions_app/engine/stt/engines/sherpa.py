"""sherpa-onnx, for an operator who has a streaming transducer model.

https://github.com/k2-fsa/sherpa-onnx. Run with a tiny model of random weights.
"""

from sessions_app.engine.stt.base import Capabilities
from sessions_app.engine.stt.engines.pooled import Pooled
from sessions_app.engine.stt.engines.vosk import spellings
from sessions_app.engine.stt.worker.blocking.sherpa import PARTS


class SherpaRecogniser(Pooled):
    """`model` is a model's folder; the calls of a process are decoded in one batch.

    `threads` and `provider` are ONNX Runtime's.
    """

    name = "sherpa"
    engine = "sessions_app.engine.stt.worker.blocking.sherpa.SherpaEngine"
    parts = PARTS
    package = "sherpa_onnx"
    distribution = "sherpa-onnx"

    def __init__(
        self,
        model: str,
        language: str = "en-US",
        workers: int = 1,
        threads: int = 1,
        provider: str = "cpu",
    ) -> None:
        super().__init__(workers, model=model, threads=threads, provider=provider)
        self.capabilities = Capabilities(
            interims=True, words=True, confidence=False, languages=spellings(language)
        )
