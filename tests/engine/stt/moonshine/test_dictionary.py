"""Words that are not English, and what becomes of them in a final."""

import pytest

from sessions_app.engine.stt.moonshine import decoding, dictionary
from sessions_app.engine.stt.moonshine import utterance as utterances
from sessions_app.engine.stt.moonshine.dictionary import unknown_words
from sessions_app.engine.stt.moonshine.model import EncoderMemory, Floats, Model
from sessions_app.engine.stt.moonshine.phrase_correction import PhraseCorrector
from sessions_app.engine.stt.moonshine.utterance import MoonshineUtterance
from tests.engine.stt.moonshine.conftest import Said

BOXES = "There are three more boxes in the other room."


@pytest.mark.parametrize(
    ("text", "odd"),
    [
        ("There are three more doxes in the other room.", ["doxes"]),
        ("Listle my notes. Endube, please.", ["Listle", "Endube"]),
        ("I don't think it's the dogs' or my mother's; they're Anna\u2019s.", []),
        ("It costs 25 dollars at 9:05, or $3.50.", []),
        ("a ten-mile walk", []),
        ("the yoghurt, the cannula and the windscreen; snorkelling and paddleboarding", []),
        ("Please call Kowalczyk about it.", []),  # a name, as far as anybody can tell
        ("", []),
        ("...", []),
        ("привет", ["привет"]),
    ],
)
def test_words_that_no_dictionary_has(text: str, odd: list[str]) -> None:
    assert unknown_words(text) == odd


@pytest.fixture
def without_dictionary(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dictionary, "find_spec", lambda _: None)
    dictionary._known.cache_clear()
    monkeypatch.setattr(dictionary, "_known", dictionary._known.__wrapped__)


@pytest.mark.usefixtures("without_dictionary")
def test_without_the_dictionary_every_word_is_known() -> None:
    assert unknown_words("three more doxes") == []


@pytest.mark.parametrize("phrases", [(), ("Tamolin",)])
def test_a_word_that_does_not_exist_gives_way_however_sure_the_rest_is(
    model: Model, said: Said, monkeypatch: pytest.MonkeyPatch, phrases: tuple[str, ...]
) -> None:
    """The greedy words have a "doxes" here; the search knows nothing of it."""

    def greedy(model: Model, memory: EncoderMemory, _draft: object) -> decoding.DecodedTokens:
        return decoding.score(model, memory, model.tokens.encode(BOXES.replace("boxes", "doxes")))

    monkeypatch.setattr(decoding, "final", greedy)
    for doubtful in ("SEARCH_BELOW", "SEARCH_BELOW_WITH_PHRASES", "RETRY_BELOW"):
        monkeypatch.setattr(utterances, doubtful, -9.0)
    assert "three more boxes" in final(model, said(BOXES), phrases)
    monkeypatch.setattr(utterances, "unknown_words", lambda _: [])
    assert "three more doxes" in final(model, said(BOXES), phrases)


def final(model: Model, audio: Floats, phrases: tuple[str, ...]) -> str:
    utterance = MoonshineUtterance(model, PhraseCorrector(model, phrases) if phrases else None)
    utterance.add(audio)
    return utterance.final().text


def test_words_of_an_agents_phrases_count_as_known(model: Model) -> None:
    utterance = MoonshineUtterance(model, PhraseCorrector(model, ["Zorblax doxes"]))
    assert utterance._unknown_words("three more doxes and foxen") == ["foxen"]
