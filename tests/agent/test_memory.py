"""What is remembered of a conversation."""

from sessions_app.agent.memory import Memory
from sessions_app.agent.responders.base import Message
from sessions_app.core.events import Speaker


def test_it_keeps_what_was_heard_in_order() -> None:
    memory = Memory()
    memory.add_user("hello")
    memory.add_agent("Good", interrupted=True)
    memory.add_agent("")
    memory.add_user("go on")
    assert memory.messages == (
        Message(Speaker.CALLER, "hello"),
        Message(Speaker.AGENT, "Good", interrupted=True),
        Message(Speaker.CALLER, "go on"),
    )
