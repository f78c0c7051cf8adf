"""What staff who look on at a live call are shown of it, and what they do in it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DeskState:
    """How a live call stands now: who talks, and whether it is over."""

    caller_speaks: bool = False
    agent_speaks: bool = False
    over: bool = False
