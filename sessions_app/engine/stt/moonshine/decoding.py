"""Greedy decoding with the last hypothesis as a draft (speculative decoding).

One pass checks the whole draft, which is kept as far as the model agrees; from there on tokens are
decoded one by one until the draft fits again. The result is the same as without a draft.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from sessions_app.engine.stt.moonshine.model import (
    EncoderMemory,
    Floats,
    KeyValueCache,
    Model,
    Step,
)
from sessions_app.engine.stt.moonshine.tokens import BEGIN, END

FRAMES_A_S = 16000 / 384
"""Frames of the encoder's output in a second of audio: one is 24 ms."""

TOKENS_A_S = 6.5
"""Most tokens a second of audio. Speech has 6.2 at most (spelt letters and digits); loops have
more."""

SPARE_TOKENS = 4
"""Tokens allowed on top of that, for short audio."""

HOLD_FRAMES = 0.2 * FRAMES_A_S
"""Interims hold back tokens whose attention peaks in this many last frames: they may be half a
word. More makes interims later, and changes them less often."""

BACK_FRAMES = 42
"""An interim ends where a token's attention jumps back by more than this (a second): the decoder is
no longer following the audio."""

DRAFT = 24
"""Most tokens of the draft that are checked again after a disagreement."""

MIN_REPEAT_FRAMES = 4
"""Repetitions whose attention advances by less than this (0.1 s) each are a loop, not speech."""

_LONGEST_LOOP, _LOOPS = 8, 3
"""Most tokens of a loop, and how often they must repeat. Less cuts off words that were repeated."""


@dataclass(slots=True)
class DecodedTokens:
    """A hypothesis: n tokens without BEGIN and END.

    For each token `peaks` is the frame that its attention peaks in, and, in finals, `attention` its
    row of cross-attention (float32, (frames,)) and `log_probs` its natural log-probability.
    """

    tokens: list[int] = field(default_factory=list)
    peaks: list[int] = field(default_factory=list)
    attention: list[Floats] = field(default_factory=list)
    log_probs: list[float] = field(default_factory=list)

    def cut(self, length: int) -> None:
        """Keeps the first `length` tokens."""
        del (
            self.tokens[length:],
            self.peaks[length:],
            self.attention[length:],
            self.log_probs[length:],
        )


def most_tokens(frames: int) -> int:
    """Returns the most tokens that `frames` of speech can have."""
    return int(frames / FRAMES_A_S * TOKENS_A_S) + SPARE_TOKENS


def interim(
    model: Model, memory: EncoderMemory, prefix: Sequence[int], draft: Sequence[int]
) -> list[int]:
    """Returns the tokens after `prefix`, without a last word that may be half."""
    decode = _Decode(model, memory, prefix, draft, until=memory.frames - HOLD_FRAMES)
    decode.run()
    tokens = decode.out.tokens
    return _without_partial_word(model, tokens, len(prefix), decode.held_token)[len(prefix) :]


def final(model: Model, memory: EncoderMemory, draft: Sequence[int]) -> DecodedTokens:
    """Returns the greedy hypothesis of all of the audio, with attention and log-probabilities."""
    decode = _Decode(model, memory, (), draft)
    decode.run()
    return decode.out


def score(model: Model, memory: EncoderMemory, tokens: Sequence[int]) -> DecodedTokens:
    """Returns the tokens with the model's attention and log-probabilities for them."""
    step = model.step(memory, KeyValueCache(), [BEGIN, *tokens[:-1]], attention=True, logits=True)
    out = DecodedTokens(list(tokens), [int(peak) for peak in step.peaks])
    assert step.attention is not None and step.logits is not None  # noqa: S101, PT018 - asked for
    out.attention = list(step.attention)
    out.log_probs = [_log_prob(row, token) for row, token in zip(step.logits, tokens, strict=True)]
    return out


def attention_rows(model: Model, memory: EncoderMemory, tokens: Sequence[int]) -> list[Floats]:
    """Returns each token's row of cross-attention, float32 of shape (frames,)."""
    if not tokens:
        return []
    step = model.step(memory, KeyValueCache(), [BEGIN, *tokens[:-1]], attention=True)
    return [] if step.attention is None else list(step.attention)


