"""Where each word was said, from where the decoder looked while it wrote it.

Each token has a row of attention over frames of 24 ms. A path through all rows, in order and at
least a frame each, gives the tokens' frames; words are then trimmed to what sounds. Measured on 294
words of three voices whose phones' times are known: the mean error is 39 ms at the start (95 %
within 116) and 33 ms at the end (101).
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from sessions_app.engine.core.frames import SPEECH_RATE
from sessions_app.engine.stt.moonshine.front import FRAME
from sessions_app.engine.stt.moonshine.model import Floats
from sessions_app.engine.stt.moonshine.tokens import TokenSpan
from sessions_app.engine.text.writing import letters

FRAME_S = FRAME / SPEECH_RATE
START_S, END_S = 0.002, 0.008
"""What rows are early by, measured."""

_HOP = SPEECH_RATE // 100
_HOP_S = 0.01
_SOUNDS = 0.05
"""A share of the loudest parts: less is a pause."""

_ABOVE_NOISE = 3.0
"""So many times the level of the quietest parts is more than noise."""

_LEAST_LEVEL = 1e-4

Frames = NDArray[np.int64]
Times = tuple[float, float]
"""A word's start and end, in seconds."""


def times(
    audio: Floats, looks: Sequence[Floats], words: Sequence[TokenSpan], lead_s: float = 0.0
) -> list[Times]:
    """Returns start and end of each word, in seconds from the audio's first sample.

    `looks` has a row of attention for each token that `words` count; it begins `lead_s` before
    the audio, with silence that was put there.
    """
    if not words:
        return []
    rows = np.stack(looks)
    begins = starts(rows / rows.max(1, keepdims=True))
    ends = np.append(begins[1:], rows.shape[1])
    early_s, late_s = START_S - lead_s, END_S - lead_s
    rough = [
        (begins[word.first] * FRAME_S + early_s, ends[word.marks - 1] * FRAME_S + late_s)
        for word in words
    ]
    return _ordered(sounding(audio, rough), len(audio) / SPEECH_RATE)


def starts(rows: Floats) -> Frames:
    """Returns each row's first frame on the best path: (n, frames) to (n).

    Rows follow one another, and each has a frame at least where there are enough of them.
    """
    number, frames = rows.shape
    if frames < number:
        return np.minimum(np.arange(number), max(frames - 1, 0))
    sums = np.concatenate([np.zeros((number, 1)), rows.cumsum(1, dtype=np.float64)], 1)
    best = np.full(frames + 1, -np.inf)
    best[0] = 0.0
    came = np.zeros((number, frames + 1), np.int64)
    places = np.arange(frames + 1)
    for row in range(number):
        left = best - sums[row]
        top = np.maximum.accumulate(left)
        at = np.maximum.accumulate(np.where(left == top, places, 0))
        came[row, 1:] = at[:-1]
        best = np.concatenate([[-np.inf], top[:-1] + sums[row, 1:]])
    found = np.zeros(number, np.int64)
    end = frames
    for row in range(number - 1, -1, -1):
        end = found[row] = came[row, end]
    return found


def sounding(audio: Floats, spans: Sequence[Times]) -> list[Times]:
    """Returns the spans without the pauses at their edges, and with what sounds on beyond them."""
    sounds = loud(envelope(audio))
    if not sounds.any():
        return list(spans)
    out: list[Times] = []
    for at, (start, end) in enumerate(spans):
        before = out[-1][1] if out else 0.0
        after = spans[at + 1][0] if at + 1 < len(spans) else len(sounds) * _HOP_S
        out.append(_sounding(sounds, (start, end), max(before, 0.0), max(after, end)))
    return out


def spread(audio: Floats, words: Sequence[TokenSpan]) -> list[Times]:
    """Returns words' times by their letters, spread over what sounds: rough, 0.12 s in the mean."""
    sounds = loud(envelope(audio))
    places = np.flatnonzero(sounds if sounds.any() else ~sounds)
    sizes = [max(1, len(letters(word.text))) for word in words]
    edges = np.cumsum([0, *sizes]) * len(places) // max(1, sum(sizes))
    pairs = pairwise(int(edge) for edge in edges)
    rough = [(places[a] * _HOP_S, places[max(a, b - 1)] * _HOP_S + _HOP_S) for a, b in pairs]
    return _ordered(rough, len(audio) / SPEECH_RATE)


def loud(level: Floats) -> NDArray[np.bool_]:
    """Returns which 10 ms sound: those well above the quietest and not far below the loudest."""
    if not len(level):
        return np.zeros(0, np.bool_)
    quiet, loudest = np.percentile(level, [10, 95])
    least = max(float(loudest) * _SOUNDS, min(float(quiet) * _ABOVE_NOISE, float(loudest) / 4))
    return np.asarray(level > max(least, _LEAST_LEVEL), np.bool_)


def _sounding(loud: NDArray[np.bool_], span: Times, before: float, after: float) -> Times:
    """Returns one span, trimmed and grown; `before` and `after` are its neighbours' edges."""
    first, last = (round(at_s / _HOP_S) for at_s in span)
    within = np.flatnonzero(loud[max(first, 0) : last + 1])
    if not len(within):
        return span
    begin, end = first + int(within[0]), first + int(within[-1]) + 1
    if within[0] == 0:  # it may have begun before it was looked at
        while begin > before / _HOP_S and loud[begin - 1]:
            begin -= 1
    while end < min(after / _HOP_S, len(loud)) and loud[end]:
        end += 1
    return begin * _HOP_S, end * _HOP_S


def envelope(audio: Floats) -> Floats:
    """Returns the level of each 10 ms, 0..1."""
    whole = len(audio) // _HOP
    squares: Floats = audio[: whole * _HOP].reshape(whole, _HOP) ** 2
    return np.asarray(np.sqrt(squares.mean(1) + 1e-12), np.float32)


def _ordered(spans: Sequence[Times], length_s: float) -> list[Times]:
    """Returns the spans within the audio, none of which ends before it begins or before one."""
    out: list[Times] = []
    for start, end in spans:
        begin = min(max(start, out[-1][0] if out else 0.0), length_s)
        out.append((begin, min(max(end, begin + _HOP_S), max(length_s, begin))))
    return out
