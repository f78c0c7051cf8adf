"""When a process that carries calls wakes: at beats that all its work shares.

To be woken costs a server as much as what it wakes for. Times are those of the event loop, in s.
"""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise

BEAT_S = 0.01
PERIOD_S = 0.02
"""Two beats: what a packet of a caller's sound lasts, so that all come at phases of this."""

REGULAR_S = 0.002
"""What comes again so close to the same phase is a caller's sound; all else is now and then."""

APART_S = 0.004
"""A span in which no sound comes has to be so long to wake in it: networks and clocks tremble."""

EARLY = 0.3
"""In so much of it: wake-ups are late, never early, and what then comes right after is not."""

SOON_S = 0.004
"""And so long after the last of those before it at the latest: none waits longer than it must."""


class TickGrid:
    """Beats, all of them shifted by `phase_s`: 0 to PERIOD_S."""

    def __init__(self) -> None:
        self.phase_s = 0.0

    def next(self, now_s: float, every: int = 1) -> float:
        """Returns the next time that is a multiple of so many beats, from the phase on."""
        apart_s = every * BEAT_S
        return (int((now_s - self.phase_s) / apart_s) + 1) * apart_s + self.phase_s


GRID = TickGrid()
"""The process's own: what wakes it wakes all that it does."""


def next_beat(now_s: float, every: int = 1) -> float:
    """Returns the next time on the loop's clock that is a multiple of so many beats.

    What shares these times shares their wake-ups.
    """
    return GRID.next(now_s, every)


async def sleep_to_beat(seconds: float) -> float:
    """Returns at the first beat after so many seconds; how late that came, in seconds."""
    loop = asyncio.get_running_loop()
    due_s = next_beat(loop.time() + seconds)
    late_s: asyncio.Future[float] = loop.create_future()

    def ring() -> None:
        if not late_s.done():
            late_s.set_result(loop.time() - due_s)

    timer = loop.call_at(due_s, ring)
    try:
        return await late_s
    finally:
        timer.cancel()


def quiet_phase(arrivals: Sequence[tuple[int, float]], present_s: float = 0.0) -> float | None:
    """Returns the phase of PERIOD_S, in s, in the longest span in which no sound comes.

    `arrivals` are who sent, and when, over some periods. The present phase is kept while nothing
    comes near it. None where no span is long enough, or nothing came again and again.
    """
    phases = sorted(_regular(arrivals))
    if not phases:
        return None
    if min(_apart(phase, present_s) for phase in phases) >= APART_S / 2:
        return present_s
    spans = [(b - a, a) for a, b in pairwise([*phases, phases[0] + PERIOD_S])]
    span_s, begin_s = max(spans)
    if span_s < APART_S:
        return None
    return (begin_s + min(EARLY * span_s, SOON_S)) % PERIOD_S


def _regular(arrivals: Sequence[tuple[int, float]]) -> list[float]:
    """Returns the phases at which the same sender was heard more than once."""
    by_sender: dict[int, list[float]] = defaultdict(list)
    for sender, at_s in arrivals:
        by_sender[sender].append(at_s % PERIOD_S)
    return [phase for phases in by_sender.values() for phase in _come_again(sorted(phases))]


def _come_again(phases: Sequence[float]) -> list[float]:
    """Returns those of a sender's phases, in order, next to which lies another."""
    around = [phases[-1] - PERIOD_S, *phases, phases[0] + PERIOD_S]
    beside = zip(around, phases, around[2:], strict=False)
    return [at for before, at, after in beside if min(at - before, after - at) <= REGULAR_S]


def _apart(one_s: float, other_s: float) -> float:
    """Returns how far two phases are from each other, the shorter way round."""
    apart_s = abs(one_s - other_s) % PERIOD_S
    return min(apart_s, PERIOD_S - apart_s)
