"""Moonshine tiny-en in worker processes: the embedded recogniser, for English.

The weights come with the package `moonshine-voice`, whose code is not used. What it hears of
noise, short answers and telephones is measured in docs/campaigns.
"""

import os

from sessions_app.engine.stt.base import Capabilities
from sessions_app.engine.stt.engines.pooled import Pooled
from sessions_app.engine.stt.moonshine.files import DISTRIBUTION, PACKAGE, SHA256, folder
from sessions_app.engine.stt.worker.worker import CALM, LIVE

LANGUAGES = frozenset(
    {"en", "en-US", "en-GB", "en-AU", "en-CA", "en-IE", "en-IN", "en-NZ", "en-ZA"}
)


class MoonshineRecogniser(Pooled):
    """`workers` processes (one a core by default) share the weights and serve all calls.

    A final takes 30 ms of a core, 130 at most for the usual length; interims come every 0.4 s of
    speech, and more rarely where a core is short. `model` is a folder with the files of the
    package, for one that was brought by hand. `calm` is for what nobody waits for: it gives way to
    all else. `most_calls` refuses further calls; 0 refuses
    none until the workers are at their limit.
    """

    name = "moonshine"
    engine = "sessions_app.engine.stt.moonshine.engine.MoonshineEngine"
    package = PACKAGE
    distribution = DISTRIBUTION
    parts = tuple(SHA256)
    by_utterance = True
    tells_whole = True
    forked = True
    capabilities = Capabilities(
        interims=True,
        words=True,
        confidence=True,
        languages=LANGUAGES,
        scores_pauses=True,
        marks=True,
    )

    def __init__(
        self, workers: int = 0, model: str = "", most_calls: int = 0, *, calm: bool = False
    ) -> None:
        number, where = workers or os.cpu_count() or 1, model or str(folder() or "")
        super().__init__(number, where, kind=CALM if calm else LIVE, most_calls=most_calls)

    def _check_installed(self, model: str) -> None:
        """Checks nothing: the operator did not choose it, so faults are reported at its start."""
