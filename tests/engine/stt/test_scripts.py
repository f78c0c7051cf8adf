"""Recognisers' words as one text, in scripts without blanks."""

import json
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from sessions_app.engine.core.events import Hypothesis, SegmentFinal, Speaker, Word
from sessions_app.engine.protocols.vosk import result
from sessions_app.engine.stt.engines.utterance import Utterance
from sessions_app.engine.stt.worker.blocking.base import ModelError
from sessions_app.engine.stt.worker.blocking.sherpa import words_of
from sessions_app.engine.stt.worker.blocking.vosk import VoskSession
from sessions_app.engine.stt.worker.blocking.whisper import WhisperEngine, WhisperSession
from sessions_app.engine.stt.wrappers.replay_buffer import without_words_before
from sessions_app.engine.stt.wrappers.stable_interims import StableInterimsStream

CHINESE = ["我想", "问", "一下"]


def timed(texts: list[str]) -> tuple[Word, ...]:
    return tuple(Word(text, 1000.0 * n, 1000.0 * n + 900) for n, text in enumerate(texts))


def test_what_is_left_of_a_final_has_no_blanks() -> None:
    final = Hypothesis("我想问一下", True, 0.0, 2900.0, timed(CHINESE))
    left = without_words_before(final, 900.0)
    assert left is not None
    assert left.text == "问一下"


def test_an_utterance_of_words_has_no_blanks() -> None:
    utterance = Utterance(0.0, "zh-CN")
    utterance.pieces.append(np.full(16_000, 5000, np.int16))
    said = [(text, 0.1 * n, 0.1 * n + 0.1, 0.9) for n, text in enumerate(CHINESE)]
    assert utterance.final({"words": said}).text == "我想问一下"


def test_vosk_spaces_words_of_any_script_and_we_do_not() -> None:
    words = [{"word": text, "start": n, "end": n + 1} for n, text in enumerate(CHINESE[:2])]
    recogniser = SimpleNamespace(
        SetWords=lambda _: None,
        AcceptWaveform=lambda _: True,
        Result=lambda: json.dumps({"result": words, "text": "我想 问"}),
        PartialResult=lambda: json.dumps({"partial": "一下 别的"}),
        FinalResult=lambda: json.dumps({"result": [], "text": ""}),
    )
    session = VoskSession(lambda: recogniser)
    session.accept(np.zeros(160, np.int16))
    assert session.interim() == "我想问一下别的"
    assert session.finish().text == "我想问"


def test_sherpas_han_tokens_are_words_and_its_subwords_are_not() -> None:
    times = [0.1 * n for n in range(6)]
    chinese = words_of(["我", "用", "▁i", "phone", "打", "字"], times, 1.0)
    assert [word[0] for word in chinese] == ["我", "用", "iphone", "打", "字"]
    english = words_of(["▁he", "llo", "▁the", "re"], times[:4], 1.0)
    assert [word[0] for word in english] == ["hello", "there"]


def whisper_hears(*words: str) -> Any:
    heard = [
        SimpleNamespace(word=text, start=0.1 * n, end=0.1 * n + 0.1, probability=0.5)
        for n, text in enumerate(words)
    ]
    judged = {"no_speech_prob": 0.0, "avg_logprob": -0.1, "compression_ratio": 1.0}
    segments = [SimpleNamespace(words=heard, **judged)]
    return SimpleNamespace(transcribe=lambda *_, **__: (segments, None))


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["我想", "问", "一下", "。"], "我想问一下。"),
        ([" Hello", ",", " you", "."], "Hello, you."),
        (["สวัสดี", "ครับ", " ผม"], "สวัสดีครับ ผม"),
    ],
)
def test_whispers_words_bring_their_own_blanks(words: list[str], text: str) -> None:
    session = WhisperSession(whisper_hears(*words), "zh", "")
    session.accept(np.zeros(160, np.int16))
    assert session.finish().text == text


def test_an_english_whisper_model_refuses_other_languages() -> None:
    engine = WhisperEngine.__new__(WhisperEngine)
    engine._model, engine._known = SimpleNamespace(), frozenset({"en"})
    assert isinstance(engine.open("en-GB", ()), WhisperSession)
    with pytest.raises(ModelError, match="zh-CN"):
        engine.open("zh-CN", ())


class Told:
    """A stream that says these interims."""

    def __init__(self, *texts: str) -> None:
        self._texts = texts

    async def results(self) -> AsyncIterator[Hypothesis]:
        for text in self._texts:
            yield Hypothesis(text, False, 0.0, 1000.0)


async def test_steady_interims_grow_word_by_word() -> None:
    stream = StableInterimsStream(Told("我想问", "我想问一下", "我想问，别的"), 2)  # type: ignore[arg-type]
    shown = [hypothesis.text async for hypothesis in stream.results()]
    assert shown == ["", "我想问", "我想"]
    stream = StableInterimsStream(Told("go only", "go on", "go on then"), 2)  # type: ignore[arg-type]
    assert [hypothesis.text async for hypothesis in stream.results()] == ["", "go", "go on"]


def test_vosks_clients_get_sentences_as_they_are_written() -> None:
    finals = [
        SegmentFinal(n, Speaker.CALLER, text, 0.0, 900.0)
        for n, text in enumerate(["你好。", "再见。"], start=1)
    ]
    assert result(finals)["text"] == "你好。再见。"