class _Decode:
    def __init__(
        self,
        model: Model,
        memory: EncoderMemory,
        prefix: Sequence[int],
        draft: Sequence[int],
        until: float | None = None,
    ) -> None:
        self.out = DecodedTokens()
        self.held_token: int | None = None
        """The next token, which an interim holds back as it may be half a word."""

        self._model = model
        self._memory = memory
        self._prefix = list(prefix)
        self._most = most_tokens(memory.frames) + len(prefix)
        self._draft = list(draft)[: self._most]
        self._until = until
        self._farthest = 0
        self._cache = KeyValueCache()

    def run(self) -> None:
        pending, draft = [BEGIN], [*self._prefix, *self._draft]
        while True:
            step = self._step([*pending, *draft])
            agreed, over = self._take(step, len(pending) - 1, draft)
            if over:
                return
            self._cache.keep(self._cache.length - (len(draft) - agreed))
            pending, draft = self.out.tokens[-1:], self._drafted()

    def _step(self, tokens: list[int]) -> Step:
        final = self._until is None
        return self._model.step(self._memory, self._cache, tokens, attention=final, logits=final)

    def _take(self, step: Step, row: int, draft: list[int]) -> tuple[int, bool]:
        """Takes the tokens of a pass; returns how many of the draft agree, and whether it ended."""
        agreed = 0
        while True:
            at = len(self.out.tokens)
            token = self._prefix[at] if at < len(self._prefix) else int(step.best[row + agreed])
            if at >= len(self._prefix) and self._ends(token, int(step.peaks[row + agreed])):
                return agreed, True
            self._keep(step, row + agreed, token)
            if self._should_stop():
                return agreed, True
            if agreed == len(draft) or draft[agreed] != token:
                return agreed, False
            agreed += 1

    def _ends(self, token: int, peak: int) -> bool:
        if token == END:
            return True
        if self._until is not None and (peak >= self._until or peak < self._farthest - BACK_FRAMES):
            self.held_token = token
            return True
        return False

    def _keep(self, step: Step, row: int, token: int) -> None:
        peak = int(step.peaks[row])
        self._farthest = max(self._farthest, peak)
        self.out.tokens.append(token)
        self.out.peaks.append(peak)
        if step.attention is not None and step.logits is not None:
            self.out.attention.append(step.attention[row])
            self.out.log_probs.append(_log_prob(step.logits[row], token))

    def _should_stop(self) -> bool:
        """Cuts a loop off; returns whether there was one, or the most tokens are reached."""
        begin = len(self._prefix)
        size = loop_length(self.out.tokens[begin:], self.out.peaks[begin:])
        if size:
            self.out.cut(len(self.out.tokens) - size)
        return bool(size) or len(self.out.tokens) >= self._most

    def _drafted(self) -> list[int]:
        """Returns the draft after the nearest place that has the last two tokens; else nothing."""
        decoded = self.out.tokens[len(self._prefix) :]
        if len(decoded) < 2:  # noqa: PLR2004 - one token is in many places
            return []
        pairs = pairwise(self._draft)
        positions = [at + 1 for at, pair in enumerate(pairs) if list(pair) == decoded[-2:]]
        if not positions:
            return []
        best = min(positions, key=lambda at: abs(at + 1 - len(decoded)))
        return self._draft[best + 1 : best + 1 + DRAFT]


def loop_length(tokens: Sequence[int], peaks: Sequence[int]) -> int:
    """Returns how many tokens at the end only repeat those before them; 0 for none.

    In a loop the same 1 to 8 tokens repeat three times and the attention does not advance in the
    audio; for a real "no, no, no" it advances each time.
    """
    for size in range(1, _LONGEST_LOOP + 1):
        last = list(tokens[-size:])
        if len(tokens) >= size * _LOOPS and list(tokens[-size * _LOOPS :]) == last * _LOOPS:
            advance = peaks[-size] - peaks[-size * _LOOPS]
            if advance < MIN_REPEAT_FRAMES * (_LOOPS - 1):
                return size * (_LOOPS - 1)
    return 0


def _log_prob(logits: Floats, token: int) -> float:
    """Returns a token's log-softmax."""
    top = logits.max()
    return float(logits[token] - top - np.log(np.exp(logits - top).sum()))


def _without_partial_word(
    model: Model, tokens: list[int], least: int, held_token: int | None
) -> list[int]:
    """Drops the last word where the held token continues it, but none of the first `least`."""
    if held_token is None or not model.tokens.continues_word(held_token):
        return tokens
    end = len(tokens)
    while end > least and not model.tokens.begins_word(tokens[end - 1]):
        end -= 1
    return tokens[: max(least, end - 1)]
