"""What is remembered of a conversation."""

from sessions_app.engine.agent.memory import MOST_KEPT, ConversationMemory
from sessions_app.engine.agent.responders.base import Message
from sessions_app.engine.core.events import Speaker


def test_it_keeps_the_newest_of_a_conversation_without_end() -> None:
    memory = ConversationMemory()
    for number in range(MOST_KEPT + 5):
        memory.add_user(str(number))
    assert len(memory.messages) == MOST_KEPT
    assert memory.messages[-1].text == str(MOST_KEPT + 4)


def test_it_keeps_what_was_heard_in_order() -> None:
    memory = ConversationMemory()
    memory.add_user("hello")
    memory.add_agent("Good", interrupted=True)
    memory.add_agent("")
    memory.add_user("go on")
    assert memory.messages == (
        Message(Speaker.CALLER, "hello"),
        Message(Speaker.AGENT, "Good", interrupted=True),
        Message(Speaker.CALLER, "go on"),
    )
