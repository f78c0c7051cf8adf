"""Who goes on with a turn that was answered too early: both parts are one turn."""

import pytest

from sessions_app.engine.turns.actions import CutSpeech
from tests.engine.turns.test_manager import Scene
from tests.engine.turns.test_pauses import paused

HALF = "remind me to call"
"""Waited after for 2600 ms: whoever is slower is answered first."""


def half(sounds: float | None = 4700, text: str = HALF) -> Scene:
    """The caller fell silent at 2000; the answer begins to sound, or was silent."""
    scene = Scene().speech(1000, 2000, text)
    scene.to(4650)
    assert scene.replies()
    if sounds is None:
        scene.at(4650, "reply_over")
    else:
        scene.agent_speaks(sounds)
    scene.done.clear()
    return scene


def voided(scene: Scene) -> list[bool]:
    return [action.void for _, action in scene.done if isinstance(action, CutSpeech)]


@pytest.mark.parametrize("text", ["the dentist", "dentists", "stop signs"])
@pytest.mark.parametrize("after", [100, 900])
def test_the_rest_is_joined_to_what_was_answered(text: str, after: float) -> None:
    scene = half().speech(4700 + after, 5200 + after, text)
    scene.to(20_000)
    assert voided(scene) == [True]
    assert [said for _, said in scene.replies()] == [f"{HALF} {text}"]


def test_a_whole_turn_is_gone_on_with_only_in_the_first_second() -> None:
    soon = half(2800, "what time is it").speech(3700, 4500, "in tokyo please")
    late = half(2800, "what time is it").speech(3900, 4700, "in tokyo please")
    for scene in (soon, late):
        scene.to(20_000)
    assert voided(soon) == [True]
    assert voided(late) == [False]
    assert [said for _, said in soon.replies()] == ["what time is it in tokyo please"]
    assert [said for _, said in late.replies()] == ["in tokyo please"]


@pytest.mark.parametrize("text", ["stop", "no that is wrong", "wait a moment"])
def test_who_stops_a_whole_answer_does_not_go_on_with_the_question(text: str) -> None:
    scene = half(2800, "what time is it").speech(3300, 4100, text)
    scene.to(20_000)
    assert voided(scene) == [False]
    assert [said for _, said in scene.replies()] == [text]


@pytest.mark.parametrize("text", ["mhm", "okay", ""])
def test_a_hum_takes_nothing_back(text: str) -> None:
    scene = half().speech(5000, 5400, text)
    scene.to(20_000)
    assert scene.kinds() == ["HoldSpeech", "ResumeSpeech"]


def silent_answer(text: str, began: float) -> Scene:
    """The first part was answered with nothing, and half of the longest wait after its end."""
    scene = Scene().speech(1000, 2000, text)
    scene.to(3650)
    assert scene.replies()
    scene.at(3660, "reply_over").speech(began, began + 600, "there will be a fair")
    scene.to(20_000)
    return scene


@pytest.mark.parametrize(
    ("text", "began", "joined"),
    [
        ("When I came home,", 3800, True),
        ("When I came home,", 4100, False),
        ("I went to the market.", 3800, False),
    ],
)
def test_after_a_silent_answer_only_what_was_not_whole_is_gone_on_with(
    text: str, began: float, joined: bool
) -> None:
    scene = silent_answer(text, began)
    rest = "there will be a fair"
    assert voided(scene) == ([True] if joined else [])
    assert scene.replies()[1][1] == (f"{text} {rest}" if joined else rest)


def test_noise_after_a_silent_answer_takes_nothing_back() -> None:
    scene = Scene().speech(1000, 2000, "When I came home,")
    scene.to(3650)
    scene.at(3660, "reply_over").speech(3800, 4100, "").to(20_000)
    assert [said for _, said in scene.replies()] == ["When I came home,"]
    assert voided(scene) == []


def test_words_of_its_own_accord_are_no_answer_to_go_on_with() -> None:
    scene = half().at(5000, "reply_over").at(6000, "playing")
    scene.speech(6200, 7400, "the dentist on monday").to(20_000)
    assert voided(scene) == [False]
    assert [said for _, said in scene.replies()] == ["the dentist on monday"]


@pytest.mark.parametrize("event", ["speech", "typed", "final"])
def test_an_answer_that_nobody_heard_is_void_when_its_turn_has_other_words(event: str) -> None:
    scene = Scene().at(1100, "speech_started", 1000.0).at(1900, "interim", "what time is")
    scene.at(2512, "speech_ended", 2000.0).to(7000)
    if event == "speech":
        scene.at(7000, "speech_started", 6900.0)
    elif event == "final":
        scene.at(7000, "final", "what time is it", 2000.0)
    else:
        scene.at(7000, "typed", "never mind")
    assert voided(scene) == [event != "typed"]


