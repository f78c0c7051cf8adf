"""How hibari reads: words keep their places, whatever they are said as; and its sound, in parts."""

import json
import random

import numpy as np
import pytest

from sessions_app.engine.tts.engines.hibari import is_readable
from sessions_app.engine.tts.hibari.files import assets
from sessions_app.engine.tts.hibari.network import Network
from sessions_app.engine.tts.hibari.reading import MAX_PHONEMES, PhonemeReader, PhonemeRun
from sessions_app.engine.tts.hibari.sound import LEAD_S, SilenceTrimmer, synthesise
from sessions_app.engine.tts.hibari.tables import PackedTable
from sessions_app.engine.tts.worker.hibari import _reader


@pytest.fixture(scope="module")
def reader() -> PhonemeReader:
    return _reader(assets())


def runs(reader: PhonemeReader, text: str) -> list[PhonemeRun]:
    return list(reader.runs(text, 0))


def said(reader: PhonemeReader, text: str) -> str:
    """Returns what is said in the letters of the package's alphabet."""
    letters = json.loads((assets() / "vocab.json").read_text(encoding="utf-8"))
    names = {number: letter for letter, number in letters.items()}
    return "".join(names[n] for run in runs(reader, text) for n in run.phonemes[1:-1])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Good morning, Anna.", ["Good", "morning", "Anna"]),
        ("I can't, I'd rather not!", ["I", "can't", "I'd", "rather", "not"]),
        ("Dr. Lee lives on Elm St. now", ["Dr.", "Lee", "lives", "on", "Elm", "St.", "now"]),
        ("Pay $3.50 at 9:05 on 5/6/2024.", ["Pay", "3.50", "at", "9:05", "on", "5/6/2024."]),
        ("It weighs 5 kg, i.e. little", ["It", "weighs", "5", "kg,", "i.e.", "little"]),
        ("  a   b  ", ["a", "b"]),
        ("50% of a well-known A/B test", ["50%", "of", "a", "well-known", "A/B", "test"]),
    ],
)
def test_words_lie_where_they_are_written(
    reader: PhonemeReader, text: str, words: list[str]
) -> None:
    found = [word for run in runs(reader, text) for word in run.words]
    assert list(dict.fromkeys(text[start:end] for start, end, _, _ in found)) == words


def test_no_text_says_other_sounds_than_its_own(reader: PhonemeReader) -> None:
    assert "m\u02c8\u026alk" in said(reader, "buy [milk](/w\u02c8\u026asky/)")


def test_each_word_has_sounds_of_its_own_in_order(reader: PhonemeReader) -> None:
    for run in runs(reader, "Call me at 12:30, or on 555-0134; thanks to you, Mr. O'Neill."):
        places = [place for _, _, first, last in run.words for place in (first, last)]
        assert places == sorted(places)
        assert all(first < last < len(run.phonemes) for _, _, first, last in run.words)


@pytest.mark.parametrize("text", ["", " ", "...", "?!", "\U0001f600", "\ud83d", "- \u2014"])
def test_of_what_has_no_words_nothing_is_said(reader: PhonemeReader, text: str) -> None:
    assert runs(reader, text) == []


@pytest.mark.parametrize(
    ("text", "alike"),
    [
        ("e\u0301te\u0301", "\u00e9t\u00e9"),  # accents of their own
        ("\u1e90\u1e90yx", "ZZyx"),  # a letter that the network lacks
    ],
)
def test_letters_are_read_however_they_are_written(
    reader: PhonemeReader, text: str, alike: str
) -> None:
    assert said(reader, text) == said(reader, alike) != ""


@pytest.mark.parametrize(
    ("text", "alike"),
    [
        ("x \u2264 5", "x at most 5"),
        ("it is \u22125 now", "it is minus 5 now"),
        ("\u221a9\u22603", "the square root of 9 is not 3"),
    ],
)
def test_a_sign_that_means_something_is_said(reader: PhonemeReader, text: str, alike: str) -> None:
    assert said(reader, text) == said(reader, alike)
    places = [text[start:end] for run in runs(reader, text) for start, end, *_ in run.words]
    assert "".join(text.split()) == "".join(dict.fromkeys(places))


