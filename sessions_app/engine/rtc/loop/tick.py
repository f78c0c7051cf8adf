"""The ticks at which a process that carries calls wakes; all its periodic work shares them.

A wake-up costs a server as much as the work that it is for. Times are the event loop's, in seconds.
"""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise

TICK_S = 0.01
"""Between two ticks. Lower wakes the loop more often; higher keeps packets waiting for longer."""

PERIOD_S = 0.02
"""Two ticks: the packet length of nearly all clients, whose streams so have a constant phase."""

REGULAR_S = 0.002
"""Packets of one client that are this close in phase belong to its stream.

Higher takes occasional packets for a stream and finds no gap; lower misses streams with jitter.
"""

MIN_GAP_S = 0.004
"""The shortest gap between streams to wake in.

Lower wakes in gaps that jitter fills; higher finds fewer gaps, and so saves fewer wake-ups.
"""

GAP_SHARE = 0.3
"""Wake 30 % into the gap; timers fire late, never early.

Higher leaves less room for late timers, lower leaves less for late packets.
"""

MAX_WAIT_S = 0.004
"""Wake at most this long after the gap begins, however long the gap is.

Higher makes the packets before the gap wait longer; lower misses those that are a little late.
"""


class Ticks:
    """The ticks of one event loop: multiples of TICK_S, all shifted by `phase_s` (0 to PERIOD_S).

    There is one for a loop, shared by everything that wakes on it; only the socket poller moves
    the phase.
    """

    def __init__(self) -> None:
        self.phase_s = 0.0

    def next(self, now_s: float, every: int = 1) -> float:
        """Returns the next tick after `now_s`; with `every` 2 the next even one, and so on."""
        interval_s = every * TICK_S
        return (int((now_s - self.phase_s) / interval_s) + 1) * interval_s + self.phase_s

    async def sleep(self, seconds: float) -> float:
        """Sleeps until the first tick after `seconds`; returns how late it woke, in seconds."""
        loop = asyncio.get_running_loop()
        due_s = self.next(loop.time() + seconds)
        late_s: asyncio.Future[float] = loop.create_future()

        def wake() -> None:
            if not late_s.done():
                late_s.set_result(loop.time() - due_s)

        timer = loop.call_at(due_s, wake)
        try:
            return await late_s
        finally:
            timer.cancel()


def quiet_phase(arrivals: Sequence[tuple[int, float]], present_s: float = 0.0) -> float | None:
    """Returns the phase to wake at, in seconds: in the longest gap between the clients' streams.

    `arrivals` are (sender, time in s) of the packets of several periods. The present phase is kept
    while no stream is near it. None if no gap is long enough, or no stream was seen.
    """
    phases = sorted(_regular(arrivals))
    if not phases:
        return None
    if min(_distance_s(phase, present_s) for phase in phases) >= MIN_GAP_S / 2:
        return present_s
    gaps = [(b - a, a) for a, b in pairwise([*phases, phases[0] + PERIOD_S])]
    gap_s, begin_s = max(gaps)
    if gap_s < MIN_GAP_S:
        return None
    return (begin_s + min(GAP_SHARE * gap_s, MAX_WAIT_S)) % PERIOD_S


def _regular(arrivals: Sequence[tuple[int, float]]) -> list[float]:
    """Returns the phases at which several packets of the same sender arrived."""
    by_sender: dict[int, list[float]] = defaultdict(list)
    for sender, at_s in arrivals:
        by_sender[sender].append(at_s % PERIOD_S)
    return [phase for phases in by_sender.values() for phase in _repeated(sorted(phases))]


def _repeated(phases: Sequence[float]) -> list[float]:
    """Returns those of a sender's phases, in order, that have another within REGULAR_S."""
    around = [phases[-1] - PERIOD_S, *phases, phases[0] + PERIOD_S]
    beside = zip(around, phases, around[2:], strict=False)
    return [at for before, at, after in beside if min(at - before, after - at) <= REGULAR_S]


def _distance_s(one_s: float, other_s: float) -> float:
    """Returns how far two phases are apart, the shorter way round."""
    apart_s = abs(one_s - other_s) % PERIOD_S
    return min(apart_s, PERIOD_S - apart_s)
