"""An agent's likely words are put where they were said, and nowhere else."""

import random
from collections.abc import Sequence

import numpy as np
import pytest
from rapidfuzz.distance import Levenshtein

from sessions_app.engine.stt.moonshine import phrase_correction
from sessions_app.engine.stt.moonshine.confidence import confidence
from sessions_app.engine.stt.moonshine.decoding import DecodedTokens
from sessions_app.engine.stt.moonshine.engine import MoonshineEngine
from sessions_app.engine.stt.moonshine.model import Floats, Model
from sessions_app.engine.stt.moonshine.phrase_correction import PhraseCorrector, sounds
from sessions_app.engine.stt.moonshine.tokens import TokenSpan
from sessions_app.engine.stt.moonshine.utterance import MoonshineUtterance
from tests.engine.stt.moonshine.conftest import Said

NAMES = ("Velmora", "Brindlewick", "Kestrov", "Quill Harbour", "Novatek")


@pytest.fixture(scope="module")
def names(model: Model) -> PhraseCorrector:
    return PhraseCorrector(model, [*NAMES, *NAMES, "", "  ", "123", "!!"])


def final_of(model: Model, names: PhraseCorrector | None, audio: Floats) -> str:
    speech = MoonshineUtterance(model, names)
    speech.add(audio)
    final = speech.final()
    assert " ".join(word[0] for word in final.words) == final.text
    assert all(0.0 <= word[1] <= word[2] for word in final.words)
    return final.text


@pytest.mark.parametrize(
    ("sentence", "name"),
    [
        ("the name of the product is Velmora.", "Velmora"),
        ("please send the report to Brindlewick today.", "Brindlewick"),
        ("I spoke with Kestrov about the invoice.", "Kestrov"),
        ("they moved the office to Quill Harbour last year.", "Quill Harbour"),
    ],
)
def test_a_name_that_is_expected_is_written(
    model: Model, names: PhraseCorrector, said: Said, sentence: str, name: str
) -> None:
    audio = said(sentence)
    assert name in final_of(model, names, audio)
    assert name not in final_of(model, None, audio) or name == "Quill Harbour"


def test_two_names_in_one_sentence_are_both_written(
    model: Model, names: PhraseCorrector, said: Said
) -> None:
    text = final_of(model, names, said("please tell Brindlewick that Kestrov is on the phone."))
    assert "Brindlewick" in text
    assert "Kestrov" in text


@pytest.mark.parametrize(
    "sentence",
    [
        "the weather is very nice today.",
        "he came along in the morning with a brand new wick.",
        "the more we tell them the better it is.",
        "it is a long way from here to the harbour.",
        "please call me back on monday.",
    ],
)
def test_what_is_no_name_stays_as_it_was(
    model: Model, names: PhraseCorrector, said: Said, sentence: str
) -> None:
    audio = said(sentence)
    assert final_of(model, names, audio) == final_of(model, None, audio)


@pytest.mark.parametrize(
    ("phrase", "sentence"),
    [
        ("turn off the kitchen light", "turn on the kitchen light."),
        ("what is the weather in Paris", "what is the weather in Berlin?"),
        ("book a table for Boston", "book a table for Dublin."),
        ("remind me to call the dentist", "remind me to call the doctor."),
        ("the", "the kitchen is over there."),
    ],
)
def test_a_phrase_of_which_another_word_was_said_is_not_written(
    model: Model, said: Said, phrase: str, sentence: str
) -> None:
    """Its other words were said, and say nothing of the one that was not."""
    audio = said(sentence)
    assert final_of(model, PhraseCorrector(model, [phrase]), audio) == final_of(model, None, audio)


def test_what_is_too_long_for_a_phrase_or_none_is_left_out(model: Model) -> None:
    names = PhraseCorrector(
        model, ["a" * 5_000, "so many words " * 500, " ", "...", "Tamolin.", "b" * 101]
    )
    assert [phrase.text for phrase in names._phrases] == ["Tamolin"]


def test_words_that_sound_alike_have_the_same_sounds() -> None:
    assert sounds("Castrove") == sounds("Kestrov")
    assert sounds("") == sounds("12 !?") == ""


def test_a_stream_is_told_of_its_own_names_alone(said: Said) -> None:
    engine = MoonshineEngine()
    told, bare = engine.open("en-US", ["Velmora"]), engine.open("en-US", [])
    samples = (said("the name of the product is Velmora.") * 32767).astype("int16")
    for session in (told, bare):
        session.accept(samples)
    assert "Velmora" in told.finish().text
    assert "Velmora" not in bare.finish().text


def test_confidence_falls_with_doubt() -> None:
    shares = [confidence([-doubt]) for doubt in (0.0, 0.05, 0.3, 0.7, 1.5, 5.0)]
    assert shares == sorted(shares, reverse=True)
    assert shares[0] > 0.99
    assert shares[-1] < 0.05
    assert confidence([-0.1, -0.5]) == confidence([-0.3])


