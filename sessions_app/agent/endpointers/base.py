"""The contract of end-pointing: how long after speech a turn is over."""

from abc import ABC, abstractmethod

from sessions_app.core.persona import TurnSettings


class Endpointer(ABC):
    """One rule; it holds no state and serves all calls."""

    @abstractmethod
    def delay_ms(self, text: str, settings: TurnSettings) -> float:
        """Returns how long the caller must be silent before the turn is over.

        `text` is the turn so far, final or not; recognisers may give it in lower case and
        without punctuation. The result lies between the settings' minimum and maximum.
        """
