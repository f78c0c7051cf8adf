"""A finished transcript, as summaries and exports read it."""

from typing import Protocol


class TranscriptLine(Protocol):
    """One segment as people read it; times in ms on the call clock."""

    @property
    def seq(self) -> int: ...

    @property
    def speaker(self) -> str: ...

    @property
    def start_ms(self) -> int: ...

    @property
    def end_ms(self) -> int: ...

    @property
    def text(self) -> str: ...
