"""The contract of endpointing rules: how long after speech a turn is over."""

from abc import ABC, abstractmethod
from dataclasses import dataclass

from sessions_app.engine.core.agent_config import TurnSettings
from sessions_app.engine.turns.endpointing.shares import LIKELY
from sessions_app.engine.turns.turn_models.base import TurnModel


@dataclass(frozen=True, slots=True)
class TurnSoFar:
    """What the caller has said, who is silent now.

    `text` is the turn so far, final or not; recognisers may give it in lower case and without
    punctuation. `sure` is the recogniser's confidence (0..1) in its last word, `finished` a turn
    model's probability (0..1) that the turn has ended; None where there is none.
    """

    text: str
    sure: float | None = None
    finished: float | None = None


class Endpointer(ABC):
    """An endpointing rule. It has no state of a call, and serves all of them.

    With a `turn_model` that judges each pause, and `wait_ms` is called again with its result.
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
        """Returns how long, in ms, the caller must be silent after `text` to end the turn.

        It judges by the words alone; `wait_ms` is asked for a turn in a call. The result is between
        the settings' minimum and maximum delay.
        """

    def wait_ms(self, said: TurnSoFar, settings: TurnSettings) -> float:
        """Returns the silence, in ms, that ends this turn: `delay_ms` by all that is known of it.

        The engine calls this one; override it to use the confidence or the turn model's result.
        """
        return self.delay_ms(said.text, settings)

    def expects_more(self, said: TurnSoFar, settings: TurnSettings) -> bool:
        """Returns whether the turn seems unfinished: its delay is at least LIKELY."""
        low, high = float(settings.min_delay_ms), float(settings.max_delay_ms)
        return high > low and self.wait_ms(said, settings) >= low + LIKELY * (high - low)
