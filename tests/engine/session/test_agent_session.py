"""An agent answers, is interrupted, fails, and ends the call."""

import asyncio
import itertools
from typing import Any

import pytest

from sessions_app.engine.agent.responders.base import Anew, CallHost
from sessions_app.engine.core.agent_config import AgentConfig, TurnSettings
from sessions_app.engine.core.errors import ResponderUnavailableError, SynthesiserUnavailableError
from sessions_app.engine.core.events import (
    AgentFailed,
    AppMessageSent,
    FloorChanged,
    InterimChanged,
    SegmentFinal,
    Speaker,
    SpeechEnded,
    SpeechPaused,
    SpeechResumed,
    TurnEnded,
)
from sessions_app.engine.core.states import EndReason, Floor
from sessions_app.engine.session.phrases import SENTENCES
from sessions_app.engine.tts.engines.scripted import ScriptedSynthesiser
from tests.fixtures.agent_talk import Answers, Talk

TURNS = TurnSettings(min_delay_ms=150, max_delay_ms=600, barge_in_ms=200)
PLAIN = AgentConfig(slug="a", responder="r", silence_s=0, turns=TURNS)
LONG = ["The first sentence is here. ", "The second one is longer than that. ", "And a third."]


async def test_a_turn_is_answered_sentence_by_sentence() -> None:
    responder = Answers(["It is ", "ten. ", "Have a ", "nice day."])
    async with Talk(responder, PLAIN) as talk:
        await talk.says("what time is it")
        await talk.until(lambda: len(talk.said()) == 2, "both sentences")
        await talk.until(lambda: len(talk.of(TurnEnded)) == 2, "the end of both turns")
    assert [s.text for s in talk.said()] == ["It is ten.", "Have a nice day."]
    assert [m.text for m in responder.asked[0].messages] == ["what time is it"]
    first, second = talk.said()
    assert first.start_ms < first.end_ms <= second.start_ms
    assert [w.text for w in first.words] == ["It", "is", "ten."]
    assert {s.turn for s in talk.said()} == {2}
    caller, agent = talk.of(TurnEnded)
    assert (caller.index, caller.speaker, agent.index) == (1, Speaker.CALLER, 2)
    assert agent.latency is not None
    at = agent.latency
    assert at.speech_end_ms < at.endpoint_ms <= at.first_token_ms <= at.first_audio_ms  # type: ignore[operator]
    floors = [e.floor for e in talk.of(FloorChanged)]
    assert floors == [
        Floor.USER_SPEAKING,
        Floor.THINKING,
        Floor.AGENT_SPEAKING,
        Floor.LISTENING,
    ]


async def test_it_remembers_the_turns_before() -> None:
    responder = Answers(["Yes."], ["No."])
    async with Talk(responder, PLAIN) as talk:
        await talk.says("one")
        await talk.until(lambda: len(talk.of(TurnEnded)) == 2)
        await talk.says("two")
        await talk.until(lambda: len(talk.of(TurnEnded)) == 4)
    heard = [(m.speaker, m.text) for m in responder.asked[1].messages]
    assert heard == [(Speaker.CALLER, "one"), (Speaker.AGENT, "Yes."), (Speaker.CALLER, "two")]


async def test_an_interruption_silences_it_and_what_was_heard_is_kept() -> None:
    responder = Answers(LONG, ["Sorry."])
    async with Talk(responder, PLAIN) as talk:
        await talk.says("tell me")
        await talk.until(lambda: len(talk.said()) == 1, "the first sentence")
        await asyncio.sleep(0.3)
        await talk.starts_speaking()
        sent = len(talk.sent)
        talk.recognised("wait I have")
        await asyncio.sleep(0.25)
        assert len(talk.sent) <= sent + 1
        await talk.stops_speaking("wait I have a question")
        await talk.until(lambda: len(talk.said()) == 3, "the next answer")
    cut = talk.said()[1]
    assert cut.interrupted
    assert cut.heard_text is not None
    assert cut.text.startswith("The second one is longer than that.")
    assert cut.text.startswith(cut.heard_text)
    assert 0 < len(cut.heard_text) < len("The second one is longer than that.")
    heard = [m.text for m in responder.asked[1].messages]
    assert heard[1] == f"The first sentence is here. {cut.heard_text}"
    assert responder.asked[1].messages[1].interrupted
    assert heard[2] == "wait I have a question"


