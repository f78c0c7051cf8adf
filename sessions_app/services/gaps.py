"""Where a call's connection was lost, between the lines of its transcript."""

from collections.abc import Sequence

from sessions_app.engine.core.clock_times import spoken_length

Gap = Sequence[int]
"""From and until when, in ms on the call clock."""


def take_before(left: list[Gap], start_ms: int) -> str:
    """Returns how long the gaps lasted that began by `start_ms`, and removes them from `left`.

    Empty where there are none.
    """
    before = [gap for gap in left if gap[0] <= start_ms]
    del left[: len(before)]
    return lasted(before)


def lasted(gaps: Sequence[Gap]) -> str:
    """Returns how long all of them lasted, as people say it; empty where there are none."""
    return spoken_length(sum(end - start for start, end in gaps)) if gaps else ""
