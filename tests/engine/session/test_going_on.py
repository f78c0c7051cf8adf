"""Who goes on with a turn that was answered too early: what was said and done to it is void."""

import pytest

from sessions_app.engine.agent.responders.base import CallHost, Conversation
from sessions_app.engine.agent.responders.scribe.responder import ScribeResponder
from sessions_app.engine.core.agent_config import AgentConfig, TurnSettings
from sessions_app.engine.core.events import (
    AppMessageSent,
    FloorChanged,
    NotesChanged,
    NoteTaken,
    Speaker,
    TurnEnded,
)
from sessions_app.engine.core.states import Floor
from tests.fixtures.agent_talk import Answers, Talk

TURNS = TurnSettings(min_delay_ms=150, max_delay_ms=600, barge_in_ms=150, barge_in_words=2)
THREE = ["The first sentence is here. ", "The second one is longer than that. ", "And a third."]
PLAIN = AgentConfig(slug="a", responder="r", silence_s=0, turns=TURNS)


def kept(talk: Talk) -> list[str]:
    """Returns the notes as a client has them after all that it was told."""
    notes: dict[int, NoteTaken] = {}
    for change in talk.of(NotesChanged):
        notes |= {note.number: note for note in change.notes}
        for number in change.removed:
            del notes[number]
    return [notes[number].text for number in sorted(notes)]


async def test_a_note_of_half_a_sentence_gives_way_to_that_of_the_whole() -> None:
    async with Talk(ScribeResponder(), PLAIN) as talk:
        await talk.says("note that the budget is")
        await talk.until(lambda: talk.sent, "the answer")
        assert kept(talk) == ["the budget is"]
        await talk.says("fifty thousand euros", 0.3)
        await talk.until(lambda: len(talk.of(TurnEnded)) == 4, "both answers")
        notes = kept(talk)
    assert notes == ["the budget is fifty thousand euros"]
    assert [s.text for s in talk.said(Speaker.CALLER)] == [
        "note that the budget is",
        "fifty thousand euros",
    ]
    assert talk.said()[-1].text == "Noted: the budget is fifty thousand euros."


async def test_a_note_of_an_answer_that_nobody_heard_is_not_written_twice() -> None:
    class Slow(ScribeResponder):
        """Writes down at once, and takes its time to say so."""

        async def stream(self, conversation: Conversation):  # type: ignore[no-untyped-def] # as above
            async for text in super().stream(conversation):
                if len(asked) == 1:
                    await talk.until(lambda: False, "the rest of the turn")
                yield text

        def _answer(self, conversation: Conversation) -> str:
            asked.append(conversation.last_text)
            return super()._answer(conversation)

    asked: list[str] = []
    async with Talk(Slow(), PLAIN) as talk:
        await talk.says("note that the budget is")
        await talk.until(lambda: kept(talk), "the first note")
        await talk.says("fifty thousand euros", 0.3)
        await talk.until(lambda: len(talk.of(TurnEnded)) == 2, "the answer")
        notes = kept(talk)
    assert asked == ["note that the budget is", "note that the budget is fifty thousand euros"]
    assert notes == ["the budget is fifty thousand euros"]


async def test_an_undoing_is_undone_and_done_once() -> None:
    async with Talk(ScribeResponder(), PLAIN) as talk:
        for index, text in enumerate(("milk", "bread")):
            talk.agent.say(f"take a note {text}")
            await talk.until(lambda: len(talk.of(TurnEnded)) == 2 + 2 * index)  # noqa: B023 - at once
        await talk.says("undo that")
        await talk.until(lambda: kept(talk) == ["milk"], "the undoing")
        sent = len(talk.sent)
        await talk.until(lambda: len(talk.sent) > sent, "the answer")
        await talk.says("if you can please", 0.3)
        await talk.until(lambda: len(talk.of(TurnEnded)) == 8, "the answer to both")
        notes = kept(talk)
    assert notes == ["milk"]


@pytest.mark.parametrize("soon", [True, False])
async def test_a_model_is_told_one_turn_of_what_was_one(soon: bool) -> None:
    long = ["It is ten o'clock here in the office, and has been for a while now."]
    responder = Answers(["Hello."], long, ["It is six."])
    async with Talk(responder, PLAIN) as talk:
        talk.agent.say("good morning")
        await talk.until(lambda: len(talk.of(TurnEnded)) == 2)
        await talk.says("what time is it")
        sent = len(talk.sent)
        await talk.until(lambda: len(talk.sent) > sent + (1 if soon else 60), "the answer")
        await talk.says("in tokyo please", 0.3)
        await talk.until(lambda: len(talk.of(TurnEnded)) == 6, "the last answer")
    told = [message.text for message in responder.asked[2].messages]
    if soon:
        assert told == ["good morning", "Hello.", "what time is it in tokyo please"]
    else:
        assert told[2] == "what time is it"
        assert told[-1] == "in tokyo please"
        assert len(told) == 5
    assert talk.said()[1].interrupted


async def test_the_call_is_not_ended_by_half_a_turn() -> None:
    responder = Answers(["All right, then I will hang up now."], ["Here they are."])
    responder.ends_call = True
    async with Talk(responder, PLAIN) as talk:
        await talk.says("end the call")
        await talk.until(lambda: talk.sent, "the answer")
        responder.ends_call = False
        await talk.says("after you read my notes", 0.3)
        await talk.until(lambda: len(talk.of(TurnEnded)) == 4, "the other answer")
    assert not talk.hung_up


async def test_messages_of_the_operators_own_code_stand() -> None:
    class Sender(Answers):
        async def stream(self, conversation: Conversation):  # type: ignore[no-untyped-def] # as above
            hosts.append(conversation.host)
            conversation.host.send_app({"turn": len(hosts)})
            async for text in super().stream(conversation):
                yield text

    hosts: list[CallHost] = []
    async with Talk(Sender(["It is ten."], ["It is six."]), PLAIN) as talk:
        await talk.says("what time is it")
        await talk.until(lambda: talk.sent, "the answer")
        await talk.says("in tokyo please", 0.3)
        await talk.until(lambda: len(talk.of(TurnEnded)) == 4)
    assert [sent.data["turn"] for sent in talk.of(AppMessageSent)] == [1, 2]


@pytest.mark.parametrize("by", ["noise", "the button"])
async def test_what_turned_out_to_be_no_words_lets_it_say_the_rest(by: str) -> None:
    async with Talk(Answers(THREE), PLAIN) as talk:
        await talk.says("tell me")
        await talk.until(lambda: len(talk.said()) == 1)
        if by == "the button":
            talk.agent.interrupt()
        await talk.starts_speaking()
        if by == "noise":
            talk.recognised("wait I have")
            await talk.until(lambda: len(talk.of(TurnEnded)) == 2, "the interruption")
        await talk.stops_speaking("")
        await talk.until(lambda: talk.of(FloorChanged)[-1].floor is not Floor.USER_SPEAKING)
        if by == "noise":
            await talk.until(lambda: len(talk.of(TurnEnded)) == 3, "the rest")
    cut = talk.said()[1]
    assert cut.interrupted
    assert talk.of(FloorChanged)[-1].floor is Floor.LISTENING
    if by == "noise":
        heard = cut.heard_text or ""
        rest = [s.text for s in talk.said()[2:]]
        assert " ".join([heard, *rest]).split() == cut.text.split()
    else:
        assert len(talk.said()) == 2
