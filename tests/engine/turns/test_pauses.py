"""Turns that end at a pause, before the VAD calls it the end of speech."""

from typing import Any

import pytest

from sessions_app.engine.core.agent_config import TurnSettings
from sessions_app.engine.core.states import Floor
from sessions_app.engine.turns.actions import CutSpeech, Prepare
from sessions_app.engine.turns.endpointing.attentive import AttentiveEndpointer
from sessions_app.engine.turns.interruption.confirmed import ConfirmedBargeIn
from sessions_app.engine.turns.manager import TurnManager
from tests.engine.turns.test_manager import Scene

QUICK = TurnSettings(min_delay_ms=400, max_delay_ms=2400)
ASKED = "What time is it?"


def paused(text: str = ASKED, turns: TurnSettings = QUICK, **told: Any) -> Scene:
    """The caller paused at 2000, and all words up to there were told at 2300."""
    scene = Scene(TurnManager(turns, AttentiveEndpointer(), ConfirmedBargeIn()))
    scene.at(1100, "speech_started", 1000.0).at(1800, "interim", "What")
    scene.at(2230, "pause", 2000.0).to(2300)
    scene.taker.on_whole(text, 2230.0, 2300.0, **told)
    return scene


def ended(scene: Scene, final: str = ASKED) -> Scene:
    """The VAD calls the pause an end, and the final comes."""
    return scene.at(2512, "speech_ended", 2000.0).at(2560, "final", final, 2000.0)


def test_a_whole_question_is_answered_before_speech_has_ended() -> None:
    scene = ended(paused())
    scene.to(9000)
    assert scene.replies() == [(2400, ASKED)]
    assert scene.kinds() == ["StartReply"]
    assert scene.taker.floor is Floor.THINKING


def test_without_all_words_a_pause_decides_nothing() -> None:
    scene = Scene(TurnManager(QUICK, AttentiveEndpointer(), ConfirmedBargeIn()))
    scene.at(1100, "speech_started", 1000.0).at(1800, "interim", ASKED).at(2230, "pause", 2000.0)
    ended(scene).to(9000)
    assert scene.replies() == [(2560, ASKED)]


@pytest.mark.parametrize(
    ("text", "told", "at"),
    [("I went to the.", {}, 4400), ("It is my turn.", {"sure": 0.3}, 3400), ("Yes.", {}, 2400)],
)
def test_the_pause_is_as_long_as_the_words_say(text: str, told: Any, at: float) -> None:
    scene = paused(text, **told).at(2512, "speech_ended", 2000.0)
    scene.to(9000)
    assert scene.replies() == [(at, text)]


def test_who_goes_on_in_time_is_not_answered() -> None:
    scene = paused().at(2350, "resume", 2320.0).at(2900, "interim", "What time is it in")
    scene.at(3700, "pause", 3500.0).to(3800)
    scene.taker.on_whole("What time is it in Tokyo?", 3720.0, 3800.0)
    scene.at(3900, "interim", "What time").to(9000)  # which was under way, and is older
    assert [text for _, text in scene.replies()] == ["What time is it in Tokyo?"]


def test_who_goes_on_while_it_thinks_is_heard_out() -> None:
    scene = paused().at(2450, "resume", 2420.0)
    assert scene.kinds() == ["StartReply", "CutSpeech"]
    scene.at(3512, "speech_ended", 3000.0).at(3560, "final", "What time is it in Tokyo?", 3000.0)
    scene.to(9000)
    assert scene.replies()[1][1] == "What time is it in Tokyo?"


def test_who_goes_on_while_it_speaks_is_judged_as_any_interruption() -> None:
    scene = paused()
    scene.to(2420)
    scene.agent_speaks(2430).at(2450, "resume", 2440.0)
    assert scene.kinds()[-1] == "HoldSpeech"


@pytest.mark.parametrize("silent", [False, True])
def test_words_that_were_answered_are_not_answered_again(silent: bool) -> None:
    scene = paused()
    scene.to(2410)
    if silent:  # an answer without a word is over at once
        scene.at(2420, "reply_over")
    else:
        scene.agent_speaks(2420)
    ended(scene).to(9000)
    assert [text for _, text in scene.replies()] == [ASKED]
    assert CutSpeech not in [type(action) for _, action in scene.done]


def test_a_final_with_other_words_is_answered_instead() -> None:
    scene = ended(paused("What time is this?"))
    scene.to(9000)
    assert [text for _, text in scene.replies()] == ["What time is this?", ASKED]


def test_a_final_in_pieces_is_compared_once_it_is_whole() -> None:
    scene = paused("I came home. The lights were out.")
    scene.at(2512, "speech_ended", 2000.0)
    scene.at(2560, "final", "I came home.", 1500.0)
    scene.at(2560, "final", "The lights were out.", 2000.0).to(9000)
    assert scene.kinds() == ["StartReply"]


def test_a_final_that_is_lost_does_not_swallow_the_next_turn() -> None:
    scene = paused()
    scene.to(2410)
    scene.agent_speaks(2420).at(2512, "speech_ended", 2000.0).at(3000, "reply_over")
    scene.speech(6000, 7000, "and in tokyo please").to(20_000)
    assert [text for _, text in scene.replies()] == [ASKED, "and in tokyo please"]


def test_what_is_typed_meanwhile_stays_alone() -> None:
    scene = paused()
    scene.to(2410)
    ended(scene.at(2450, "typed", "never mind")).to(9000)
    assert [text for _, text in scene.replies()] == [ASKED, "never mind"]


def test_words_of_an_earlier_pause_that_come_late_are_not_taken_for_all() -> None:
    scene = paused("")
    scene.at(2350, "resume", 2320.0).at(3700, "pause", 3500.0)
    scene.taker.on_whole(ASKED, 2230.0, 3710.0)
    scene.at(4012, "speech_ended", 3500.0).to(5000)
    assert scene.replies() == []


def test_noise_that_pauses_is_no_turn() -> None:
    scene = ended(paused(""), "")
    scene.to(9000)
    assert scene.done == []
    assert scene.taker.floor is Floor.LISTENING


def test_an_answer_is_prepared_at_the_pause() -> None:
    eager = TurnSettings(min_delay_ms=900, max_delay_ms=2400, preemptive=True)
    scene = Scene(TurnManager(eager, AttentiveEndpointer(), ConfirmedBargeIn()))
    scene.at(1100, "speech_started", 1000.0).at(2230, "pause", 2000.0)
    assert scene.taker.on_whole(ASKED, 2230.0, 2300.0) == [Prepare(ASKED)]
    assert scene.at(2400, "resume", 2380.0).kinds() == ["Withdraw"]


def test_the_final_of_an_answered_turn_is_none_of_what_is_said_over_the_answer() -> None:
    scene = paused()
    scene.to(2410)
    scene.agent_speaks(2420).at(2512, "speech_ended", 2000.0)
    scene.at(2700, "speech_started", 2600.0).at(2720, "final", ASKED, 2000.0)
    scene.at(3312, "speech_ended", 2800.0).at(3400, "final", "mhm", 2800.0).to(9000)
    assert scene.kinds() == ["StartReply", "HoldSpeech", "ResumeSpeech"]
