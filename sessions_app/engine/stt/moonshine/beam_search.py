"""Beam search, used where the result of greedy decoding is doubtful.

Greedy decoding takes the likeliest token each time, and never recovers from a wrong beginning. A
beam search continues the few likeliest hypotheses, in one pass per token. Hypotheses with an
agent's phrases get a bonus (`phrase_bias`).
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np

from sessions_app.engine.stt.moonshine.decoding import loop_length, most_tokens
from sessions_app.engine.stt.moonshine.model import EncoderMemory, Floats, KeyValueCache, Model
from sessions_app.engine.stt.moonshine.phrase_bias import NOTHING_YET, PhraseBias, Progress
from sessions_app.engine.stt.moonshine.tokens import BEGIN, END

WIDTH = 6
"""Beam width: hypotheses kept. Of 2 194 words 19.2 % were wrong with 4, 18.5 % with 6, 19.1 % with
8; the cost grows with the width."""

Penalty = Callable[[Sequence[int]], float]
"""Maps the tokens of a complete hypothesis to the log-probability to subtract from it."""

NEVER = 12.0
"""Tokens less likely than the best one by more than this, in log-probability, are pruned."""


@dataclass(frozen=True, slots=True)
class _Path:
    """A hypothesis: its tokens, their attention peaks, and the sum of their log-probabilities.

    `row` is its row in the key-value cache; `bonus` is for the agent's phrases.
    """

    tokens: tuple[int, ...]
    peaks: tuple[int, ...]
    score: float
    row: int
    progress: Progress = NOTHING_YET
    bonus: float = 0.0

    @property
    def rank(self) -> float:
        """What hypotheses are ranked by: the log-probability with the bonus."""
        return self.score + self.bonus


def search(
    model: Model,
    memory: EncoderMemory,
    expected: PhraseBias | None = None,
    width: int = WIDTH,
    penalty: Penalty | None = None,
) -> list[int]:
    """Returns the tokens of the best hypothesis; empty where that is silence.

    `penalty` (0 or more) is subtracted from the log-probability of each complete hypothesis.
    """
    cache, paths = KeyValueCache(), [_Path((), (), 0.0, 0)]
    best: _Path | None = None
    for _ in range(most_tokens(memory.frames)):
        step = model.steps(
            memory, cache, [path.tokens[-1] if path.tokens else BEGIN for path in paths]
        )
        peaks = [int(peak) for peak in step.peaks]
        ended, paths = _parted(_next(paths, step.logits, peaks, expected, width), width)
        for path in ended:
            less = penalty(path.tokens) if penalty is not None else 0.0
            whole = replace(path, bonus=path.bonus - less)
            if best is None or whole.rank > best.rank:
                best = whole
        if not paths or (best is not None and best.rank >= paths[0].rank):
            break
        cache.select([path.row for path in paths])
        paths = [replace(path, row=row) for row, path in enumerate(paths)]
    best_path = best or (paths[0] if paths else None)
    return list(best_path.tokens) if best_path is not None else []


def _next(
    paths: Sequence[_Path],
    logits: Floats,
    peaks: Sequence[int],
    expected: PhraseBias | None,
    width: int,
) -> list[_Path]:
    """Returns the hypotheses with one token more, the best first."""
    best_path = []
    for row, path in enumerate(paths):
        phrase_tokens = expected.next_tokens(path.progress) if expected is not None else ()
        for token, log_prob in _likeliest(logits[row], width, phrase_tokens):
            longer = _Path(
                (*path.tokens, token), (*path.peaks, peaks[row]), path.score + log_prob, row
            )
            best_path.append(_rewarded(longer, path.progress, log_prob, expected))
    return sorted(best_path, key=lambda path: -path.rank)


def _rewarded(path: _Path, before: Progress, log_prob: float, expected: PhraseBias | None) -> _Path:
    """Returns the hypothesis with its bonus; `before` is its progress without the last token."""
    if expected is None:
        return path
    if path.tokens[-1] == END:
        return replace(path, bonus=expected.at_end(before))
    progress = expected.after(before, path.tokens[-1], log_prob)
    return replace(path, progress=progress, bonus=progress.potential)


def _likeliest(
    logits: Floats, width: int, phrase_tokens: Collection[int]
) -> list[tuple[int, float]]:
    """Returns (token, log-probability) of the likeliest tokens and of likely `phrase_tokens`."""
    threshold = logits.max() - NEVER
    likely = np.flatnonzero(logits > threshold)
    near = logits[likely]
    total = float(np.log(np.exp(near - near.max()).sum()) + near.max())
    best = {int(likely[at]) for at in np.argsort(-near)[:width]}
    chosen = best.union(token for token in phrase_tokens if logits[token] > threshold)
    return [(token, float(logits[token]) - total) for token in chosen]


def _parted(paths: Sequence[_Path], width: int) -> tuple[list[_Path], list[_Path]]:
    """Returns the hypotheses that end, without END, and the best `width` of those that go on."""
    ended, going = list[_Path](), list[_Path]()
    for path in paths:
        if len(going) == width:
            break
        if path.tokens[-1] == END:
            ended.append(replace(path, tokens=path.tokens[:-1], peaks=path.peaks[:-1]))
        elif not loop_length(path.tokens, path.peaks):
            going.append(path)
    return ended, going
