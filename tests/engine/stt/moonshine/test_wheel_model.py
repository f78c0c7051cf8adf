"""Where the lean graphs do not run, the wheel's own do: slower, with the same words."""

import asyncio
import logging
from collections.abc import Callable
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from sessions_app.engine.core.frames import SPEECH_RATE
from sessions_app.engine.stt.engines.moonshine import MoonshineRecogniser
from sessions_app.engine.stt.moonshine import graphs, loading
from sessions_app.engine.stt.moonshine.files import Files
from sessions_app.engine.stt.moonshine.loading import (
    MAX_DEVIATION,
    deviation,
    load_model,
    utterance,
)
from sessions_app.engine.stt.moonshine.model import Floats, Model
from sessions_app.engine.stt.moonshine.ort_file import LayoutError
from sessions_app.engine.stt.moonshine.wheel_model import EVERY_S, WheelModel, WheelUtterance
from sessions_app.engine.stt.worker.blocking.base import ModelError
from tests.contract.test_recognisers import collect, finals, send
from tests.engine.stt.moonshine.conftest import Said
from tests.engine.stt.moonshine.test_model import SENTENCES
from tests.engine.stt.moonshine.test_utterance import words


@pytest.fixture(scope="module")
def wheels(files: Files) -> WheelModel:
    return WheelModel(files)


@pytest.mark.parametrize("sentence", SENTENCES)
def test_the_same_sentences_come_out(
    wheels: WheelModel, model: Model, said: Said, sentence: str
) -> None:
    audio = said(sentence)
    speech, quick = WheelUtterance(wheels), utterance(model)
    speech.add(audio)
    quick.add(audio)
    final, expected = speech.final(), quick.final()
    assert final.text == sentence
    assert [word[0] for word in final.words] == sentence.split()
    assert all(word[3] is not None and 0.2 < word[3] <= 1 for word in final.words)
    word_times = [at for _, start, end, _ in final.words for at in (start, end)]
    assert word_times == sorted(word_times)
    off = [abs(a[1] - b[1]) for a, b in zip(final.words, expected.words, strict=True)]
    assert np.mean(off) < 0.2
    assert max(off) < 0.5


def test_interims_come_each_second_and_grow_into_the_final(wheels: WheelModel, said: Said) -> None:
    audio = np.concatenate([said(SENTENCES[0]), said(SENTENCES[1])])
    speech, shown, at_s = WheelUtterance(wheels), [], []
    for at in range(0, len(audio), 1600):
        speech.add(audio[at : at + 1600])
        if speech.due():
            shown.append(words(speech.interim()))
            at_s.append(at / SPEECH_RATE)
    assert len(shown) >= 4
    assert all(after - before >= EVERY_S - 0.01 for before, after in pairwise(at_s))
    whole = words(speech.final().text)
    assert whole == words(" ".join(SENTENCES[:2]))
    assert [len(text) for text in shown] == sorted(len(text) for text in shown)
    # first words alone are guessed at; from three on they are those of the final
    assert all(text == whole[: len(text)] for text in shown if len(text) > 2)
    assert len(shown[-1]) >= len(whole) - 4


def test_a_draft_changes_nothing_of_clear_speech(wheels: WheelModel, said: Said) -> None:
    audio = said(SENTENCES[2])
    heard = wheels.decode(audio)
    tokens = heard.tokens
    for draft in (tokens, tokens[:5], [*tokens[:4], 500, *tokens[5:]], [7] * 400):
        drafted = wheels.decode(audio, draft)
        assert drafted.tokens == tokens
        assert np.allclose(drafted.log_probs, heard.log_probs, atol=0.5)


def test_a_pause_alone_is_no_reason_to_decode(wheels: WheelModel, said: Said) -> None:
    shown, speech = spoken_by(wheels, said(SENTENCES[0]))
    assert shown
    for _ in range(2):
        speech.add(np.zeros(SPEECH_RATE, np.float32))
    speech.interim()
    speech.add(np.zeros(2 * SPEECH_RATE, np.float32))
    assert not speech.due()
    speech.add(said(SENTENCES[1]))
    assert speech.due()


