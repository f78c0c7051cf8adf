"""Counts of measured values by size, as plain numbers: cheap to add to, read when somebody asks."""

from bisect import bisect_left
from collections.abc import Sequence


class Histogram:
    """How many values were at most as large as each of `bounds` (ascending), and their sum.

    Not thread-safe: one event loop or thread adds. Readers on others see numbers that may be one
    value apart.
    """

    __slots__ = ("bounds", "counts", "total")

    def __init__(self, bounds: Sequence[float]) -> None:
        self.bounds = tuple(bounds)
        self.counts = [0] * (len(self.bounds) + 1)
        """How many values fell between two bounds; the last count is of those above all."""

        self.total = 0.0

    def add(self, value: float) -> None:
        """Counts a value."""
        self.counts[bisect_left(self.bounds, value)] += 1
        self.total += value