def resumed(text: str, sounds: bool = True) -> Scene:
    """Answered at a pause after 2000, the caller goes on in the same utterance."""
    scene = paused()
    scene.to(2410)
    scene.at(2420, "playing" if sounds else "reply_over")
    scene.at(2450, "resume", 2440.0).at(2800, "interim", text)
    scene.at(3512, "speech_ended", 3000.0).at(3560, "final", text, 3000.0).to(20_000)
    return scene


@pytest.mark.parametrize("sounds", [True, False])
def test_an_utterance_that_goes_on_is_one_turn_and_not_said_twice(sounds: bool) -> None:
    scene = resumed("What time is it in Tokyo?", sounds)
    assert [said for _, said in scene.replies()][1:] == ["What time is it in Tokyo?"]
    assert voided(scene) == [True]


def test_a_cough_in_the_same_utterance_does_not_repeat_the_question() -> None:
    scene = resumed("What time is it?")
    assert scene.kinds() == ["StartReply", "HoldSpeech", "ResumeSpeech"]


def test_the_late_final_of_the_first_part_is_not_said_twice() -> None:
    scene = paused("Remind me to call.")
    scene.to(4500)
    scene.agent_speaks(4500)
    scene.at(4512, "speech_ended", 2000.0).at(4700, "speech_started", 4600.0)
    scene.at(4900, "interim", "the dentist").at(4950, "final", "Remind me to call.", 2000.0)
    scene.at(5800, "speech_ended", 5300.0).at(5850, "final", "the dentist.", 5300.0).to(20_000)
    assert scene.replies()[-1][1] == "Remind me to call the dentist."


def test_what_is_typed_belongs_to_what_was_gone_on_with() -> None:
    scene = Scene().speech(1000, 2000, "When I came home,")
    scene.to(3650)
    scene.at(3660, "reply_over").speech(3800, 4300, "I took,", 600).at(5000, "typed", "12#")
    assert scene.replies()[-1][1] == "When I came home, I took, 12#"
    assert voided(scene) == [True]


def test_what_is_typed_after_an_answer_stays_alone() -> None:
    scene = Scene().speech(1000, 2000, "When I came home,")
    scene.to(3650)
    scene.at(3660, "reply_over").at(3700, "typed", "12#")
    assert scene.replies()[-1][1] == "12#"
    assert voided(scene) == []


NOTE = "take a note: milk at 9:05"


def typed(sounds: float) -> Scene:
    """The caller typed a turn at 2000, and its answer begins to sound."""
    scene = Scene().at(2000, "typed", NOTE)
    scene.to(sounds)
    scene.agent_speaks(sounds)
    return scene


def test_what_is_said_over_the_answer_to_a_typed_turn_is_a_turn_of_its_own() -> None:
    scene = typed(2500).speech(2800, 3600, "what have i got so far")
    scene.to(20_000)
    assert voided(scene) == [False]
    assert [said for _, said in scene.replies()] == [NOTE, "what have i got so far"]


def test_what_is_said_while_a_typed_turn_is_thought_about_is_another_sentence() -> None:
    scene = Scene().at(2000, "typed", NOTE).speech(2100, 3000, "hello there")
    scene.to(20_000)
    assert [said for _, said in scene.replies()] == [NOTE, f"{NOTE}. hello there"]


@pytest.mark.parametrize("confidence", [0.9, 0.3])
def test_the_awaited_rest_need_not_be_heard_well(confidence: float) -> None:
    scene = half().at(5000, "speech_started", 4900.0).at(5912, "speech_ended", 5400.0)
    scene.taker.on_final("the dentist", 5400.0, 5950.0, confidence=confidence)
    scene.to(20_000)
    assert [said for _, said in scene.replies()] == [f"{HALF} the dentist"]


@pytest.mark.parametrize(
    ("first", "second", "whole"),
    [
        ("Note that the budget is?", "Fifty euros.", "Note that the budget is fifty euros."),
        ("I met Sarah and.", "Michael came.", "I met Sarah and Michael came."),
        ("I went home.", "The door was open.", "I went home. The door was open."),
    ],
)
def test_a_mark_within_a_sentence_is_none(first: str, second: str, whole: str) -> None:
    scene = Scene().speech(1000, 2000, first).speech(2500, 3500, second)
    scene.to(20_000)
    assert scene.replies()[-1][1] == whole


def test_the_rest_of_a_sentence_that_was_answered_has_no_mark_before_it() -> None:
    scene = half(text="Remind me to call.").speech(4800, 5800, "The dentist.")
    scene.to(20_000)
    assert scene.replies()[-1][1] == "Remind me to call the dentist."
