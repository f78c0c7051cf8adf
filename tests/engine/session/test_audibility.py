"""An agent that nobody can hear says so and has not spoken; a line that is held holds it still."""

from sessions_app.engine.core.events import AgentFailed, Speaker, StateChanged, TurnEnded
from sessions_app.engine.core.states import CallState
from sessions_app.engine.session.audibility import UNHEARD
from tests.engine.session.test_agent_session import LONG, PLAIN
from tests.fixtures.agent_talk import Answers, Talk


async def test_what_nobody_can_hear_was_not_said() -> None:
    responder = Answers(["It is ten."], ["It is eleven."], ["It is twelve."])
    async with Talk(responder, PLAIN) as talk:
        talk.hears = False
        await talk.says("what time is it")
        await talk.until(lambda: len(talk.said()) == 1, "the first answer")
        await talk.says("and now")
        await talk.until(lambda: len(talk.said()) == 2, "the second answer")
        assert talk.of(AgentFailed) == [UNHEARD]  # once, and not for each answer
        talk.hears = True
        await talk.says("and now")
        await talk.until(lambda: len(talk.of(TurnEnded)) == 4, "what is heard")
    assert [segment.heard_text for segment in talk.said()] == ["", "", None]
    assert [turn.speaker for turn in talk.of(TurnEnded)] == [Speaker.CALLER] * 3 + [Speaker.AGENT]
    assert {m.speaker for m in responder.asked[2].messages} == {Speaker.CALLER}
    assert talk.sent


async def test_it_is_told_anew_when_the_client_takes_no_sound_again() -> None:
    async with Talk(Answers(["One."], ["Two."], ["Three."]), PLAIN) as talk:
        for hears, told in ((False, 1), (True, 1), (False, 2)):
            talk.hears = hears
            before = len(talk.said())
            await talk.says("go on")
            await talk.until(lambda before=before: len(talk.said()) > before, "an answer")  # type: ignore[misc]
            assert len(talk.of(AgentFailed)) == told


async def test_an_answer_waits_while_the_line_is_held_and_goes_on_after_it() -> None:
    async with Talk(Answers(LONG), PLAIN) as talk:
        await talk.says("tell me")
        await talk.until(lambda: len(talk.sent) > 5, "the first sound")
        talk.hears = False
        await talk.until(lambda: talk.playout.suspended, "the pause")
        sent = len(talk.sent)
        for state in (CallState.RECONNECTING, CallState.ACTIVE):
            talk.emit(StateChanged(state))
            assert talk.playout.suspended  # back is not yet hearing
        talk.hears = True
        await talk.until(lambda: len(talk.said()) == len(LONG), "the rest")
        assert len(talk.sent) > sent
    assert [segment.heard_text for segment in talk.said()] == [None] * len(LONG)
    assert not talk.of(AgentFailed)


async def test_what_is_shown_to_a_client_that_reads_was_said() -> None:
    async with Talk(Answers(["It is ten."]), PLAIN) as talk:
        talk.hears, talk.reads = False, True
        await talk.says("what time is it")
        await talk.until(lambda: len(talk.of(TurnEnded)) == 2, "the answer")
    assert [segment.heard_text for segment in talk.said()] == [None]
    assert not talk.of(AgentFailed)
