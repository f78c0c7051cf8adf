"""How much of a conversation a model is given."""

from sessions_app.engine.agent.budget import estimate, newest_within
from sessions_app.engine.agent.responders.base import Message
from sessions_app.engine.core.events import Speaker


def test_dense_scripts_count_a_token_a_character() -> None:
    assert estimate("abcd" * 10) == 14
    assert estimate("你好" * 10) == 24


def test_the_newest_are_kept_and_the_last_one_always() -> None:
    messages = [Message(Speaker.CALLER, f"{n} " * 40) for n in range(10)]
    kept = newest_within(messages, 60)
    assert kept == tuple(messages[-2:])
    assert newest_within(messages, 0) == (messages[-1],)
    assert newest_within([], 100) == ()
