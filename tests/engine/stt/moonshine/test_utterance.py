"""One utterance from its first audio to its final."""

from collections.abc import Sequence

import numpy as np
import pytest

from bench.spoken import plain, wrong_words
from sessions_app.engine.core.frames import SPEECH_RATE
from sessions_app.engine.stt.moonshine import beam_search, decoding
from sessions_app.engine.stt.moonshine import utterance as utterances
from sessions_app.engine.stt.moonshine.engine import MoonshineEngine, MoonshineSession
from sessions_app.engine.stt.moonshine.front_end import FrontEnd
from sessions_app.engine.stt.moonshine.hallucinations import is_hallucinated
from sessions_app.engine.stt.moonshine.model import EncoderMemory, Floats, Model
from sessions_app.engine.stt.moonshine.phrase_correction import PhraseCorrector
from sessions_app.engine.stt.moonshine.timing import align
from sessions_app.engine.stt.moonshine.utterance import MoonshineUtterance
from tests.engine.stt.moonshine.conftest import Said

LONG = (
    "Good morning, this is Anna from the office.",
    "I would like to change my booking for next Tuesday.",
    "Can you tell me whether the window seat is still free?",
    "If it is not, then please give me two seats near the door.",
)


def spoken(model: Model, audio: Floats) -> tuple[list[str], MoonshineUtterance]:
    speech, shown = MoonshineUtterance(model), []
    for at in range(0, len(audio), 1600):
        speech.add(audio[at : at + 1600])
        if speech.due():
            shown.append(speech.interim())
    return shown, speech


def words(text: str) -> list[str]:
    return [word.strip(".,?!").lower() for word in text.split()]


def test_interims_grow_into_the_final(model: Model, said: Said) -> None:
    shown, speech = spoken(model, said(LONG[0]))
    final = speech.final()
    assert final.text == LONG[0]
    assert [word[0] for word in final.words] == LONG[0].split()
    lengths = [len(words(text)) for text in shown]
    assert lengths == sorted(lengths)
    assert lengths[-1] >= len(words(LONG[0])) - 1
    assert shown[-1].startswith("Good morning, this is Anna")