async def test_a_thought_that_was_taken_for_the_answer_is_cut_where_it_is() -> None:
    thought = "The caller asks for the time of the day and wants to know it to the minute. "
    pieces = [thought, "I look. " * 40, "", Anew("It is "), "ten."]
    responder = Answers(pieces, ["Yes."], pause_s=0.3)
    async with Talk(responder, PLAIN) as talk:
        await talk.says("what time is it")
        await talk.until(lambda: len(talk.of(TurnEnded)) == 2, "the end of both turns")
        await talk.says("sure")
        await talk.until(lambda: len(talk.of(TurnEnded)) == 4)
    heard, answer, _ = talk.said()
    assert thought.startswith(heard.text)
    assert len(heard.text) < len(thought) - 5
    assert not heard.interrupted
    assert answer.text == "It is ten."
    assert heard.end_ms <= answer.start_ms
    assert responder.asked[1].messages[1].text == f"{heard.text} It is ten."


@pytest.mark.parametrize("hears", [True, False])
async def test_an_apology_is_one_segment_as_every_phrase_of_its_own_is(hears: bool) -> None:
    config = AgentConfig(
        responder="r", greeting="Hello. I am here. Ask me.", silence_s=0, turns=TURNS
    )
    responder = Answers(ResponderUnavailableError("down"), ["It is ten. ", "Good night."])
    async with Talk(responder, config) as talk:
        await talk.until(lambda: len(talk.of(TurnEnded)) == 1, "the greeting")
        talk.hears, talk.reads = hears, True
        await talk.says("what time is it")
        await talk.until(lambda: len(talk.of(TurnEnded)) == 3, "the apology")
        await talk.says("and now")
        await talk.until(lambda: len(talk.of(TurnEnded)) == 5, "an answer")
    told = [(segment.turn, segment.text) for segment in talk.said()]
    assert told == [
        (1, "Hello. I am here. Ask me."),
        (3, SENTENCES["en"].apology),
        (5, "It is ten."),
        (5, "Good night."),
    ]
    assert responder.asked[1].messages[2].text == SENTENCES["en"].apology


async def test_a_phrase_that_is_interrupted_is_one_segment_of_what_was_heard() -> None:
    greeting = "Hello. I am here for you, all day long. Ask me anything that you like."
    config = AgentConfig(responder="r", greeting=greeting, silence_s=0, turns=TURNS)
    async with Talk(Answers(), config) as talk:
        await talk.until(lambda: len(talk.sent) > 40, "a good part of it")
        talk.agent.interrupt()
        await talk.until(lambda: talk.of(TurnEnded), "its end")
    (segment,) = talk.said()
    assert segment.text == greeting
    assert segment.heard_text
    assert greeting.startswith(segment.heard_text)
    assert segment.interrupted


async def test_a_cough_pauses_it_and_it_goes_on_where_it_stopped() -> None:
    async with Talk(Answers(LONG), PLAIN) as talk:
        await talk.says("tell me")
        await talk.until(lambda: len(talk.said()) == 1)
        await talk.starts_speaking()
        await talk.stops_speaking("")
        await talk.until(lambda: len(talk.said()) == 3, "the rest")
    assert [s.text for s in talk.said()] == [t.strip() for t in LONG]
    assert not any(s.interrupted for s in talk.said())
    assert Floor.PAUSED in [e.floor for e in talk.of(FloorChanged)]


async def test_words_while_it_thinks_belong_to_the_same_turn() -> None:
    responder = Answers(["never heard"], ["Both."], pause_s=0.6)
    async with Talk(responder, PLAIN) as talk:
        await talk.says("first")
        await talk.until(lambda: len(responder.asked) == 1)
        await talk.says("second")
        await talk.until(lambda: len(talk.of(TurnEnded)) == 2)
    assert responder.asked[1].last_text == "first second"
    assert [m.text for m in responder.asked[1].messages] == ["first second"]
    assert [s.text for s in talk.said()] == ["Both."]
    assert responder.closed == 1


async def test_the_button_silences_it() -> None:
    async with Talk(Answers(LONG), PLAIN) as talk:
        await talk.says("tell me")
        await talk.until(lambda: talk.sent)
        talk.agent.interrupt()
        sent = len(talk.sent)
        await talk.until(lambda: talk.of(TurnEnded)[-1].interrupted)
        await asyncio.sleep(0.1)
    assert len(talk.sent) <= sent + 1
    assert talk.of(FloorChanged)[-1].floor is Floor.LISTENING


@pytest.mark.parametrize("goes_on", [True, False])
async def test_an_answer_that_is_held_at_once_sounds_when_it_is_let_go(goes_on: bool) -> None:
    async with Talk(Answers(["Good."]), PLAIN) as talk:
        talk.agent.pause(True)
        talk.agent.say("how are you")
        await talk.until(lambda: talk.sent, "the packet before the pause")
        let_go_ms = talk.now_ms()
        if goes_on:
            talk.agent.pause(False)
        else:
            talk.agent.interrupt()
        await talk.until(lambda: len(talk.of(TurnEnded)) == 2, "the end of the answer")
    latency = talk.of(TurnEnded)[-1].latency
    assert latency is not None
    if goes_on:
        assert latency.first_audio_ms is not None
        assert latency.first_audio_ms >= let_go_ms
    else:
        assert latency.first_audio_ms is None, "nobody heard anything of it"


