"""When a caller speaks: what a person would leave of time for the answer, never twice the same."""

import random
from collections.abc import Sequence

from bench.mix.clips import Clip

SHARE = 0.4
"""Of the time each caller speaks so much."""

UNEVEN = 0.25
"""So much longer or shorter than that the pauses are."""

GREETING_S = 3.0


class Rhythm:
    """Says which clip is next, and how many packets of 20 ms of silence come before it.

    Nobody waits for the server: one that is late is spoken over, and not asked less.
    """

    def __init__(self, clips: Sequence[Clip], number: int) -> None:
        self._dice = random.Random(number)
        self._clips = clips
        self._waiting: list[Clip] = []
        self._pause = round(50 * (GREETING_S + self._dice.uniform(0.0, 6.0)))

    def next(self) -> tuple[int, Clip]:
        """Returns the pause before the next clip, in packets, and the clip."""
        if not self._waiting:
            self._waiting = self._dice.sample(self._clips, len(self._clips))
        said, pause = self._waiting.pop(), self._pause
        length = said.last - said.first
        uneven = self._dice.uniform(1 - UNEVEN, 1 + UNEVEN)
        around = len(next(iter(said.packets.values()))) - length
        self._pause = max(0, round(length * (1 / SHARE - 1) * uneven) - around)
        return pause, said
