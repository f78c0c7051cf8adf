"""Words do not lie unanswered and no pause lasts for ever, whatever comes late."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sessions_app.engine.agent.sentence_splitter import SentenceSplitter
from sessions_app.engine.core.agent_config import TurnSettings
from sessions_app.engine.core.states import Floor
from sessions_app.engine.turns.endpointing.attentive import AttentiveEndpointer
from sessions_app.engine.turns.interruption.base import BargeIn
from sessions_app.engine.turns.interruption.confirmed import ConfirmedBargeIn
from sessions_app.engine.turns.interruption.immediate import ImmediateBargeIn
from sessions_app.engine.turns.interruption.off import NoBargeIn
from sessions_app.engine.turns.manager import TurnManager
from tests.engine.turns.test_manager import EVENTS, PLACED, SETTINGS, Scene, answering

ASKED = "what about tomorrow"
SPOKE = ("speech_started", "speech_ended")


def overlapped() -> Scene:
    """The caller spoke over the agent; the final of it is still to come."""
    return answering().at(5100, "speech_started", 5000.0).at(6412, "speech_ended", 5900.0)


@pytest.mark.parametrize(
    "between", [("interrupt", ()), ("reply_over", ()), ("agent_paused", (True,))]
)
def test_a_final_that_comes_after_the_agent_fell_silent_is_answered(between: Any) -> None:
    event, args = between
    scene = overlapped().at(6420, event, *args).at(6700, "final", ASKED, 5900.0)
    scene.at(9000, "agent_paused", False).to(20_000)
    assert [text for _, text in scene.replies()] == [ASKED]


def test_a_hum_whose_final_comes_after_the_agents_last_word_is_no_turn() -> None:
    scene = overlapped().at(6420, "reply_over").at(6700, "final", "mhm", 5900.0)
    scene.to(20_000)
    assert scene.replies() == []
    assert scene.taker.floor is Floor.LISTENING


def test_a_recogniser_without_interims_can_interrupt_after_three_seconds() -> None:
    scene = answering().at(5100, "speech_started", 5000.0).at(9512, "speech_ended", 9000.0)
    scene.at(9700, "final", "please change my ticket", 9000.0).to(20_000)
    assert scene.kinds() == ["HoldSpeech", "ResumeSpeech", "CutSpeech", "StartReply"]


def test_the_late_final_of_what_is_being_answered_does_not_cut_the_answer() -> None:
    scene = Scene().at(1100, "speech_started", 1000.0).at(1900, "interim", "what time is")
    scene.at(2512, "speech_ended", 2000.0).to(6700)
    scene.agent_speaks(6800).at(7000, "final", "what time is it", 2000.0).to(9000)
    assert scene.kinds() == ["StartReply"]


def test_a_hesitation_over_the_agent_keeps_its_first_words() -> None:
    scene = answering().at(5100, "speech_started", 5000.0).at(5350, "interim", "i want")
    scene.at(5912, "speech_ended", 5400.0).at(6000, "speech_started", 5900.0)
    scene.at(6100, "final", "i want", 5400.0).at(6600, "interim", "to change my ticket")
    scene.at(7512, "speech_ended", 7000.0).at(7700, "final", "to change my ticket", 7000.0)
    scene.to(20_000)
    assert [text for _, text in scene.replies()] == ["i want to change my ticket"]


def test_one_word_in_endless_noise_does_not_hold_the_agent() -> None:
    scene = answering().at(5100, "speech_started", 5000.0).at(5500, "interim", "tuesday")
    scene.to(20_000)
    assert scene.kinds() == ["HoldSpeech", "ResumeSpeech"]


EAGER = TurnSettings(min_delay_ms=1500, preemptive=True)


@pytest.mark.parametrize(("event", "args"), [("final", ("", 2000.0)), ("playing", ())])
def test_a_prepared_answer_is_withdrawn_when_its_turn_is_void(event: str, args: Any) -> None:
    scene = Scene(TurnManager(EAGER, AttentiveEndpointer(), ConfirmedBargeIn()))
    scene.at(1100, "speech_started", 1000.0).at(1900, "interim", "what time")
    scene.at(2512, "speech_ended", 2000.0).at(2700, event, *args)
    assert scene.kinds() == ["Prepare", "Withdraw"]


STEPS = st.lists(st.tuples(EVENTS, st.integers(1, 4000)), max_size=30)
RULES = st.sampled_from([ConfirmedBargeIn(), NoBargeIn(), ImmediateBargeIn()])


def played(scene: Scene, script: list[tuple[tuple[str, Any], int]]) -> bool:
    """Plays what a VAD and a playout can really tell; returns whether speech goes on."""
    now, speaking = 0.0, False
    for (event, args), gap in script:
        now += gap
        scene.to(now)
        if event == "playing" and scene.taker.floor in (Floor.AGENT_SPEAKING, Floor.PAUSED):
            continue
        if event in SPOKE:
            if speaking == (event == "speech_started"):
                continue
            speaking = not speaking
        if event in ("pause", "resume") and not speaking:
            continue
        extra = (now - 50,) if event in PLACED else ()
        scene.at(now, event, *(args or ()), *extra)
    return speaking


@settings(max_examples=400, deadline=None)
@given(STEPS, RULES, st.booleans())
def test_in_the_end_it_comes_to_rest(script: Any, rule: BargeIn, eager: bool) -> None:
    chosen = EAGER if eager else SETTINGS
    scene = Scene(TurnManager(chosen, AttentiveEndpointer(), rule))
    speaking = played(scene, script)
    if speaking:
        scene.at(scene.now + 1000, "speech_ended", scene.now + 500)
    scene.at(scene.now + 1000, "final", "", scene.now)
    scene.at(scene.now + 20_000, "agent_paused", False)
    scene.to(scene.now + 20_000)
    assert scene.taker.floor not in (Floor.PAUSED, Floor.USER_SPEAKING)
    assert scene.taker.deadline_ms is None
    left = [kind for kind in scene.kinds() if kind in ("Prepare", "Withdraw", "StartReply")]
    assert left[-1:] != ["Prepare"]


def test_a_long_token_is_split_like_short_ones() -> None:
    text = "Well then, " + "and this goes on " * 30 + "to the end. Then more."
    whole, single = SentenceSplitter(), SentenceSplitter()
    by_letter = [piece for letter in text for piece in single.feed(letter)]
    assert [*whole.feed(text), *whole.finish()] == [*by_letter, *single.finish()]