async def test_a_typed_turn_is_answered_like_a_spoken_one() -> None:
    responder = Answers(["Good."])
    async with Talk(responder, PLAIN) as talk:
        talk.agent.say("I am typing")
        await talk.until(lambda: len(talk.said()) == 1)
    assert responder.asked[0].last_text == "I am typing"
    assert [s.text for s in talk.said(Speaker.CALLER)] == ["I am typing"]


async def test_asked_to_hold_still_it_waits_and_goes_on() -> None:
    async with Talk(Answers(LONG), PLAIN) as talk:
        await talk.says("tell me")
        await talk.until(lambda: len(talk.said()) == 1)
        talk.agent.pause(True)
        await asyncio.sleep(0.05)
        sent = len(talk.sent)
        await asyncio.sleep(0.3)
        assert len(talk.sent) == sent
        talk.agent.pause(False)
        await talk.until(lambda: len(talk.said()) == 3)


async def test_it_greets_at_once() -> None:
    config = AgentConfig(responder="r", greeting="Hello there.", silence_s=0, turns=TURNS)
    async with Talk(Answers(), config) as talk:
        await talk.until(lambda: len(talk.said()) == 1)
    assert talk.said()[0].text == "Hello there."
    assert talk.said()[0].start_ms < 2000


async def test_captions_follow_the_voice() -> None:
    async with Talk(Answers(["One two three four five six seven eight nine ten."]), PLAIN) as talk:
        await talk.says("count")
        await talk.until(lambda: len(talk.said()) == 1)
    captions = [e.text for e in talk.of(InterimChanged) if e.speaker is Speaker.AGENT]
    assert len(captions) > 3
    assert all(b.startswith(a) for a, b in itertools.pairwise(captions))


async def test_an_answer_that_cannot_be_found_is_apologised_for() -> None:
    responder = Answers(ResponderUnavailableError("The model does not answer."), ["Here I am."])
    async with Talk(responder, PLAIN) as talk:
        await talk.says("hello")
        await talk.until(talk.said)
        assert [e.code for e in talk.of(AgentFailed)] == ["responder_unavailable"]
        assert "sorry" in talk.said()[0].text
        await talk.until(lambda: talk.of(FloorChanged)[-1].floor is Floor.LISTENING)
        await talk.says("again")
        await talk.until(lambda: len(talk.said()) == 2)
    assert talk.said()[1].text == "Here I am."


async def test_without_a_voice_the_answer_is_shown() -> None:
    class Mute(ScriptedSynthesiser):
        def stream(self, text: str, *, voice: str = "", speed: float = 1.0):  # type: ignore[no-untyped-def]
            raise SynthesiserUnavailableError("The voice is out.")

    async with Talk(Answers(["It is ten."]), PLAIN, Mute()) as talk:
        await talk.says("what time is it")
        await talk.until(lambda: talk.of(AgentFailed))
    assert [s.text for s in talk.said()] == ["It is ten."]
    assert [e.code for e in talk.of(AgentFailed)] == ["synthesiser_unavailable"]
    assert talk.sent == []


@pytest.mark.parametrize("closing", ["Goodbye now.", ""])
async def test_it_ends_the_call_after_its_last_words(closing: str) -> None:
    responder = Answers(["All right."])
    responder.ends_call = True
    config = AgentConfig(responder="r", closing_words=closing, silence_s=0, turns=TURNS)
    async with Talk(responder, config) as talk:
        await talk.says("end the call")
        await talk.until(lambda: talk.hung_up)
    assert talk.hung_up == [EndReason.AGENT_HUNG_UP]
    assert [s.text for s in talk.said()] == ["All right.", *([closing] if closing else [])]


async def test_a_caller_who_is_gone_is_asked_and_then_left() -> None:
    config = AgentConfig(responder="r", silence_s=1, turns=TURNS)
    async with Talk(Answers(), config) as talk:
        await talk.until(lambda: talk.hung_up)
    assert talk.hung_up == [EndReason.IDLE]
    assert [s.text for s in talk.said()] == ["Are you still there?", "I'll hang up now. Goodbye."]


async def test_a_silent_answer_gives_the_floor_back() -> None:
    async with Talk(Answers([]), PLAIN) as talk:
        await talk.says("just thinking aloud")
        await talk.until(lambda: talk.of(TurnEnded))
    assert talk.of(FloorChanged)[-1].floor is Floor.LISTENING
    assert [e.speaker for e in talk.of(TurnEnded)] == [Speaker.CALLER]


