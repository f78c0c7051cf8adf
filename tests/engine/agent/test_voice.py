"""An agent's voice reads in words what it shows as it was written."""

import itertools

import pytest

from sessions_app.engine.agent.heard_text import heard_part
from sessions_app.engine.agent.voice import AgentVoice
from sessions_app.engine.audio.speech_encoder import ClipCache
from sessions_app.engine.core.frames import SpokenWord
from sessions_app.engine.text.writing import token_spans
from sessions_app.engine.tts.engines.espeak import EspeakSynthesiser

TEXTS = {
    "en-US": "It's $3.50 at 3:00 p.m. in 3-5 days; call (555) 123-4567, or mary_ann@example.org.",
    "de-DE": "Es kostet 3,50 € um 9:05 Uhr, d.h. in 3-5 Tagen, nach 1/2 km, Nr. 5.",
    "fr-FR": "C'est 3,50 € à 9h05, n° 5, dans 3-5 jours, l'eau.",
}

VOICES = {"en-US": "en-us", "fr-FR": "fr-fr", "de-DE": "de"}


async def words_of(text: str, language: str) -> tuple[list[SpokenWord], float]:
    engine = EspeakSynthesiser()
    await engine.start()
    voice = AgentVoice(engine, ClipCache(), "espeak", VOICES[language], 1.0, language=language)
    try:
        made = [spoken async for spoken in voice.stream(text)]
    finally:
        await engine.aclose()
    return [word for spoken in made for word in spoken.words], 20.0 * sum(
        len(spoken.packets) for spoken in made
    )


@pytest.mark.parametrize("language", TEXTS)
async def test_wherever_it_is_cut_whole_written_words_were_heard(language: str) -> None:
    text = TEXTS[language]
    words, length_ms = await words_of(text, language)
    ends = {0, *(end for _, end in token_spans(text))}
    cuts = {len(heard_part(text, words, at, length_ms)) for at in range(0, int(length_ms), 10)}
    assert cuts <= ends
    assert len(cuts) >= 0.6 * len(ends)
    assert words[-1].end == len(text)
    assert all(a.end <= b.start and a.end_ms <= b.start_ms for a, b in itertools.pairwise(words))


async def test_an_amount_is_heard_once_all_its_words_were() -> None:
    text = "It's $3.50 today."
    words, length_ms = await words_of(text, "en-US")
    assert [text[w.start : w.end] for w in words] == ["It's", "$3.50", "today."]
    amount = words[1]
    assert amount.end_ms - amount.start_ms > 900  # three dollars and fifty cents
    middle = (amount.start_ms + amount.end_ms) / 2
    assert heard_part(text, words, middle, length_ms) == "It's"
