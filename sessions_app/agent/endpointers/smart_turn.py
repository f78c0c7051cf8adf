"""Ends turns by words and by sound: the attentive rule, and a turn model where that is unsure."""

from sessions_app.agent.endpointers.attentive import AttentiveEndpointer, share_of
from sessions_app.agent.endpointers.base import Said
from sessions_app.agent.endpointers.shares import LIKELY, OVER, PLAIN
from sessions_app.core.languages import base_of
from sessions_app.core.persona import TurnSettings
from sessions_app.speech.turn_models.smart_turn import SmartTurn

FINISHED, UNFINISHED = 0.7, 0.3
"""Surer than so the model is believed; between them it says nothing."""


class SmartTurnEndpointer(AttentiveEndpointer):
    """`model` is what `manage.py fetch_model smart-turn` brought: a folder, or its file.

    A turn that sounds finished is over at once where its words tell nothing (no mark, and no rule
    of its language); one that sounds unfinished is waited for longer. Words that end no sentence
    are waited for however they sound.
    """

    def __init__(self, model: str, workers: int = 1) -> None:
        self.turn_model = SmartTurn(model, workers)

    def wait_ms(self, said: Said, settings: TurnSettings) -> float:
        by_words = super().wait_ms(said, settings)
        if said.finished is None:
            return by_words
        low, high = float(settings.min_delay_ms), float(settings.max_delay_ms)
        room = max(0.0, high - low)
        english = base_of(settings.language) in ("", "en")
        share = share_of(said.text.strip().lower(), english=english)
        if said.finished >= FINISHED and share <= PLAIN:
            return low + OVER * room
        if said.finished <= UNFINISHED:
            return max(by_words, low + LIKELY * room)
        return by_words