async def test_a_prepared_answer_is_used_when_the_words_stay() -> None:
    turns = TurnSettings(min_delay_ms=500, max_delay_ms=900, preemptive=True)
    responder = Answers(["Ready."], ["Late."])
    async with Talk(responder, AgentConfig(responder="r", silence_s=0, turns=turns)) as talk:
        await talk.starts_speaking()
        talk.recognised("what time is it")
        await talk.stops_speaking("what time is it")
        await talk.until(lambda: len(talk.said()) == 1)
    assert len(responder.asked) == 1
    assert talk.said()[0].text == "Ready."


async def test_a_typed_turn_in_the_moment_of_greeting_is_answered_and_nothing_is_said_twice() -> (
    None
):
    config = AgentConfig(responder="r", greeting="Hello there.", silence_s=0, turns=TURNS)
    responder = Answers(["Good."])
    async with Talk(responder, config, ScriptedSynthesiser(pace=2.0)) as talk:
        talk.agent.say("quick question")
        await talk.until(lambda: "Good." in [s.text for s in talk.said()])
    assert len(responder.asked) == 1
    assert [s.text for s in talk.said() if not s.interrupted] == ["Good."]


async def test_a_call_that_was_typed_in_before_it_was_connected_is_answered_and_not_greeted() -> (
    None
):
    config = AgentConfig(responder="r", greeting="Hello there.", silence_s=0, turns=TURNS)
    talk = Talk(Answers(["Good."]), config)
    talk.agent.say("quick question")
    async with talk:
        await talk.until(lambda: len(talk.said()) == 1)
    assert [(s.text, s.interrupted) for s in talk.said()] == [("Good.", False)]


async def test_told_to_say_something_it_says_it_in_place_of_its_answer() -> None:
    async with Talk(Answers(LONG), PLAIN) as talk:
        await talk.says("tell me more")
        await talk.until(lambda: len(talk.sent) > 10, "the answer")
        talk.agent.speak("Your taxi is here.")
        await talk.until(lambda: talk.said() and talk.said()[-1].text == "Your taxi is here.")
    assert talk.said()[0].interrupted


class Courier(Answers):
    """Answers, and passes on what the client's own code says."""

    def on_app_message(self, config: AgentConfig, host: CallHost, data: Any) -> None:
        host.send_app({"heard": data, "by": config.slug})


async def test_messages_of_the_operators_own_code_go_both_ways() -> None:
    async with Talk(Courier(), PLAIN) as talk:
        talk.agent.hear_app([1, 2])
        await talk.until(lambda: talk.of(AppMessageSent), "the answer")
    assert talk.of(AppMessageSent)[0].data == {"heard": [1, 2], "by": "a"}


async def test_a_turn_ends_at_a_pause_whose_words_are_all_there() -> None:
    responder = Answers(["It is ten."])
    async with Talk(responder, PLAIN) as talk:
        await talk.starts_speaking()
        at = talk.now_ms()
        talk.emit(SpeechPaused(Speaker.CALLER, at))
        seq = talk.numbers.upcoming
        talk.emit(InterimChanged(seq, Speaker.CALLER, "What time is it?", at - 300, at, True, 0.9))
        await talk.until(talk.said, "the answer, before the end of speech")
        talk.emit(SpeechEnded(Speaker.CALLER, at))
        talk.emit(SegmentFinal(talk.numbers.take(), Speaker.CALLER, "What time is it?", at, at))
        await talk.until(lambda: len(talk.of(TurnEnded)) == 2, "the end of both turns")
    latency = talk.of(TurnEnded)[1].latency
    assert latency is not None
    assert latency.speech_end_ms == at
    assert [len(asked.messages) for asked in responder.asked] == [1]


async def test_who_goes_on_after_a_pause_is_heard_out() -> None:
    responder = Answers(["It is ten."], ["It is six."], pause_s=0.3)
    async with Talk(responder, PLAIN) as talk:
        await talk.starts_speaking()
        at = talk.now_ms()
        talk.emit(SpeechPaused(Speaker.CALLER, at))
        talk.emit(InterimChanged(1, Speaker.CALLER, "What time is it?", at - 300, at, True))
        await talk.until(lambda: responder.asked, "the question")
        talk.emit(SpeechResumed(Speaker.CALLER, talk.now_ms()))
        await talk.stops_speaking("What time is it in Tokyo?")
        await talk.until(lambda: len(talk.of(TurnEnded)) == 2, "the end of both turns")
    assert [s.text for s in talk.said()] == ["It is six."]
    assert [a.messages[-1].text for a in responder.asked][1:] == ["What time is it in Tokyo?"]
