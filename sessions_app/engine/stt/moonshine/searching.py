"""A search for the likeliest words where the greedy ones are doubtful: beams.

Greedy decoding takes the likeliest token each time, and never leaves a wrong beginning. A search
goes on with the likeliest few hypotheses at once, all of them in one pass a token. An agent's
phrases make hypotheses likelier that hold them.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np

from sessions_app.engine.stt.moonshine.decoding import looped, most_tokens
from sessions_app.engine.stt.moonshine.expecting import NOTHING_YET, Expected, Progress
from sessions_app.engine.stt.moonshine.model import EncoderMemory, Floats, Model, Past
from sessions_app.engine.stt.moonshine.tokens import BEGIN, END

WIDTH = 6
"""Of 2 194 words 19.2 % were wrong with 4 hypotheses, 18.5 % with 6, 19.1 % with 8."""

Penalty = Callable[[Sequence[int]], float]
"""From the tokens of a whole hypothesis to by how much less likely it is."""

NEVER = 12.0
"""Tokens that are so much less likely than the first, in log-probability, are left out."""


@dataclass(frozen=True, slots=True)
class _Path:
    """A hypothesis that goes on: its tokens, where each looks, and the sum of log-probabilities.

    `row` is its place in what the decoder holds of all of them; `bonus` is for expected phrases.
    """

    tokens: tuple[int, ...]
    peaks: tuple[int, ...]
    score: float
    row: int
    progress: Progress = NOTHING_YET
    bonus: float = 0.0

    @property
    def rank(self) -> float:
        """What the likeliest has most of."""
        return self.score + self.bonus


def searched(
    model: Model,
    memory: EncoderMemory,
    expected: Expected | None = None,
    width: int = WIDTH,
    penalty: Penalty | None = None,
) -> list[int]:
    """Returns the tokens of the likeliest hypothesis that was found; none where that is silence.

    `penalty` (0 or more) is taken from the log-probability of each whole hypothesis.
    """
    past, paths = Past(), [_Path((), (), 0.0, 0)]
    best: _Path | None = None
    for _ in range(most_tokens(memory.frames)):
        step = model.steps(
            memory, past, [path.tokens[-1] if path.tokens else BEGIN for path in paths]
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
        past.chosen([path.row for path in paths])
        paths = [replace(path, row=row) for row, path in enumerate(paths)]
    found = best or (paths[0] if paths else None)
    return list(found.tokens) if found is not None else []


def _next(
    paths: Sequence[_Path],
    logits: Floats,
    peaks: Sequence[int],
    expected: Expected | None,
    width: int,
) -> list[_Path]:
    """Returns how the hypotheses may go on, the likeliest first."""
    found = []
    for row, path in enumerate(paths):
        more = expected.next_tokens(path.progress) if expected is not None else ()
        for token, sure in _likeliest(logits[row], width, more):
            longer = _Path((*path.tokens, token), (*path.peaks, peaks[row]), path.score + sure, row)
            found.append(_rewarded(longer, path.progress, sure, expected))
    return sorted(found, key=lambda path: -path.rank)


def _rewarded(path: _Path, before: Progress, sure: float, expected: Expected | None) -> _Path:
    """Returns the hypothesis with its bonus; `before` is how far it was without its last token."""
    if expected is None:
        return path
    if path.tokens[-1] == END:
        return replace(path, bonus=expected.at_end(before))
    progress = expected.after(before, path.tokens[-1], sure)
    return replace(path, progress=progress, bonus=progress.hoped)


def _likeliest(logits: Floats, width: int, more: Collection[int]) -> list[tuple[int, float]]:
    """Returns the likeliest tokens, and those of `more` that may be, with log-probabilities."""
    least = logits.max() - NEVER
    likely = np.flatnonzero(logits > least)
    near = logits[likely]
    total = float(np.log(np.exp(near - near.max()).sum()) + near.max())
    best = {int(likely[at]) for at in np.argsort(-near)[:width]}
    wanted = best.union(token for token in more if logits[token] > least)
    return [(token, float(logits[token]) - total) for token in wanted]


def _parted(paths: Sequence[_Path], width: int) -> tuple[list[_Path], list[_Path]]:
    """Returns those that end, without their END, and as many as are wanted of those that go on."""
    ended, going = list[_Path](), list[_Path]()
    for path in paths:
        if len(going) == width:
            break
        if path.tokens[-1] == END:
            ended.append(replace(path, tokens=path.tokens[:-1], peaks=path.peaks[:-1]))
        elif not looped(path.tokens, path.peaks):
            going.append(path)
    return ended, going
