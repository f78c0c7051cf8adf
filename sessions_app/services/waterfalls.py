"""How quickly an agent answered, stage by stage: on a call's page and in the admin."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import median

from sessions_app.engine.core.clock_times import short_time
from sessions_app.models import Turn
from sessions_app.models.turn import STAGE_LABELS

STAGES = tuple(zip(("endpoint", "final", "token", "audio"), STAGE_LABELS, strict=True))
"""The stages of an answer after the end of the caller's speech, in order: CSS class and label."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One stage of an answer's wait; `x` and `width` in percent, formatted for SVG."""

    stage: str
    label: str
    length_ms: int
    x: str
    width: str


@dataclass(frozen=True, slots=True)
class AnswerTimes:
    """One answer of the agent; `total_ms` is None if no audio was played.

    `typed`: the caller typed, so there was no end of speech to wait for.
    """

    index: int
    """Its place among the turns of both sides."""

    number: int
    """Its place among the answers, from 1."""

    time: str
    seq: int | None
    interrupted: bool
    typed: bool
    total_ms: int | None
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Waterfall:
    """All answers on one scale; `median_ms` over audible answers to spoken turns, else None."""

    rows: tuple[AnswerTimes, ...]
    median_ms: int | None
    key: tuple[tuple[str, str], ...] = STAGES


@dataclass(frozen=True, slots=True)
class _Timed:
    """A turn with its start and its stages, all in ms on the call clock."""

    turn: Turn
    start_ms: int
    reached: tuple[tuple[str, str, int], ...]

    @property
    def length_ms(self) -> int:
        return max([0, *(at - self.start_ms for _, _, at in self.reached)])


def of(turns: Iterable[Turn], seqs: Mapping[int, int]) -> Waterfall | None:
    """Returns the answers among `turns`; None if there are none.

    `seqs` maps a turn's index to its first segment. A stage that was reached before the one
    before it (a final that came before the turn ended) has length 0.
    """
    timed = [found for turn in turns if (found := _timed(turn)) is not None]
    if not timed:
        return None
    scale = max([1, *(answer.length_ms for answer in timed)])
    rows = tuple(
        _answer(answer, number, scale, seqs.get(answer.turn.index))
        for number, answer in enumerate(timed, start=1)
    )
    heard = [row.total_ms for row in rows if row.total_ms is not None and not row.typed]
    return Waterfall(rows, round(median(heard)) if heard else None)


def _timed(turn: Turn) -> _Timed | None:
    """Returns `turn` with its stages if it is an answer; None for the caller's and greetings."""
    at = (turn.endpoint_ms, turn.final_ms, turn.first_token_ms, turn.first_audio_ms)
    reached = tuple(
        (stage, label, ms) for (stage, label), ms in zip(STAGES, at, strict=True) if ms is not None
    )
    if turn.first_token_ms is None and turn.first_audio_ms is None:
        return None
    if turn.speech_end_ms is not None:
        return _Timed(turn, turn.speech_end_ms, reached)
    # a typed turn has no end of speech: its answer starts at the first stage
    return _Timed(turn, reached[0][2], reached[1:])


def _answer(timed: _Timed, number: int, scale: int, seq: int | None) -> AnswerTimes:
    turn, reached, bars = timed.turn, timed.start_ms, []
    for stage, label, at in timed.reached:
        length = max(0, at - reached)
        x, width = 100 * (reached - timed.start_ms) / scale, 100 * length / scale
        bars.append(Bar(stage, label, length, f"{x:.2f}", f"{width:.2f}"))
        reached += length
    return AnswerTimes(
        index=turn.index,
        number=number,
        time=short_time(turn.start_ms),
        seq=seq,
        interrupted=turn.interrupted,
        typed=turn.speech_end_ms is None,
        total_ms=None if turn.first_audio_ms is None else turn.first_audio_ms - timed.start_ms,
        bars=tuple(bars),
    )
