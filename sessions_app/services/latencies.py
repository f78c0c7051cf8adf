"""How quickly agents answer: percentiles over the turns of the last weeks."""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import accumulate, pairwise

from django.utils import timezone

from sessions_app.models import Turn
from sessions_app.models.turn import STAGES

DAYS = 30
"""How many days back answers are counted. More hide a recent change; fewer rest on few calls."""


@dataclass(frozen=True, slots=True)
class Spread:
    """The median and a slow percentile of durations, in ms; None where nothing was measured."""

    p50: int | None
    p95: int | None


@dataclass(frozen=True, slots=True)
class Quickness:
    """How quickly one agent answered with one pair of engines; `stages` as STAGE_LABELS."""

    agent: str
    engines: str
    turns: int
    response: Spread
    stages: tuple[Spread, ...]


def by_agent(days: int = DAYS) -> list[Quickness]:
    """Returns the answers to what was spoken in the last `days`, by agent and engines."""
    since = timezone.now() - timedelta(days=days)
    found = Turn.objects.filter(
        call__created_at__gte=since, speech_end_ms__isnull=False, first_audio_ms__isnull=False
    )
    groups: dict[tuple[str, str], list[Turn]] = defaultdict(list)
    for turn in found.select_related("call__agent"):
        persona = turn.call.persona
        engines = f"{persona.get('responder', '')} + {persona.get('synthesiser', '')}"
        groups[turn.call.agent.shown_name, engines].append(turn)
    return [_quickness(agent, engines, turns) for (agent, engines), turns in sorted(groups.items())]


def _quickness(agent: str, engines: str, turns: list[Turn]) -> Quickness:
    steps: dict[str, list[int]] = defaultdict(list)
    for turn in turns:
        times = [(name, getattr(turn, name)) for name in STAGES]
        reached = [(name, at) for name, at in times if at is not None]
        for (_, before), (name, at) in pairwise(sorted(reached, key=lambda stage: stage[1])):
            steps[name].append(at - before)
    response = _spread(turn.response_ms for turn in turns if turn.response_ms is not None)
    return Quickness(
        agent, engines, len(turns), response, tuple(_spread(steps[name]) for name in STAGES[1:])
    )


def spread_of(counts: Mapping[int, int]) -> Spread:
    """Returns the nearest-rank percentiles of lengths in ms, given how often each occurred."""
    total = sum(counts.values())
    if not total:
        return Spread(None, None)
    ordered = sorted(counts)
    reached = list(accumulate(counts[length] for length in ordered))
    ranks = [max(1, -(-total * share // 100)) for share in (50, 95)]
    return Spread(*(ordered[bisect_left(reached, rank)] for rank in ranks))


def _spread(lengths: Iterable[int]) -> Spread:
    return spread_of(Counter(lengths))
