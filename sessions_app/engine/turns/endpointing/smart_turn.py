"""Ends turns by words and by sound: the attentive rule, and a turn model where that is unsure."""

from dataclasses import replace

from sessions_app.engine.turns.endpointing.attentive import AttentiveEndpointer
from sessions_app.engine.turns.endpointing.base import TurnSoFar
from sessions_app.engine.turns.endpointing.shares import LIKELY, OVER, PLAIN
from sessions_app.engine.turns.turn_models.smart_turn import SmartTurn

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

    def share(self, said: TurnSoFar, language: str) -> float:
        by_words = super().share(said, language)
        if said.finished is None:
            return by_words
        # how sure the recogniser was of its last word says nothing that the sound does not
        if said.finished >= FINISHED and super().share(replace(said, sure=None), language) <= PLAIN:
            return OVER
        return max(by_words, LIKELY) if said.finished <= UNFINISHED else by_words
