"""Endpointing by words and audio: the attentive rule, and a turn model where words do not tell."""

from dataclasses import replace

from sessions_app.engine.turns.endpointing.attentive import AttentiveEndpointer
from sessions_app.engine.turns.endpointing.base import TurnSoFar
from sessions_app.engine.turns.endpointing.shares import LIKELY, OVER, PLAIN
from sessions_app.engine.turns.turn_models.smart_turn import SmartTurn

FINISHED, UNFINISHED = 0.7, 0.3
"""Probabilities from which, and down to which, the model is believed; between them it is ignored.
Closer to each other follows the model more often."""


class SmartTurnEndpointer(AttentiveEndpointer):
    """`model` is what `manage.py fetch_model smart-turn` downloaded: a folder, or its file.

    A turn that sounds finished ends at once where its words do not tell (no punctuation, and no
    rule of its language); one that sounds unfinished waits longer. Words that cannot end a sentence
    wait however they sound.
    """

    def __init__(self, model: str, workers: int = 1) -> None:
        self.turn_model = SmartTurn(model, workers)

    def share(self, said: TurnSoFar, language: str) -> float:
        by_words = super().share(said, language)
        if said.finished is None:
            return by_words
        # the audio overrules the recogniser's confidence in the last word
        if said.finished >= FINISHED and super().share(replace(said, sure=None), language) <= PLAIN:
            return OVER
        return max(by_words, LIKELY) if said.finished <= UNFINISHED else by_words
