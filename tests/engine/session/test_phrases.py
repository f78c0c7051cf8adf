"""What agents say by themselves, in the language that they speak."""

import pytest

from sessions_app.engine.agent.markup import speakable
from sessions_app.engine.core.agent_config import AgentConfig
from sessions_app.engine.core.states import EndReason
from sessions_app.engine.session.idle_prompts import Prompt
from sessions_app.engine.session.phrases import SENTENCES, Phrases


@pytest.mark.parametrize(
    ("language", "spoken"),
    [
        ("de-AT", "de"),
        ("fr-CA", "fr"),
        ("es-MX", "es"),
        ("it", "it"),
        ("pt-BR", "pt"),
        ("nl-BE", "nl"),
        ("ja-JP", "ja"),
        ("cmn-Hans-CN", "zh"),
        ("ar-EG", "ar"),
        ("hi-IN", "hi"),
        ("fi-FI", "en"),
        ("en-GB", "en"),
    ],
)
def test_an_agent_speaks_its_own_language(language: str, spoken: str) -> None:
    phrases, own = Phrases(AgentConfig(language=language, closing_words="")), SENTENCES[spoken]
    assert phrases.apology == own.apology
    assert phrases.of(Prompt.STILL_THERE) == own.still_there
    assert phrases.of(Prompt.NEARLY_OVER) == own.nearly_over
    assert phrases.closing(EndReason.IDLE) == own.nobody_there
    assert phrases.closing(EndReason.MAX_LENGTH) == own.time_is_up
    assert phrases.all_fixed == (own.apology, own.still_there)


def test_every_sentence_is_words_alone() -> None:
    every = [text for own in SENTENCES.values() for text in own]
    assert len(set(every)) == len(every)
    assert not [text for text in every if speakable(text) != " ".join(text.split())]
    assert not [text for text in every if any(map(str.isdigit, text))]


def test_closing_words_of_the_agent_come_first() -> None:
    phrases = Phrases(AgentConfig(language="de-DE", closing_words="Bis bald."))
    assert phrases.closing(EndReason.IDLE) == "Bis bald."
