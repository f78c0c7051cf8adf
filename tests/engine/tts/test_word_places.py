"""Whole words, from what voices tell of them; with eSpeak NG's own events in six languages."""

import asyncio
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessions_app.engine.agent.heard_text import heard_part
from sessions_app.engine.core.frames import SpokenWord
from sessions_app.engine.text.writing import token_spans
from sessions_app.engine.tts.engines.espeak import EspeakSynthesiser
from sessions_app.engine.tts.text_parts import in_parts
from sessions_app.engine.tts.word_places import Change, WordPlaces, placed

TEXTS = {
    "en-us": [
        "I can't do that today.",
        "She's well-known; they'd've said “yes.” Then 'no' (maybe).",
        "The U.S. site example.com, e.g. mary_ann_lee@example.org, costs $3.50.",
        "At 3:00 p.m. or 9:05, from 10-5, that is 5*3 = 15, 1/2 and 1,000,000!",
        "Rock 'n' roll o'clock—don't stop… it's the dogs' and O'Neill's.",
        "Use my_file.txt, C++ and #5 & the 1990s (50% off) in naïve cafés.",
    ],
    "de": [
        "Das ist z.B. der „Kinder-Garten“ von Hans' Tante, d.h. von O'Neill.",
        "Um 9:05 Uhr kostet's 3,50 €, am 21. November sind's 1.000 km/h.",
    ],
    "fr-fr": [
        "L'eau n'est pas là aujourd'hui, c’est-à-dire jamais : qu'est-ce qu'il y a ?",
        "« Jusqu'à 3,50 € », dit-il à 9h05 — y a-t-il d'autres œufs ?",
    ],
    "it": [
        "Dell'acqua c'è, un po' d'olio, l'11% e dall'1.000 all'anno '68.",
        "Quell'uomo, com'è, dov'è? Perché no: all'una…",
    ],
    "es": [
        "¿Qué hora es? ¡Son las 3:30! El 1.º de mayo, el Sr. Pérez-Gómez dijo «sí».",
        "A/c: cuesta 3,50 €, o sea, 5 km… ¿no?",
    ],
    "nl": [
        "'s Avonds om 5 uur, foto's van m'n auto's in 's-Hertogenbosch.",
        "Zo'n 3,50 euro d'r-bij, A.U.B.; 't is tien vóór één.",
    ],
}


def whole(text: str) -> set[int]:
    """Returns where `text` may be cut: after a word, before a blank, or at its end."""
    ends = {end for _, end in token_spans(text)}
    assert all(end == len(text) or text[end].isspace() or text[end - 1] in "—…" for end in ends)
    return ends | {0}


@pytest.mark.parametrize("voice", TEXTS)
async def test_wherever_a_voice_is_cut_whole_words_were_heard(voice: str) -> None:
    engine = EspeakSynthesiser()
    await engine.start()
    try:
        for text in TEXTS[voice]:
            chunks = [chunk async for chunk in engine.stream(text, voice=voice)]
            words = [word for chunk in chunks for word in chunk.words]
            length_ms = sum(1000 * len(c.samples) / c.sample_rate for c in chunks)
            assert all(a.end <= b.start for a, b in itertools.pairwise(words))
            assert all(a.end_ms <= b.start_ms for a, b in itertools.pairwise(words))
            assert text[words[-1].end :] in ("", " ?")
            heard = [heard_part(text, words, at, length_ms) for at in range(0, int(length_ms), 10)]
            assert {len(part) for part in heard} <= whole(text)
            assert [len(part) for part in heard] == sorted(len(part) for part in heard)
            # nearly every written word has a place of its own
            assert len(words) >= 0.8 * len([w for w in text.split() if any(map(str.isalnum, w))])
    finally:
        await engine.aclose()
        assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_the_word_that_was_cut_is_not_remembered() -> None:
    engine = EspeakSynthesiser()
    await engine.start()
    text = "I can't do that today."
    try:
        chunks = [chunk async for chunk in engine.stream(text)]
    finally:
        await engine.aclose()
    words = [word for chunk in chunks for word in chunk.words]
    assert [text[w.start : w.end] for w in words] == text.split()
    do = words[2]
    assert heard_part(text, words, do.start_ms + 20, 2000) == "I can't"
    assert heard_part(text, words, do.end_ms, 2000) == "I can't do"