COMMANDS = (
    "what have I got so far",
    "so far",
    "undo that",
    "read back",
    "take a note",
    "note that",
)


@pytest.mark.parametrize(
    "sentence",
    [
        "what have I got so far?",
        "take a note, call the plumber on Tuesday.",
        "I would like two tickets and a window seat.",
        "we need a candle, some more paper and a lamp.",
        "please send the report to Martin today.",
    ],
)
def test_phrases_of_common_words_are_not_written_where_they_stand_or_were_not_said(
    model: Model, said: Said, sentence: str
) -> None:
    audio = said(sentence)
    commands = PhraseCorrector(model, COMMANDS)
    assert final_of(model, commands, audio) == final_of(model, None, audio)


def plain_of(text: str) -> str:
    return " ".join(phrase_correction._WORD.findall(text)).lower()


def alike_of(first: str, second: str) -> float:
    return Levenshtein.normalized_similarity(first, second, score_cutoff=phrase_correction.ALIKE)


def rest_alike(phrase: phrase_correction._Phrase, said: list[str]) -> bool:
    """Returns whether what differs sounds alike: words are taken off both ends while they fit."""
    wanted, said = phrase.plain.split(" "), [*said]
    for end in (0, -1):
        while wanted and said and wanted[end] == said[end]:
            del wanted[end], said[end]
    return alike_of(sounds(" ".join(wanted)), sounds(" ".join(said))) >= phrase_correction.ALIKE


def one_by_one(
    names: PhraseCorrector, heard: DecodedTokens, spans: Sequence[TokenSpan]
) -> list[tuple[str, int, int]]:
    """Returns what `_candidates` has to find, looked for phrase by phrase and word by word."""
    found = []
    said, words = [sounds(span.text) for span in spans], [plain_of(span.text) for span in spans]
    for phrase in names._phrases:
        for first in range(len(spans)):
            for end in range(first + 1, min(first + phrase.words + 3, len(spans)) + 1):
                alike = alike_of("".join(said[first:end]), phrase.sounds)
                sure = float(
                    np.mean(heard.log_probs[spans[first].first : spans[end - 1].spoken_end])
                )
                may = (
                    sure < phrase_correction.SURE or alike >= phrase_correction.VERY_ALIKE
                    if phrase.is_name
                    else sure < phrase_correction.SURE_WORD
                    and alike >= phrase_correction.QUITE_ALIKE
                )
                here = f" {' '.join(words[first:end])} "
                around = " ".join(words[max(first - phrase.words, 0) : end + phrase.words])
                there = any(f" {one.plain} " in here for one in names._phrases)
                there = there or f" {phrase.plain} " in f" {around} "
                if here == f" {phrase.plain} ":
                    written = " ".join(span.text for span in spans[first:end])
                    there = not phrase.is_name or phrase.text in written
                if (
                    alike >= phrase_correction.ALIKE
                    and may
                    and not there
                    and rest_alike(phrase, words[first:end])
                ):
                    found.append((alike, phrase.text, first, end))
    found.sort(key=lambda one: (-one[0], one[3] - one[2]))
    return [(text, first, end) for _, text, first, end in found]


def test_many_phrases_are_found_as_if_each_were_looked_for(model: Model) -> None:
    dice = random.Random(5)
    syllables = ("bra", "kes", "trov", "vel", "mo", "ra", "lin", "quill", "har", "bour", "wick")
    made = ["".join(dice.choices(syllables, k=dice.randint(1, 4))) for _ in range(120)]
    common = ("velvet more", "Call Me Back", "the harbour", "note that", "o'clock", "4711 wick")
    names = PhraseCorrector(
        model, [*made[:40], *map(str.capitalize, made[40:]), *NAMES, *common, "12"]
    )
    places = 0
    for text in (
        "The name of the product is Velmore at 9 o'clock.",
        "Please send kestrov, a brand new wick to the quiet harbour 4711.",
        "Call me back -- note that it's Quill harbour and the more we tell them.",
        "Wick.",
        "",
    ):
        tokens = model.tokens.encode(text) if text else []
        heard = DecodedTokens(tokens, log_probs=[dice.choice((-0.01, -0.3, -2.0)) for _ in tokens])
        spans = model.tokens.word_spans(tokens)
        found = [(one.phrase.text, one.first, one.end) for one in names._candidates(heard, spans)]
        assert found == one_by_one(names, heard, spans)
        places += len(found)
    assert places > 50
    assert PhraseCorrector(model, ["12"])._candidates(DecodedTokens(), []) == []


def test_phrases_are_prepared_once_for_all_utterances_of_an_agent() -> None:
    engine = MoonshineEngine()
    opened = [engine.open("en-US", ["Velmora", name])._names for name in ("a", "a", "b")]
    assert opened[0] is opened[1]
    assert opened[1] is not opened[2]
