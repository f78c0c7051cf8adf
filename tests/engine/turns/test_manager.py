"""The turn machine, step by step and under any order of events."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sessions_app.engine.core.agent_config import TurnSettings
from sessions_app.engine.core.states import Floor
from sessions_app.engine.turns.actions import (
    Action,
    CutSpeech,
    HoldSpeech,
    Prepare,
    ResumeSpeech,
    StartReply,
    Withdraw,
)
from sessions_app.engine.turns.endpointing.attentive import AttentiveEndpointer
from sessions_app.engine.turns.endpointing.smart_turn import SmartTurnEndpointer
from sessions_app.engine.turns.interruption.confirmed import ConfirmedBargeIn
from sessions_app.engine.turns.interruption.off import NoBargeIn
from sessions_app.engine.turns.manager import TurnManager

SETTINGS = TurnSettings(min_delay_ms=600, max_delay_ms=2600, barge_in_ms=500, barge_in_words=2)
START_LAG, END_LAG = 100.0, 512.0


class Scene:
    """Plays a script of (time, event, arguments) and ticks whenever the machine asks."""

    def __init__(self, taker: TurnManager | None = None) -> None:
        self.taker = taker or TurnManager(SETTINGS, AttentiveEndpointer(), ConfirmedBargeIn())
        self.now = 0.0
        self.done: list[tuple[float, Action]] = []

    def to(self, now: float) -> None:
        while (due := self.taker.deadline_ms) is not None and due <= now:
            self.now = max(self.now, due)
            before = (self.taker.deadline_ms, self.taker.floor)
            actions = self.taker.on_tick(self.now)
            self._note(actions)
            if not actions and before == (self.taker.deadline_ms, self.taker.floor):
                break
        self.now = max(self.now, now)

    def at(self, now: float, event: str, *args: Any) -> "Scene":
        self.to(now)
        self._note(getattr(self.taker, f"on_{event}")(*args, now))
        return self

    def speech(self, start: float, end: float, text: str, final_after: float = 700) -> "Scene":
        self.at(start + START_LAG, "speech_started", start)
        if text:
            self.at(max(end - 50, start + START_LAG), "interim", text)
        self.at(end + END_LAG, "speech_ended", end)
        return self.at(end + final_after, "final", text, end)

    def agent_speaks(self, now: float) -> "Scene":
        return self.at(now, "playing")

    def _note(self, actions: list[Action]) -> None:
        self.done += [(self.now, action) for action in actions]

    def kinds(self) -> list[str]:
        return [type(action).__name__ for _, action in self.done]

    def replies(self) -> list[tuple[float, str]]:
        return [(at, a.text) for at, a in self.done if isinstance(a, StartReply)]


def test_a_short_question_is_answered_as_soon_as_its_text_is_there() -> None:
    scene = Scene().speech(1000, 2000, "what time is it")
    scene.to(10_000)
    assert scene.replies() == [(2700, "what time is it")]
    reply = scene.done[0][1]
    assert isinstance(reply, StartReply)
    assert (reply.speech_end_ms, reply.final_ms) == (2000, 2700)
    assert scene.taker.floor is Floor.THINKING


def judged(finished: float, at: float) -> list[float]:
    """Returns when turns are over where a model judges the silence at `at` so."""
    scene = Scene(TurnManager(SETTINGS, SmartTurnEndpointer("nowhere"), ConfirmedBargeIn()))
    scene.speech(1000, 2000, "i went to the market")
    scene.at(2750, "turn_model", finished, at).to(10_000)
    return [when for when, _ in scene.replies()]


def test_a_turn_that_sounds_finished_is_over_at_once_and_an_unfinished_one_later() -> None:
    assert judged(0.5, 2000) == [3000]
    assert judged(0.9, 2000) == [2750]
    assert judged(0.1, 2000) == [3600]


def test_what_is_said_of_another_silence_changes_nothing() -> None:
    assert judged(0.1, 1800) == [3000]
    scene = Scene(TurnManager(SETTINGS, SmartTurnEndpointer("nowhere"), ConfirmedBargeIn()))
    scene.speech(1000, 2000, "i went to the market").at(2750, "turn_model", 0.1, 2000)
    scene.speech(3000, 4000, "and came back home").to(10_000)
    assert [when for when, _ in scene.replies()] == [5000]


def test_a_number_read_with_pauses_is_one_turn() -> None:
    scene = Scene()
    for index, digits in enumerate(
        ("my number is oh four oh", "five five five", "one two three four")
    ):
        scene.speech(1000 + 3500 * index, 2500 + 3500 * index, digits)
    scene.to(20_000)
    assert len(scene.replies()) == 1
    at, text = scene.replies()[0]
    assert text == "my number is oh four oh five five five one two three four"
    assert at == 9500 + 700


def test_a_plain_statement_waits_a_little() -> None:
    scene = Scene().speech(1000, 2000, "i went to the market")
    scene.to(10_000)
    assert scene.replies() == [(3000, "i went to the market")]


def test_an_utterance_without_words_gives_the_floor_back() -> None:
    scene = Scene().speech(1000, 1300, "")
    assert scene.taker.floor is Floor.LISTENING
    scene.to(20_000)
    assert scene.done == []


def test_a_final_that_does_not_come_is_not_waited_for_forever() -> None:
    scene = Scene().at(1100, "speech_started", 1000.0).at(1900, "interim", "what time is it")
    scene.at(2512, "speech_ended", 2000.0).to(20_000)
    assert scene.replies() == [(2000 + 2600 + 2000, "what time is it")]
    scene = Scene().at(1100, "speech_started", 1000.0).at(2512, "speech_ended", 2000.0)
    scene.to(20_000)
    assert scene.replies() == []
    assert scene.taker.floor is Floor.LISTENING


def test_a_late_final_with_other_words_is_answered_instead() -> None:
    scene = Scene().at(1100, "speech_started", 1000.0).at(1900, "interim", "what time is")
    scene.at(2512, "speech_ended", 2000.0).to(7000)
    scene.at(7000, "final", "what time is it", 2000.0)
    assert [text for _, text in scene.replies()] == ["what time is", "what time is it"]
    assert scene.kinds() == ["StartReply", "CutSpeech", "StartReply"]


def test_words_while_it_thinks_go_into_the_same_turn() -> None:
    scene = Scene().speech(1000, 2000, "what time is it")
    scene.speech(3000, 3800, "in tokyo").to(10_000)
    assert scene.kinds() == ["StartReply", "CutSpeech", "StartReply"]
    assert scene.replies()[1][1] == "what time is it in tokyo"


def answering() -> Scene:
    scene = Scene().speech(1000, 2000, "what time is it")
    scene.to(2700)
    scene.agent_speaks(3000)
    scene.done.clear()
    return scene


@pytest.mark.parametrize(
    ("what", "length", "text", "resumes"),
    [
        ("mhm", 300, "mhm", True),
        ("okay", 400, "okay", True),
        ("a cough", 250, "", True),
        ("one garbled word", 300, "the", True),
        ("a question", 900, "what about tomorrow", False),
        ("stop", 300, "stop", False),
    ],
)
def test_speech_over_the_agent(what: str, length: float, text: str, resumes: bool) -> None:
    scene = answering().speech(5000, 5000 + length, text)
    assert scene.done[0] == (5100, HoldSpeech()), what
    assert isinstance(scene.done[1][1], ResumeSpeech if resumes else CutSpeech), what
    scene.to(20_000)
    expected = [] if resumes else [text]
    assert [said for _, said in scene.replies()] == expected, what
    assert scene.taker.floor is (Floor.AGENT_SPEAKING if resumes else Floor.THINKING)


def test_an_interruption_is_confirmed_while_it_is_spoken() -> None:
    scene = answering().at(5100, "speech_started", 5000.0).at(5400, "interim", "but what about")
    scene.to(6100)
    assert [type(a) for _, a in scene.done] == [HoldSpeech, CutSpeech]
    assert scene.done[1][0] <= 6100
    assert scene.taker.floor is Floor.USER_SPEAKING


def test_babble_is_given_up_on_and_words_after_it_still_count() -> None:
    scene = answering().at(5100, "speech_started", 5000.0)
    scene.to(9000)
    assert scene.kinds() == ["HoldSpeech", "ResumeSpeech"]
    scene.at(9500, "interim", "excuse me please")
    assert scene.kinds()[-1] == "CutSpeech"


def test_its_own_echo_does_not_interrupt() -> None:
    scene = answering()
    scene.taker.judge.agent_speech.add("The train leaves at ten fifteen from platform seven.", 3000)
    scene.speech(5000, 6500, "train leaves at ten fifteen").to(20_000)
    assert scene.kinds() == ["HoldSpeech", "ResumeSpeech"]


def test_without_interruption_it_says_all_it_has_to_say() -> None:
    scene = Scene(TurnManager(SETTINGS, AttentiveEndpointer(), NoBargeIn()))
    scene.speech(1000, 2000, "what time is it").to(2700)
    scene.agent_speaks(3000).speech(5000, 6000, "stop stop stop").to(9000)
    assert scene.kinds() == ["StartReply"]
    scene.at(9500, "reply_over")
    assert scene.taker.floor is Floor.LISTENING


def test_typing_ends_the_agents_turn() -> None:
    scene = answering().at(5000, "typed", "never mind")
    assert scene.kinds() == ["CutSpeech", "StartReply"]
    assert scene.replies() == [(5000, "never mind")]


def test_what_was_said_right_before_belongs_to_what_is_typed() -> None:
    scene = Scene().speech(0, 1000, "my number is").at(1750, "typed", "12#")
    assert scene.replies() == [(1750, "my number is 12#")]
    again = answering().at(5000, "typed", "12#")  # which was answered stays answered
    assert again.replies() == [(5000, "12#")]


def test_the_button() -> None:
    scene = answering().at(5000, "interrupt")
    assert scene.kinds() == ["CutSpeech"]
    assert scene.taker.floor is Floor.LISTENING
    assert scene.at(5100, "interrupt").kinds() == ["CutSpeech"]


def test_asked_to_hold_still_it_does_and_goes_on() -> None:
    scene = answering().at(5000, "agent_paused", True)
    assert scene.taker.floor is Floor.PAUSED
    scene.at(9000, "agent_paused", False)
    assert scene.kinds() == ["HoldSpeech", "ResumeSpeech"]


def test_what_is_said_to_a_paused_agent_is_answered_when_it_goes_on() -> None:
    scene = Scene().at(500, "agent_paused", True).speech(1000, 2000, "what time is it")
    scene.to(9000)
    assert scene.replies() == []
    scene.at(9000, "agent_paused", False).to(9100)
    assert [text for _, text in scene.replies()] == ["what time is it"]


def test_an_answer_is_prepared_on_words_that_stay() -> None:
    eager = TurnSettings(min_delay_ms=1500, max_delay_ms=2600, preemptive=True)
    scene = Scene(TurnManager(eager, AttentiveEndpointer(), ConfirmedBargeIn()))
    scene.speech(1000, 2000, "what time is it").to(5000)
    assert scene.done[0] == (2512, Prepare("what time is it"))
    assert scene.kinds() == ["Prepare", "StartReply"]
    scene = Scene(TurnManager(eager, AttentiveEndpointer(), ConfirmedBargeIn()))
    scene.speech(1000, 2000, "what time is it").at(3000, "speech_started", 2900.0)
    assert scene.kinds() == ["Prepare", "Withdraw"]
    assert scene.done[1][1] == Withdraw()


def test_speech_that_is_under_way_when_the_greeting_begins_holds_it() -> None:
    scene = Scene().at(100, "speech_started", 0.0).agent_speaks(200)
    assert scene.kinds() == ["HoldSpeech"]


PLACED = ("speech_started", "speech_ended", "pause", "resume", "whole", "final")
EVENTS = st.sampled_from(
    [
        ("speech_started", ()),
        ("speech_ended", ()),
        ("pause", ()),
        ("resume", ()),
        ("whole", ("hello there you",)),
        ("whole", ("hello to the",)),
        ("interim", ("hello there you",)),
        ("interim", ("mhm",)),
        ("final", ("hello there you",)),
        ("final", ("",)),
        ("turn_model", (0.9, 1000.0)),
        ("typed", ("typed",)),
        ("playing", None),
        ("reply_over", None),
        ("interrupt", None),
        ("agent_paused", (True,)),
        ("agent_paused", (False,)),
    ]
)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(EVENTS, st.integers(1, 4000)), max_size=40))
def test_whatever_comes_there_is_one_answer_at_a_time(
    script: list[tuple[tuple[str, Any], int]],
) -> None:
    scene = Scene()
    over: list[int] = []
    now = 0.0
    for (event, args), gap in script:
        now += gap
        scene.to(now)
        speaking = scene.taker.floor in (Floor.AGENT_SPEAKING, Floor.PAUSED)
        if event == "playing" and speaking:
            continue
        extra = (now - 50,) if event in PLACED else ()
        scene.at(now, event, *(args or ()), *extra)
        if event == "reply_over":
            over.append(len(scene.done))
    outstanding, held = False, False
    for index, action in enumerate(scene.kinds()):
        if index in over:
            outstanding = held = False
        if action == "StartReply":
            assert not outstanding
            outstanding = True
        elif action == "CutSpeech":
            outstanding = held = False
        elif action == "HoldSpeech":
            held = True
        elif action == "ResumeSpeech":
            assert held
            held = False