def test_at_a_pause_it_tells_what_the_final_tells(wheels: WheelModel, said: Said) -> None:
    speech = WheelUtterance(wheels)
    assert speech.at_pause().text == ""
    speech.add(said(SENTENCES[0]))
    whole = speech.at_pause()
    assert whole.text == SENTENCES[0]
    speech.add(np.zeros(SPEECH_RATE // 2, np.float32))
    assert speech.final() is whole  # only silence followed
    speech.add(said(SENTENCES[1]))
    assert speech.final().text == f"{SENTENCES[0]} {SENTENCES[1]}"


def spoken_by(model: WheelModel, audio: Floats) -> tuple[list[str], WheelUtterance]:
    speech = WheelUtterance(model)
    speech.add(audio)
    return [speech.interim()], speech


@pytest.mark.parametrize("samples", [0, 100, 48_000])
def test_silence_says_nothing(wheels: WheelModel, samples: int) -> None:
    speech = WheelUtterance(wheels)
    speech.add(np.zeros(samples, np.float32))
    assert not speech.due()
    assert speech.final().text == ""


def test_what_the_quick_graphs_find_is_what_the_wheels_find(
    wheels: WheelModel, model: Model
) -> None:
    assert deviation(wheels) < MAX_DEVIATION / 2
    assert deviation(model) < MAX_DEVIATION


def refuse(*_: Any, **__: Any) -> Any:
    raise LayoutError("a tensor")


def altered(operator: str, **attributes: Any) -> Callable[..., Any]:
    """Returns a graph's `add` for a runtime that reads an operator otherwise."""
    add = graphs._Graph.add

    def other(graph: Any, name: str, *inputs: Any, **given: Any) -> Any:
        corrector_for = {**given, **attributes} if name == operator else given
        return add(graph, corrector_for.pop("name", name), *inputs, **corrector_for)

    return other


@pytest.mark.parametrize(
    ("where", "what", "why"),
    [
        ("model.build", refuse, "LayoutError: a tensor"),
        ("graphs._Graph.add", partial(altered, "QuickGelu", name="SlowGelu"), "SlowGelu"),
        ("graphs._Graph.add", partial(altered, "QuickGelu", alpha=1.702), "something else"),
        ("graphs._Graph.add", partial(altered, "RotaryEmbedding", interleaved=0), "something else"),
        ("graphs._SIGN", np.uint8(0), "something else"),  # sums that saturate or lose their sign
    ],
)
def test_lean_graphs_that_do_not_work_give_way_to_the_wheels(
    files: Files, monkeypatch: pytest.MonkeyPatch, where: str, what: Any, why: str
) -> None:
    monkeypatch.setattr("sessions_app.engine.stt.moonshine.model.has_dot_products", lambda: True)
    made = what() if isinstance(what, partial) else what
    monkeypatch.setattr(f"sessions_app.engine.stt.moonshine.{where}", made)
    model, note = load_model(files)
    assert isinstance(model, WheelModel)
    assert why in note
    assert "\n" not in note
    assert len(note) < 400


def test_lean_graphs_that_work_are_taken_without_a_word(files: Files) -> None:
    model, note = load_model(files)
    assert isinstance(model, Model)
    assert note == ""


def test_where_neither_works_it_says_so(files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        loading, "EXPECTED_LOG_PROBS", tuple(one - 3 for one in loading.EXPECTED_LOG_PROBS)
    )
    with pytest.raises(ModelError, match=r"something else.*something else.*requirements\.txt"):
        load_model(files)


class WithoutLean(MoonshineRecogniser):
    engine = "tests.engine.stt.moonshine.without_lean.WithoutLean"


async def test_the_engine_goes_the_slow_way_by_itself_and_says_so_once(
    said: Said, caplog: pytest.LogCaptureFixture
) -> None:
    recogniser = WithoutLean(workers=2)
    with caplog.at_level(logging.WARNING):
        await recogniser.start()
        await recogniser.start()
    (line,) = [record.getMessage() for record in caplog.records]
    assert "'moonshine'" in line
    assert "LayoutError: a tensor that this release does not have" in line
    stream = recogniser.open("en-US")
    await send(stream, np.asarray(said(SENTENCES[0]) * 32767, np.int16))
    async with asyncio.timeout(20):
        assert not (await anext(stream.results())).is_final
    await stream.finish()
    assert [final.text for final in finals(await collect(stream))] == [SENTENCES[0]]
    await stream.aclose()
    await recogniser.aclose()
