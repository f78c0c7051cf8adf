"""The search for the likeliest words of what was heard with doubt."""

import numpy as np
import pytest

from sessions_app.engine.core.frames import SPEECH_RATE
from sessions_app.engine.stt.moonshine import decoding
from sessions_app.engine.stt.moonshine.beam_search import search
from sessions_app.engine.stt.moonshine.decoding import most_tokens
from sessions_app.engine.stt.moonshine.front_end import FrontEnd
from sessions_app.engine.stt.moonshine.model import EncoderMemory, Model
from sessions_app.engine.stt.moonshine.phrase_bias import PhraseBias
from sessions_app.engine.stt.moonshine.tokens import END
from tests.engine.stt.moonshine.conftest import Said

SENTENCES = (
    "I would like to change my booking for next Tuesday.",
    "Can you tell me whether the window seat is still free?",
    "She bought three apples, two pears and a melon.",
    "Yes.",
)

COMMANDS = ("scratch that", "take that back", "I didn't catch that", "stop talking")


def memory_of(model: Model, said: Said, sentence: str, noise: float) -> EncoderMemory:
    audio = said(sentence)
    level = noise * float(np.sqrt(np.mean(audio**2)))
    dice = np.random.default_rng(3)
    front = FrontEnd(model)
    front.add(audio + dice.normal(0, max(level, 1e-4), len(audio)).astype(np.float32))
    memory = front.memory()
    assert memory is not None
    return memory


def likelihood(model: Model, memory: EncoderMemory, tokens: list[int]) -> float:
    return float(np.sum(decoding.score(model, memory, [*tokens, END]).log_probs))


@pytest.mark.parametrize("noise", [0.0, 0.3, 0.6])
@pytest.mark.parametrize("sentence", SENTENCES)
def test_what_is_found_is_no_less_likely_than_the_greedy_words(
    model: Model, said: Said, sentence: str, noise: float
) -> None:
    memory = memory_of(model, said, sentence, noise)
    greedy = decoding.final(model, memory, ()).tokens
    found = search(model, memory)
    # a pass over many tokens rounds otherwise than one of several hypotheses
    assert likelihood(model, memory, found) >= likelihood(model, memory, greedy) - 0.5


@pytest.mark.parametrize("sentence", SENTENCES)
def test_of_clear_speech_it_finds_the_same(model: Model, said: Said, sentence: str) -> None:
    memory = memory_of(model, said, sentence, 0.0)
    greedy = decoding.final(model, memory, ()).tokens
    assert search(model, memory, None, 1) == greedy
    assert search(model, memory) == greedy


@pytest.mark.parametrize("sentence", SENTENCES)
def test_phrases_that_nobody_says_change_nothing(model: Model, said: Said, sentence: str) -> None:
    memory = memory_of(model, said, sentence, 0.0)
    expected = PhraseBias(model.tokens, COMMANDS)
    assert search(model, memory, expected) == search(model, memory)


@pytest.mark.parametrize(
    "sentence",
    [
        "Could you take that back?",
        "I didn't catch that.",
        "Please stop talking now.",
    ],
)
def test_what_nearly_sounds_like_an_expected_phrase_is_that(
    model: Model, said: Said, sentence: str
) -> None:
    """Synthetic speech that the model takes for something else where nobody expects the phrase."""
    memory = memory_of(model, said, sentence, 0.0)
    expected = PhraseBias(model.tokens, COMMANDS)
    assert model.tokens.text(search(model, memory)) != sentence
    assert model.tokens.text(search(model, memory, expected)) == sentence


@pytest.mark.parametrize("kind", ["silence", "noise", "tone"])
def test_it_ends_on_any_sound(model: Model, kind: str) -> None:
    at_s = np.arange(3 * SPEECH_RATE) / SPEECH_RATE
    probe_audio = {
        "silence": np.zeros(len(at_s)),
        "noise": np.random.default_rng(2).normal(0, 0.1, len(at_s)),
        "tone": 0.3 * np.sin(2 * np.pi * 440 * at_s),
    }[kind]
    front = FrontEnd(model)
    front.add(probe_audio.astype(np.float32))
    memory = front.memory()
    assert memory is not None
    found = search(model, memory)
    assert len(found) <= most_tokens(memory.frames)
    assert END not in found
