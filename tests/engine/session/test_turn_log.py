"""A caller's turn is committed once, whoever says so first."""

from types import SimpleNamespace
from typing import Any

from sessions_app.engine.core.events import CallEvent, Speaker, TurnEnded
from sessions_app.engine.session.turn_log import TurnLog


def answer_to(text: str) -> Any:
    return SimpleNamespace(text=text, committed=False, turn=None, memories=[])


def test_a_callers_turn_is_committed_once_and_keeps_its_words() -> None:
    told: list[CallEvent] = []
    log = TurnLog(told.append, lambda: 900.0)
    log.caller_speaks(100.0)
    answer = answer_to("what time is it")
    for _ in range(2):
        log.commit_caller(answer)
    assert told == [TurnEnded(1, Speaker.CALLER, 100.0, 900.0)]
    assert (answer.committed, answer.text) == (True, "what time is it")
    assert [message.text for message in log.messages] == ["what time is it"]


def test_words_of_the_agents_own_accord_commit_no_turn() -> None:
    told: list[CallEvent] = []
    log = TurnLog(told.append, lambda: 900.0)
    log.commit_caller(answer_to(""))
    log.commit_caller(None)
    assert not told
    assert log.turns == 0