@pytest.mark.parametrize(
    "text", [" ".join(TEXTS["en-us"]), "Say " + "well-known-" * 40 + "it now."]
)
async def test_words_are_whole_where_a_long_text_is_spoken_in_parts(text: str) -> None:
    engine = EspeakSynthesiser()
    await engine.start()
    try:
        assert len(list(in_parts(text))) > 1
        chunks = [chunk async for chunk in engine.stream(text)]
    finally:
        await engine.aclose()
    words = [word for chunk in chunks for word in chunk.words]
    spans = token_spans(text)
    assert {w.start for w in words} <= {start for start, _ in spans}
    assert {w.end for w in words} <= {end for _, end in spans}
    assert len(words) >= 0.8 * len(spans)
    assert words[-1].end == len(text)
    assert all(a.end <= b.start and a.end_ms <= b.start_ms for a, b in itertools.pairwise(words))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("I can't go.", ["I", "can't", "go."]),
        ("yes—no well-known", ["yes—", "no", "well-known"]),
        ("3–5 days…then more", ["3–5", "days…", "then", "more"]),
        ("wait...what e.g. this", ["wait...", "what", "e.g.", "this"]),
        ("今天的会，好", ["今天", "的", "会，", "好"]),
        ("きょうはコーヒー", ["きょう", "は", "コーヒー"]),
        ("ไปไหน", ["ไป", "ไหน"]),
        ("用well-known的can't，a@b.org呢", ["用", "well-known", "的", "can't，", "a@b.org", "呢"]),
        ("  a  ", ["a"]),
        ("", []),
    ],
)
def test_words_as_they_are_written(text: str, words: list[str]) -> None:
    assert [text[start:end] for start, end in token_spans(text)] == words


def test_a_word_is_heard_with_the_last_of_its_parts() -> None:
    text = "Say well-known now."
    parts = [(0, 3, 0, 100), (4, 8, 100, 300), (9, 14, 300, 600), (15, 18, 600, 900)]
    told = [SpokenWord(*part) for part in parts]
    assert [text[w.start : w.end] for w in placed(text, told)] == text.split()
    assert heard_part(text, told, 350, 900) == "Say"
    assert heard_part(text, told, 600, 900) == "Say well-known"


def test_what_a_voice_does_not_tell_of_belongs_to_the_word_before() -> None:
    text = "One of the — last “ones”"
    told = [SpokenWord(0, 3, 0, 100), SpokenWord(13, 13, 100, 200), SpokenWord(19, 19, 200, 300)]
    words = [text[w.start : w.end] for w in placed(text, told)]
    assert words == ["One of the", "last", "“ones”"]


def test_words_are_placed_where_they_were_written() -> None:
    written = "It costs $3.50 at 3:00 p.m. today."
    spoken = "It costs three dollars fifty at three p m today."
    changes: list[Change] = [((9, 28), (9, 14)), ((32, 41), (18, 27))]
    at, told = 0, []
    for number, word in enumerate(spoken.split()):
        at = spoken.index(word, at)
        told.append(SpokenWord(at, at + len(word), 100 * number, 100 * number + 100))
    words = WordPlaces(written, changes)
    out = [*words.place(told), *words.finish()]
    assert [(written[w.start : w.end], w.start_ms, w.end_ms) for w in out] == [
        ("It", 0, 100),
        ("costs", 100, 200),
        ("$3.50", 200, 500),
        ("at", 500, 600),
        ("3:00 p.m.", 600, 900),
        ("today.", 900, 1000),
    ]


@given(
    st.text(alphabet="ab'- .…—“今のー\n3", max_size=40),
    st.lists(st.integers(0, 45), max_size=12),
)
def test_whatever_a_voice_tells_words_are_whole_and_in_order(text: str, starts: list[int]) -> None:
    told = [SpokenWord(s, s + 1, 10 * n, 10 * n + 10) for n, s in enumerate(starts)]
    words = placed(text, told)
    spans = token_spans(text)
    assert {w.start for w in words} <= {start for start, _ in spans}
    assert {w.end for w in words} <= {end for _, end in spans}
    assert all(a.end <= b.start for a, b in itertools.pairwise(words))
