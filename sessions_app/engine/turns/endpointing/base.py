"""The contract of end-pointing: how long after speech a turn is over."""

from abc import ABC, abstractmethod
from dataclasses import dataclass

from sessions_app.engine.core.agent_config import TurnSettings
from sessions_app.engine.turns.endpointing.shares import LIKELY
from sessions_app.engine.turns.turn_models.base import TurnModel


@dataclass(frozen=True, slots=True)
class TurnSoFar:
    """What a caller who is silent now has said.

    `text` is the turn so far, final or not; recognisers may give it in lower case and without
    punctuation. `sure` is the recogniser's confidence (0..1) in its last word, None where it
    gives none. `finished` is how likely (0..1) the turn is over by its sound, as far as a turn
    model has judged it.
    """

    text: str
    sure: float | None = None
    finished: float | None = None


class Endpointer(ABC):
    """One rule; it holds no state of a call and serves all of them.

    With a `turn_model` each pause is judged by that, and `wait_ms` asked again with what it says.
    """

    turn_model: TurnModel | None = None

    async def start(self) -> None:
        """Makes it ready; raises TurnModelError where its turn model cannot run."""
        if self.turn_model is not None:
            await self.turn_model.start()

    async def aclose(self) -> None:
        """Frees everything; may be called twice."""
        if self.turn_model is not None:
            await self.turn_model.aclose()

    @abstractmethod
    def delay_ms(self, text: str, settings: TurnSettings) -> float:
        """Returns how long the caller must be silent after `text` before the turn is over.

        The result lies between the settings' minimum and maximum.
        """

    def wait_ms(self, said: TurnSoFar, settings: TurnSettings) -> float:
        """Returns the same of all that is known of what was said; this is what calls ask."""
        return self.delay_ms(said.text, settings)

    def expects_more(self, said: TurnSoFar, settings: TurnSettings) -> bool:
        """Returns whether what was said is likely to go on: its delay is long."""
        low, high = float(settings.min_delay_ms), float(settings.max_delay_ms)
        return high > low and self.wait_ms(said, settings) >= low + LIKELY * (high - low)