def test_a_word_longer_than_the_network_takes_is_said_to_its_end(reader: PhonemeReader) -> None:
    long = "flumberwick" * 9
    assert len(said(reader, long)) > 3 * len(said(reader, "flumberwick" * 2))


def test_a_long_sentence_is_said_in_runs_of_whole_words(reader: PhonemeReader) -> None:
    text = " ".join(["seventy-seven thousand"] * 40)
    found = runs(reader, text)
    assert len(found) > 2
    assert all(len(run.phonemes) <= MAX_PHONEMES + 2 for run in found)
    assert sum(len(run.words) for run in found) == 80


def test_a_long_sentence_is_said_in_clauses(reader: PhonemeReader) -> None:
    text = ", ".join(["the miller had three sons and a very old grey cat"] * 8) + "."
    found = runs(reader, text)
    assert len(found) > 2
    assert {run.end for run in found[:-1]} == {","}
    assert [run.words[0][0] for run in found] == sorted(run.words[0][0] for run in found)


SIGNS = "aeiknrstAEIN  .,:;!?'-/$%()0123456789\u00df\u00e9\u0142\u4f60\u05e9\u0301\U0001f600"


def test_words_lie_in_any_text(reader: PhonemeReader) -> None:
    chance = random.Random(11)
    for _ in range(300):
        text = "".join(chance.choice(SIGNS) for _ in range(chance.choice((1, 6, 40, 120))))
        for run in runs(reader, text):
            starts = [start for start, *_ in run.words]
            assert starts == sorted(starts)
            for start, end, first, last in run.words:
                assert 0 <= start <= end <= len(text)
                assert 0 < first < last < len(run.phonemes)


@pytest.mark.parametrize(
    ("text", "readable"),
    [
        ("Hello, \u201cAnna\u201d \u2014 5 \u00bd m\u00b2 \U0001f600", True),
        ("Gr\u00f6\u00dfe \u0141\u00f3d\u017a Nguy\u1ec5n", True),
        ("\u4f60\u597d", False),
        ("see \u041f\u0440\u0438\u0432\u0435\u0442", False),
        ("\u0663 apples", False),
        ("\u05e9\u05dc\u05d5\u05dd", False),
    ],
)
def test_other_scripts_are_left_to_another_voice(text: str, readable: bool) -> None:
    assert is_readable(text) is readable


def test_sound_in_parts_is_the_sound_of_the_whole(reader: PhonemeReader) -> None:
    from hibari import dsp

    (run,) = runs(reader, "A sentence that is long enough for two parts, and for a third one too.")
    told, ends_ms = Network(assets() / "hibari.onnx").run(run.phonemes, 1.0)
    told[2][:] = -30.0  # no noise: it is never the same twice
    parts = list(synthesise(dsp, told, np.random.default_rng(0)))
    assert len(parts) > 2
    whole = dsp.synth(*told, np.random.default_rng(0))
    np.testing.assert_allclose(np.concatenate(parts), whole, atol=2e-4)
    assert len(ends_ms) == len(run.phonemes)
    assert ends_ms[-1] == pytest.approx(1000 * len(whole) / dsp.SR, abs=40)


def test_silence_is_cut_off_both_ends_and_kept_within() -> None:
    trimmer, rate = SilenceTrimmer(1000, 0.2), 1000
    quiet, loud = np.zeros(500, np.float32), np.full(100, 0.5, np.float32)
    out = [trimmer.feed(part) for part in (quiet, quiet, loud, quiet, loud, quiet, quiet)]
    lead = round(LEAD_S * rate)
    assert [len(part) for part in out] == [0, 0, lead + 100, 0, 600, 0, 0]
    assert trimmer.cut == 1000 - lead
    assert len(trimmer.finish()) == 200
    assert len(SilenceTrimmer(1000, 0.2).finish()) == 0


def test_a_packed_table_has_what_it_was_made_of() -> None:
    table = {"read": {"VB": "\u0279\u02c8id", "VBD": None}, "Anna": "\u02c8\u00e6n\u0259", "": 1.5}
    packed = PackedTable(table)
    assert {key: packed.get(key) for key in table} == table
    for missing in ("a", "reads", "Ann", "z", "\ud83d"):
        assert packed.get(missing) is None
    assert PackedTable({}).get("a", 7) == 7
