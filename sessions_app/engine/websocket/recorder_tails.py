"""What a recorder kept back while it was paused: the end of the slice that it was at.

A MediaRecorder delivers a slice when it is full. What was spoken between the last slice and the
pause is delivered after the pause, in one slice with the new words, and the container's times
continue as if there had been no pause. The arrival times of slices show how long the pause was, but
not where in the slice it belongs. Chromium delivers a short slice of a WebM as soon as the recorder
resumes. Its MP4 recorder, and Firefox's recorders, fill the slice first, so that only the sound
shows the place.
"""

import numpy as np

from sessions_app.engine.audio.late_audio import Burst, Rhythm
from sessions_app.engine.core.frames import SPEECH_RATE, AudioFrame, Samples

SHORTEST_MS = 150.0
"""In shorter slices nobody would miss what was kept back."""

PART_MS = 20
"""Audio that is judged as a whole. Longer misses short pauses; shorter finds some within words."""

PART = SPEECH_RATE * PART_MS // 1000
WORD_PARTS, PAUSE_PARTS = 4, 12
"""The fewest parts of a quiet between two words, and of one in which somebody pauses."""

QUIET = 0.1
NOISE = 2.0
LOUDEST_QUIET = 0.5
"""A part is quiet if it is softer than QUIET of the loudest part, or than NOISE times the noise.

It is never quiet above LOUDEST_QUIET of the loudest part. Higher values find pauses in soft words;
lower ones miss pauses in noise.
"""

SAMPLE_MS = 1000 / SPEECH_RATE


def kept_ms(first: Burst, frames: list[AudioFrame]) -> float:
    """Returns how much of what came after a pause was spoken before it; `frames` are all of it."""
    if first.kept_ms is not None:
        return first.kept_ms
    if first.ms < Rhythm.SHORT * first.slice_ms and first.slice_ms >= SHORTEST_MS:
        return first.ms
    longest_ms = min(first.ms, first.slice_ms or first.ms)
    if longest_ms < SHORTEST_MS:
        return 0.0
    return 1000 * cut(np.concatenate([one.samples for one in frames]), longest_ms) / SPEECH_RATE


def cut(samples: Samples, longest_ms: float) -> int:
    """Returns the number of samples before a pause that began within the first `longest_ms`.

    The pause is assumed in the middle of the first quiet that is as long as people leave at a
    pause, else of the longest quiet between two words. 0 if there is none.
    """
    best = (0, 0)
    for begin, end in _quiets(samples):
        if begin * PART_MS >= longest_ms:
            break
        if end - begin > best[1] - best[0]:
            best = begin, end
        if end - begin >= PAUSE_PARTS:
            break
    begin, end = best
    middle = (begin + end) // 2 if begin else 0
    return min(middle * PART, round(longest_ms * SPEECH_RATE / 1000))


def _quiets(samples: Samples) -> list[tuple[int, int]]:
    """Returns where the quiets begin and end, in parts, that are long enough for one of words."""
    parts = samples[: len(samples) // PART * PART].reshape(-1, PART).astype(np.float64)
    if not len(parts):
        return []
    loudness = np.sqrt(np.mean(parts**2, axis=1))
    loudest, noise = loudness.max(), np.quantile(loudness, 0.1)
    quiet = loudness < max(QUIET * loudest, min(NOISE * noise, LOUDEST_QUIET * loudest))
    edges = np.flatnonzero(np.diff(np.concatenate([[False], quiet, [False]])))
    runs = zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)
    return [(begin, end) for begin, end in runs if end - begin >= WORD_PARTS]


def split(frames: list[AudioFrame], ms: float) -> tuple[list[AudioFrame], list[AudioFrame]]:
    """Returns frames that follow each other in two lists, the first of them `ms` long."""
    first, rest = list[AudioFrame](), list[AudioFrame]()
    for frame in frames:
        at_ms = frames[0].start_ms + ms
        if frame.end_ms < at_ms + SAMPLE_MS:
            first.append(frame)
        elif frame.start_ms > at_ms - SAMPLE_MS:
            rest.append(frame)
        else:
            before, after = frame.parted(at_ms)
            first.append(before)
            rest.append(after)
    return first, rest
