"""Babble over the agent, where the recogniser says how sure it is of all words."""

import pytest

from sessions_app.engine.turns.actions import AskWords
from tests.engine.turns.test_manager import Scene

BABBLE, QUESTION = "no no half a lot of stressors", "please tell me about the weather"


def answering() -> Scene:
    """The agent answers a question whose words were told at its pause, with a confidence."""
    scene = Scene().at(1100, "speech_started", 1000.0).at(2200, "pause", 2000.0)
    scene.taker.on_whole("What time is it?", 2200.0, 2300.0, sure=0.9, confidence=0.9)
    scene.at(2512, "speech_ended", 2000.0).at(2550, "final", "What time is it?", 2000.0)
    scene.to(2700)
    scene.agent_speaks(3000)
    scene.done.clear()
    return scene


def whole(scene: Scene, now: float, text: str, confidence: float) -> Scene:
    """The recogniser tells all words."""
    scene.to(now)
    told = scene.taker.on_whole(text, now - 50, now, sure=confidence, confidence=confidence)
    scene.done += [(now, action) for action in told]
    return scene


@pytest.mark.parametrize("text", [BABBLE, QUESTION])
def test_interims_alone_decide_nothing_and_all_words_are_asked_for(text: str) -> None:
    scene = answering().at(5100, "speech_started", 5000.0).at(5500, "interim", text)
    scene.to(6400)
    assert scene.kinds() == ["HoldSpeech", "AskWords"]
    assert scene.done[1] == (5500, AskWords())
    scene.to(6600)
    assert scene.kinds()[2:] == ["AskWords"]  # once a second


def test_babble_is_waited_out_and_the_agent_goes_on() -> None:
    scene = answering().at(5100, "speech_started", 5000.0).at(5500, "interim", BABBLE)
    whole(scene, 6300, BABBLE, 0.4).at(6700, "interim", "no no half a last rest")
    whole(scene, 7300, BABBLE, 0.45).at(8528, "speech_ended", 8000.0)
    scene.to(8600)
    scene.taker.on_final(BABBLE, 8000.0, 8600.0, confidence=0.45)
    scene.to(20_000)
    assert [kind for kind in scene.kinds() if kind != "AskWords"] == ["HoldSpeech", "ResumeSpeech"]


def test_a_question_interrupts_once_its_words_are_sure() -> None:
    scene = answering().at(5100, "speech_started", 5000.0).at(5500, "interim", "please tell me")
    whole(scene, 6300, QUESTION, 0.9)
    assert scene.kinds() == ["HoldSpeech", "AskWords", "CutSpeech"]


def test_a_question_in_noise_interrupts_once_it_is_heard_again() -> None:
    scene = answering().at(5100, "speech_started", 5000.0).at(5500, "interim", "please tell me")
    whole(scene, 6300, "please tell me about", 0.6)
    assert "CutSpeech" not in scene.kinds()
    assert whole(scene, 7300, QUESTION, 0.6).kinds()[-1] == "CutSpeech"


@pytest.mark.parametrize("late", [False, True], ids=["before it resumes", "after"])
def test_words_that_are_others_each_time_are_babble(late: bool) -> None:
    scene = answering().at(5100, "speech_started", 5000.0)
    if late:
        scene.to(8600)
    at = scene.now if late else 5500.0
    scene.at(at + 100, "interim", "I don't know")
    whole(scene, at + 800, "I don't know", 0.69)
    whole(scene, at + 1800, "you know what I mean", 0.6)
    whole(scene, at + 2800, BABBLE, 0.65).at(at + 3500, "speech_ended", at + 3000)
    scene.taker.on_final("He will go home now.", at + 3000, at + 3600, confidence=0.6)
    scene.to(20_000)
    assert "CutSpeech" not in scene.kinds()


@pytest.mark.parametrize(
    ("confidence", "over"), [(0.9, "CutSpeech"), (0.6, "CutSpeech"), (0.4, "ResumeSpeech")]
)
def test_the_final_decides_where_nothing_else_was_told(confidence: float, over: str) -> None:
    scene = answering().at(5100, "speech_started", 5000.0).at(5800, "interim", QUESTION)
    scene.at(6512, "speech_ended", 6000.0).to(7000)
    told = scene.taker.on_final(QUESTION, 6000.0, 7000.0, confidence=confidence)
    assert [type(action).__name__ for action in told] == [over]


def test_a_final_that_does_not_come_is_not_waited_for_for_ever() -> None:
    scene = answering().at(5100, "speech_started", 5000.0).at(5800, "interim", QUESTION)
    scene.at(6512, "speech_ended", 6000.0).to(9000)
    assert scene.kinds()[-1] == "CutSpeech"


def test_words_after_a_pause_was_given_up_are_asked_for_too() -> None:
    scene = answering().at(5100, "speech_started", 5000.0)
    whole(scene, 5900, BABBLE, 0.3).to(8600)
    assert scene.kinds()[-1] == "ResumeSpeech"
    scene.at(9000, "interim", QUESTION)
    assert scene.kinds()[-1] == "AskWords"
    assert whole(scene, 9100, QUESTION, 0.9).kinds()[-1] == "CutSpeech"


@pytest.mark.parametrize("typed", [False, True])
def test_a_recogniser_that_says_that_it_scores_is_waited_for_from_the_greeting_on(
    typed: bool,
) -> None:
    scene = Scene()
    scene.taker.judge.scores_declared = lambda: True
    if typed:
        scene.at(500, "typed", "read my notes")
    scene.agent_speaks(1000).at(1600, "speech_started", 1500.0).at(2000, "interim", BABBLE)
    whole(scene, 2700, BABBLE, 0.4).at(5012, "speech_ended", 4500.0).to(5100)
    scene.taker.on_final(BABBLE, 4500.0, 5100.0, confidence=0.45)
    assert "CutSpeech" not in scene.kinds()
    scene.at(7100, "speech_started", 7000.0).at(7500, "interim", "please tell me")
    assert whole(scene, 8300, QUESTION, 0.9).kinds()[-1] == "CutSpeech"


def test_what_stands_in_for_a_recogniser_need_not_say_how_sure_it_is() -> None:
    scene = answering()
    first = True
    scene.taker.judge.scores_declared = lambda: first
    scene.at(5100, "speech_started", 5000.0)
    whole(scene, 5900, "mhm", 0.9).at(6412, "speech_ended", 5900.0)
    scene.at(6500, "final", "", 5900.0).to(6600)
    assert scene.kinds()[-1] == "ResumeSpeech"
    first = False  # the other one takes over
    scene.at(8100, "speech_started", 8000.0).at(8500, "interim", QUESTION).to(9200)
    assert scene.kinds()[-1] == "CutSpeech"
