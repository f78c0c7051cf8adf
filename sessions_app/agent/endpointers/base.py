"""The contract of end-pointing: how long after speech a turn is over."""

from abc import ABC, abstractmethod
from dataclasses import dataclass

from sessions_app.agent.endpointers.shares import LIKELY
from sessions_app.core.persona import TurnSettings


@dataclass(frozen=True, slots=True)
class Said:
    """What a caller who is silent now has said.

    `text` is the turn so far, final or not; recognisers may give it in lower case and without
    punctuation. `sure` is the recogniser's confidence (0..1) in its last word, None where it
    gives none.
    """

    text: str
    sure: float | None = None


class Endpointer(ABC):
    """One rule; it holds no state and serves all calls."""

    @abstractmethod
    def delay_ms(self, text: str, settings: TurnSettings) -> float:
        """Returns how long the caller must be silent after `text` before the turn is over.

        The result lies between the settings' minimum and maximum.
        """

    def wait_ms(self, said: Said, settings: TurnSettings) -> float:
        """Returns the same of all that is known of what was said; this is what calls ask."""
        return self.delay_ms(said.text, settings)

    def expects_more(self, said: Said, settings: TurnSettings) -> bool:
        """Returns whether what was said is likely to go on: its delay is long."""
        low, high = float(settings.min_delay_ms), float(settings.max_delay_ms)
        return high > low and self.wait_ms(said, settings) >= low + LIKELY * (high - low)
