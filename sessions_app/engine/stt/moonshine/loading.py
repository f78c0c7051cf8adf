"""Loads the model in lean graphs or, where those do not work, in the wheel's own.

Lean graphs use operators that another onnxruntime may lack or implement differently, and a
processor may sum 8-bit products its own way. So each model that is loaded first scores a few words
in a fixed sound, and must come close to the scores of the wheel's graphs.
"""

from collections.abc import Sequence

import numpy as np

from sessions_app.engine.core.frames import SPEECH_RATE
from sessions_app.engine.stt.moonshine import decoding
from sessions_app.engine.stt.moonshine.files import Files
from sessions_app.engine.stt.moonshine.front_end import FrontEnd
from sessions_app.engine.stt.moonshine.model import Floats, Model
from sessions_app.engine.stt.moonshine.phrase_correction import PhraseCorrector
from sessions_app.engine.stt.moonshine.utterance import MoonshineUtterance
from sessions_app.engine.stt.moonshine.wheel_model import WheelModel, WheelUtterance
from sessions_app.engine.stt.worker.blocking.base import ModelError

AnyModel = Model | WheelModel

TEXT = "Please call me on Tuesday."
EXPECTED_LOG_PROBS = (-8.18, -5.86, -1.17, -3.61, -6.31, -1.63, -0.18, -0.26)
"""Log-probability of each of its tokens in `probe_audio`, by the wheel's graphs."""

MAX_DEVIATION = 0.5
"""Largest accepted deviation: it is 0.17 where all is well, and 0.7 or more where an operator
differs."""

_REASON = 200
"""Characters of an error that the log keeps."""


def load_model(files: Files) -> tuple[AnyModel, str]:
    """Returns a model that works here, and a note on why it is the slow one, or an empty text.

    Raises ModelError where neither works.
    """
    reasons = []
    for kind in (Model, WheelModel):
        try:
            model = kind(files)
            off = deviation(model)
        except Exception as error:  # noqa: BLE001 - onnxruntime fails in its own ways
            reasons.append(f"{type(error).__name__}: {' '.join(str(error).split())[:_REASON]}")
            continue
        if off <= MAX_DEVIATION:
            return model, _note(reasons)
        reasons.append(f"it computes something else, off by {off:.1f}")
    raise ModelError(
        f"Moonshine does not run on this onnxruntime and processor ({'; '.join(reasons)}): "
        "pip install -r requirements.txt brings the onnxruntime that it was tried with."
    )


def corrector_for(model: AnyModel, phrases: Sequence[str]) -> PhraseCorrector | None:
    """Returns a corrector for an agent's phrases; None without phrases, and for the slow model."""
    return PhraseCorrector(model, phrases) if phrases and isinstance(model, Model) else None


def utterance(
    model: AnyModel, names: PhraseCorrector | None = None
) -> MoonshineUtterance | WheelUtterance:
    """Returns a new utterance for the model."""
    return (
        WheelUtterance(model) if isinstance(model, WheelModel) else MoonshineUtterance(model, names)
    )


def deviation(model: AnyModel) -> float:
    """Returns the mean absolute difference of its log-probabilities from EXPECTED_LOG_PROBS."""
    tokens = model.tokens.encode(TEXT)
    if isinstance(model, WheelModel):
        found = model.score(probe_audio(), tokens)
    else:
        front = FrontEnd(model)
        front.add(probe_audio())
        memory = front.memory()
        found = decoding.score(model, memory, tokens).log_probs if memory is not None else []
    if len(found) != len(EXPECTED_LOG_PROBS) or not np.isfinite(found).all():
        return float("inf")
    return float(np.abs(np.subtract(found, EXPECTED_LOG_PROBS)).mean())


def probe_audio() -> Floats:
    """Returns a second of synthetic voice: two syllables of moving vowels, float32 at 16 kHz."""
    at = np.arange(SPEECH_RATE) / SPEECH_RATE
    pitch = 120 + 20 * np.sin(2 * np.pi * 1.5 * at)
    phase = 2 * np.pi * np.cumsum(pitch) / SPEECH_RATE
    lower, upper = 500 + 250 * np.sin(6 * np.pi * at), 1500 + 600 * np.sin(4 * np.pi * at + 1)
    voice = np.zeros(SPEECH_RATE)
    for number in range(1, 30):
        partial = number * pitch
        level = np.exp(-(((partial - lower) / 120) ** 2)) + 0.01
        level += 0.6 * np.exp(-(((partial - upper) / 180) ** 2))
        voice += level * np.sin(number * phase)
    voice *= np.clip(np.sin(4 * np.pi * at), 0, None)
    return np.asarray(0.3 * voice / np.abs(voice).max(), np.float32)


def _note(reasons: list[str]) -> str:
    if not reasons:
        return ""
    return (
        "Moonshine runs in its package's own graphs, more slowly (words while somebody speaks come "
        f"each second, and their times are rough): the quick ones do not work here ({reasons[0]})"
    )