def test_a_long_utterance_is_whole_though_interims_look_at_its_end(
    model: Model, said: Said
) -> None:
    audio = np.concatenate([said(sentence)[: -SPEECH_RATE // 4] for sentence in LONG])
    assert len(audio) > 10 * SPEECH_RATE
    shown, speech = spoken(model, audio)
    final = speech.final()
    expected = words(" ".join(LONG))
    assert wrong_words(" ".join(expected), " ".join(words(final.text))) <= 2
    # what an interim says is the beginning of it all, not of its window
    assert words(shown[-1])[:10] == expected[:10]
    assert len(words(shown[-1])) >= len(expected) - 3


def test_a_long_utterance_in_which_nothing_is_understood_yet_goes_on(
    model: Model, said: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    speech = MoonshineUtterance(model)
    speech.add(np.concatenate([said(sentence) for sentence in LONG]))
    with monkeypatch.context() as patch:
        patch.setattr(decoding, "interim", lambda *_: [])
        assert speech.interim() == ""
    assert speech.interim().startswith("Good morning")


def test_words_have_their_times(model: Model, said: Said) -> None:
    pause = np.zeros(SPEECH_RATE, np.float32)
    speech = MoonshineUtterance(model)
    speech.add(np.concatenate([said(LONG[0]), pause, said(LONG[1])]))
    final = speech.final()
    word_times = [(start, end) for _, start, end, _ in final.words]
    assert word_times == sorted(word_times)
    at = [text for text, *_ in final.words].index("office.")
    first_s = len(said(LONG[0])) / SPEECH_RATE
    assert first_s - 0.6 < word_times[at][1] < first_s - 0.2  # 0.3 s of silence follow
    assert first_s + 1.2 < word_times[at + 1][0] < first_s + 1.6  # 1.3 s of it precede
    assert all(0 < word[3] <= 1 for word in final.words if word[3] is not None)


def test_silence_and_too_little_audio_say_nothing(model: Model) -> None:
    for samples in (0, 100, 8000, 48_000):
        speech = MoonshineUtterance(model)
        speech.add(np.zeros(samples, np.float32))
        assert speech.final().text == ""
        assert speech.final().words == []


def test_a_pause_alone_is_no_reason_to_decode(model: Model, said: Said) -> None:
    speech = MoonshineUtterance(model)
    speech.add(said(LONG[0]))
    assert speech.due()
    speech.interim()
    assert not speech.due()
    speech.add(np.zeros(SPEECH_RATE, np.float32))
    assert not speech.due()
    speech.add(said(LONG[1]))
    assert speech.due()


@pytest.mark.parametrize(
    ("text", "sure", "invented"),
    [
        ("", None, True),
        ("...", None, True),
        ("♪ la la ♪", None, True),
        ("Дякую", None, True),
        ("ご視聴ありがとうございました", None, True),
        ("Thank you for watching!", -0.1, True),
        ("© transcript Emily Beynon", -0.2, True),
        ("🎵Music🎵", -0.2, True),
        ("It is 20° outside & windy.", -0.3, False),
        ("You", -0.03, True),
        ("The", -0.1, True),
        ("Hello there.", -1.3, True),
        ("Hello there.", -1.1, False),
        ("I think it's a good thing.", -1.1, True),
        ("You.", -0.3, False),
        ("Yes.", -0.8, False),
        ("8", -0.2, False),
        ("Café Zürich.", -0.5, False),
        ("Thank you.", -0.4, False),
        ("You are right", None, False),
    ],
)
def test_what_the_model_makes_of_noise_is_told_from_words(
    text: str, sure: float | None, invented: bool
) -> None:
    assert is_hallucinated(text, sure) is invented


def test_a_path_goes_through_the_loudest_frames_in_order() -> None:
    rows = np.full((3, 9), 0.1, np.float32)
    rows[0, 1] = rows[1, 4] = rows[1, 5] = rows[2, 7] = 1.0
    found = align(rows)
    assert found[0] == 0
    assert list(found) == sorted(found)
    assert 2 <= found[1] <= 4
    assert 6 <= found[2] <= 7
    assert list(align(np.ones((4, 2), np.float32))) == [0, 1, 1, 1]


class Waiting(MoonshineSession):
    """A session whose audio has waited so long."""

    def __init__(self, model: Model, audio: Floats, waited: int) -> None:
        super().__init__(model)
        self.speech.add(audio[:SPEECH_RATE])
        self.speech.interim()
        self.speech.add(audio[SPEECH_RATE : SPEECH_RATE + waited])


def test_who_has_waited_longest_goes_on_and_who_has_nothing_does_not_wait(
    model: Model, said: Said
) -> None:
    audio = said(LONG[2])
    engine = MoonshineEngine()
    waiting = [Waiting(model, audio, waited) for waited in (8_000, 16_000, 100, 12_000)]
    chosen: Sequence[object] = engine.chosen(waiting)
    assert list(chosen) == [waiting[2], waiting[1]]
    engine.decode([waiting[1]])
    assert list(engine.chosen(waiting)) == [waiting[1], waiting[2], waiting[3]]


def test_speech_that_begins_in_the_middle_of_a_word_is_heard(model: Model, said: Said) -> None:
    sentences = ("the weather is very nice today", "please call me back on monday")
    talk = np.concatenate([said(sentence)[5_000:-5_500] for sentence in sentences * 2])
    for begin in range(0, SPEECH_RATE // 2, 1_777):
        speech = MoonshineUtterance(model)
        speech.add(talk[begin:])
        final = speech.final()
        assert "please call me back on monday" in plain(final.text)
        assert max(end for _, _, end, _ in final.words) <= len(talk[begin:]) / SPEECH_RATE


def test_a_second_try_hears_what_came_out_as_nonsense(
    model: Model, said: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    speech = MoonshineUtterance(model)
    speech.add(said(LONG[0]))
    first = speech.final()
    tries = iter([True])
    module = "sessions_app.engine.stt.moonshine.utterance.is_hallucinated"
    monkeypatch.setattr(module, lambda text, sure=None: next(tries, False))
    again = speech.final()
    assert wrong_words(plain(first.text), plain(again.text)) <= 1
    then, now = (np.array([word[1:3] for word in one.words], float) for one in (first, again))
    off = np.abs(now - then)
    assert float(np.median(off)) < 0.03  # what was put before it is no part of its times


NONE = (None, None)


@pytest.mark.parametrize(
    ("tries", "heard"),
    [
        ([(-0.1, None)], "greedy 0"),
        ([(-0.25, -0.22)], "found 0"),
        ([(-0.4, -0.1)], "found 0"),
        ([(-0.4, -0.35), (-0.1, None)], "greedy 1"),
        ([(-0.4, -0.35), (-0.5, -0.4), (-0.5, -0.34)], "found 2"),
        ([(-0.4, -0.35), (-0.5, -0.4), NONE], "found 0"),
        ([(-0.4, -0.35), (-0.5, -0.2)], "found 1"),
        ([(-1.1, None), (-1.2, -1.15), NONE], "greedy 0"),
        ([NONE, (-0.1, None)], "greedy 1"),
        ([NONE, (-0.9, -0.7), (-0.9, -0.5)], "found 2"),
        ([NONE, (-0.9, -0.7), NONE], ""),
        ([NONE, NONE, NONE], ""),
        ([(-1.5, -1.4), (-1.6, -1.5), NONE], ""),
    ],
)
def test_what_was_heard_with_doubt_is_searched_for_and_heard_again(
    model: Model,
    said: Said,
    monkeypatch: pytest.MonkeyPatch,
    tries: Sequence[tuple[float | None, float | None]],
    heard: str,
) -> None:
    """`tries` are how sure the greedy words are, and those that are found; None for none."""
    score, before = decoding.score, [-1]
    front = FrontEnd(model)
    front.add(said(LONG[0]))

    def final(model: Model, memory: EncoderMemory, draft: Sequence[int]) -> decoding.DecodedTokens:
        before[0] += 1
        greedy, _ = tries[before[0]]
        return decoding.DecodedTokens() if greedy is None else rated(f"greedy {before[0]}", greedy)

    def rated(text: str, sure: float) -> decoding.DecodedTokens:
        memory = front.memory()
        assert memory is not None
        found = score(model, memory, model.tokens.encode(text))
        found.log_probs = [sure] * len(found.tokens)
        return found

    def search(
        model: Model, memory: EncoderMemory, _expected: object, penalty: object
    ) -> list[int]:
        return [] if tries[before[0]][1] is None else model.tokens.encode(f"found {before[0]}")

    monkeypatch.setattr(decoding, "final", final)
    monkeypatch.setattr(beam_search, "search", search)
    monkeypatch.setattr(
        decoding, "score", lambda *_: rated(f"found {before[0]}", tries[before[0]][1] or 0.0)
    )
    speech = MoonshineUtterance(model)
    speech.add(said(LONG[0]))
    assert speech.final().text == heard
    assert before[0] == len(tries) - 1


def test_silence_that_is_put_before_an_utterance_counts_for_nothing(
    model: Model, said: Said
) -> None:
    audio, speech = said(LONG[0]), MoonshineUtterance(model)
    speech.add(audio[:7_900])
    assert speech.waiting_s == pytest.approx(7_900 / SPEECH_RATE)
    assert not speech.due()
    speech.add(audio[7_900:8_000])
    assert speech.due()
    alone = MoonshineUtterance(model)
    alone.add(np.full(800, 0.5, np.float32))  # 50 ms, too little of a sound to be a word
    assert alone.final().text == alone.at_pause().text == ""


def test_what_is_told_at_a_pause_is_the_final_where_silence_follows(
    model: Model, said: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    speech = MoonshineUtterance(model)
    speech.add(said(LONG[0]))
    whole = speech.at_pause()
    assert whole.text == LONG[0]
    assert not speech.due()
    speech.add(np.zeros(SPEECH_RATE // 4, np.float32))
    monkeypatch.setattr("sessions_app.engine.stt.moonshine.decoding.final", None)  # no more work
    assert speech.final() == whole


def test_who_goes_on_after_a_pause_is_heard_out(model: Model, said: Said) -> None:
    speech, shown = MoonshineUtterance(model), []
    for sentence in LONG:
        audio = said(sentence)
        for at in range(0, len(audio), 1600):
            speech.add(audio[at : at + 1600])
            if speech.due():
                shown.append(speech.interim())
        whole = words(speech.at_pause().text)
    expected = words(" ".join(LONG))
    assert wrong_words(" ".join(expected), " ".join(whole)) <= 3
    # what interims know of their window is not forgotten
    assert words(shown[-1])[:10] == expected[:10]
    assert len(words(shown[-1])) >= len(expected) - 3
    assert speech.final().text.startswith(LONG[0])


def test_noise_at_a_pause_is_no_word(model: Model) -> None:
    speech = MoonshineUtterance(model)
    speech.add(np.zeros(SPEECH_RATE, np.float32))
    assert speech.at_pause().text == ""


def test_words_that_are_only_found_for_a_phrase_and_are_no_speech_cost_no_others(
    model: Model, said: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = PhraseCorrector(model, ["turn off the light"])
    texts = {True: "Thank you for watching", False: plain_final(model, said)}
    tokens = {expects: model.tokens.encode(text) for expects, text in texts.items()}
    monkeypatch.setattr(
        beam_search, "search", lambda _, __, expected, penalty: tokens[expected is not None]
    )
    monkeypatch.setattr(utterances, "SEARCH_BELOW_WITH_PHRASES", 1.0)
    utterance = MoonshineUtterance(model, names)
    utterance.add(said(LONG[0]))
    assert utterance.final().text == texts[False]


def plain_final(model: Model, said: Said) -> str:
    utterance = MoonshineUtterance(model)
    utterance.add(said(LONG[0]))
    return utterance.final().text
