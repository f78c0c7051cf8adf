"""One decode of a memory, with the last hypothesis as a draft.

The draft is checked in one pass, and taken as far as it agrees; from there on tokens come one
by one, until the draft fits again. Greedy, so a checked draft gives what decoding without one
would.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from sessions_app.engine.stt.moonshine.model import EncoderMemory, Floats, Model, Past, Step
from sessions_app.engine.stt.moonshine.tokens import BEGIN, END

FRAMES_A_S = 16000 / 384
TOKENS_A_S = 6.5
"""Speech has 6.2 at most, spelled letters and digits; a loop has more."""

SPARE_TOKENS = 4
HOLD_FRAMES = 0.2 * FRAMES_A_S
"""What is heard in the last so many frames may be half a word."""

BACK_FRAMES = 42
"""A token that looks a second back from where another looked is no reading on."""

DRAFT = 24
SAID_FRAMES = 4
"""Nobody says anything in less than a tenth of a second."""

_LONGEST_LOOP, _LOOPS = 8, 3


@dataclass(slots=True)
class DecodedTokens:
    """Tokens without BEGIN or END, and where asked for, a row a token.

    `peaks` are the frames that each looks at most; `looks` (n, frames) is where each was heard;
    `sure` (n) is the log-probability of each.
    """

    tokens: list[int] = field(default_factory=list)
    peaks: list[int] = field(default_factory=list)
    looks: list[Floats] = field(default_factory=list)
    sure: list[float] = field(default_factory=list)

    def cut(self, length: int) -> None:
        """Leaves out all after the first `length` tokens."""
        del self.tokens[length:], self.peaks[length:], self.looks[length:], self.sure[length:]


def most_tokens(frames: int) -> int:
    """Returns how many tokens so many frames can hold."""
    return int(frames / FRAMES_A_S * TOKENS_A_S) + SPARE_TOKENS


def interim(
    model: Model, memory: EncoderMemory, forced: Sequence[int], draft: Sequence[int]
) -> list[int]:
    """Returns what is said after `forced`, up to where it may be half a word."""
    decode = _Decode(model, memory, forced, draft, until=memory.frames - HOLD_FRAMES)
    decode.run()
    tokens = decode.out.tokens
    return _without_begun(model, tokens, len(forced), decode.held)[len(forced) :]


def final(model: Model, memory: EncoderMemory, draft: Sequence[int]) -> DecodedTokens:
    """Returns all that is said, with where and how surely it was heard."""
    decode = _Decode(model, memory, (), draft)
    decode.run()
    return decode.out


def scored(model: Model, memory: EncoderMemory, tokens: Sequence[int]) -> DecodedTokens:
    """Returns how sure the model is of these tokens, and where it would hear them."""
    step = model.step(memory, Past(), [BEGIN, *tokens[:-1]], looks=True, logits=True)
    out = DecodedTokens(list(tokens), [int(peak) for peak in step.peaks])
    assert step.looks is not None and step.logits is not None  # noqa: S101, PT018 - asked for
    out.looks = list(step.looks)
    out.sure = [_sure(row, token) for row, token in zip(step.logits, tokens, strict=True)]
    return out


def looked(model: Model, memory: EncoderMemory, tokens: Sequence[int]) -> list[Floats]:
    """Returns where each of these tokens is heard, a row (frames) a token."""
    if not tokens:
        return []
    step = model.step(memory, Past(), [BEGIN, *tokens[:-1]], looks=True)
    return [] if step.looks is None else list(step.looks)


class _Decode:
    def __init__(
        self,
        model: Model,
        memory: EncoderMemory,
        forced: Sequence[int],
        draft: Sequence[int],
        until: float | None = None,
    ) -> None:
        self.out = DecodedTokens()
        self.held: int | None = None
        """The token that was not taken, because it may be half a word."""

        self._model = model
        self._memory = memory
        self._forced = list(forced)
        self._most = most_tokens(memory.frames) + len(forced)
        self._draft = list(draft)[: self._most]
        self._until = until
        self._farthest = 0
        self._past = Past()

    def run(self) -> None:
        given, draft = [BEGIN], [*self._forced, *self._draft]
        while True:
            step = self._step([*given, *draft])
            agreed, over = self._take(step, len(given) - 1, draft)
            if over:
                return
            self._past.keep(self._past.length - (len(draft) - agreed))
            given, draft = self.out.tokens[-1:], self._drafted()

    def _step(self, tokens: list[int]) -> Step:
        final = self._until is None
        return self._model.step(self._memory, self._past, tokens, looks=final, logits=final)

    def _take(self, step: Step, row: int, draft: list[int]) -> tuple[int, bool]:
        """Takes what a pass gave; returns how much of the draft was right, and whether it ends."""
        agreed = 0
        while True:
            at = len(self.out.tokens)
            token = self._forced[at] if at < len(self._forced) else int(step.best[row + agreed])
            if at >= len(self._forced) and self._ends(token, int(step.peaks[row + agreed])):
                return agreed, True
            self._keep(step, row + agreed, token)
            if self._is_enough():
                return agreed, True
            if agreed == len(draft) or draft[agreed] != token:
                return agreed, False
            agreed += 1

    def _ends(self, token: int, peak: int) -> bool:
        if token == END:
            return True
        if self._until is not None and (peak >= self._until or peak < self._farthest - BACK_FRAMES):
            self.held = token
            return True
        return False

    def _keep(self, step: Step, row: int, token: int) -> None:
        peak = int(step.peaks[row])
        self._farthest = max(self._farthest, peak)
        self.out.tokens.append(token)
        self.out.peaks.append(peak)
        if step.looks is not None and step.logits is not None:
            self.out.looks.append(step.looks[row])
            self.out.sure.append(_sure(step.logits[row], token))

    def _is_enough(self) -> bool:
        """Cuts a loop; returns whether there can be no more."""
        begin = len(self._forced)
        size = looped(self.out.tokens[begin:], self.out.peaks[begin:])
        if size:
            self.out.cut(len(self.out.tokens) - size)
        return bool(size) or len(self.out.tokens) >= self._most

    def _drafted(self) -> list[int]:
        """Returns what followed the last two tokens in the draft, where they are in it."""
        told = self.out.tokens[len(self._forced) :]
        if len(told) < 2:  # noqa: PLR2004 - one token is in many places
            return []
        pairs = pairwise(self._draft)
        places = [at + 1 for at, pair in enumerate(pairs) if list(pair) == told[-2:]]
        if not places:
            return []
        best = min(places, key=lambda at: abs(at + 1 - len(told)))
        return self._draft[best + 1 : best + 1 + DRAFT]


def looped(tokens: Sequence[int], peaks: Sequence[int]) -> int:
    """Returns how many tokens at the end only say again what stands before them; 0 for none.

    A loop says the same 1 to 8 tokens three times and looks at the same place; who says "no, no,
    no" is heard further on each time.
    """
    for size in range(1, _LONGEST_LOOP + 1):
        last = list(tokens[-size:])
        if len(tokens) >= size * _LOOPS and list(tokens[-size * _LOOPS :]) == last * _LOOPS:
            advance = peaks[-size] - peaks[-size * _LOOPS]
            if advance < SAID_FRAMES * (_LOOPS - 1):
                return size * (_LOOPS - 1)
    return 0


def _sure(logits: Floats, token: int) -> float:
    top = logits.max()
    return float(logits[token] - top - np.log(np.exp(logits - top).sum()))


def _without_begun(model: Model, tokens: list[int], least: int, held: int | None) -> list[int]:
    """Leaves out a word that the held token goes on with: it is not whole."""
    if held is None or not model.tokens.goes_on(held):
        return tokens
    end = len(tokens)
    while end > least and not model.tokens.begins_word(tokens[end - 1]):
        end -= 1
    return tokens[: max(least, end - 1)]
