"""Keys in a call with an agent: told at once, answered together, and never an end of anything."""

import asyncio
from typing import Any

import pytest

from sessions_app.engine.agent.responders.base import CallHost
from sessions_app.engine.agent.responders.scribe.responder import ScribeResponder
from sessions_app.engine.core.agent_config import AgentConfig
from sessions_app.engine.core.events import SegmentFinal, Speaker, TurnEnded
from sessions_app.engine.session.keypad import Keypad, KeySettings
from tests.engine.session.test_agent_session import LONG, PLAIN
from tests.fixtures.agent_talk import Answers, Talk

QUICK = KeySettings(pause_s=0.2)


class Listens(Answers):
    """Notes the keys, too."""

    def __init__(self, *answers: Any, fails: bool = False) -> None:
        super().__init__(*answers)
        self.keys: list[str] = []
        self._fails = fails

    def on_key(self, config: AgentConfig, host: CallHost, key: str) -> None:
        self.keys.append(key)
        host.send_app({"key": key})
        if self._fails:
            raise RuntimeError("a fault of its own")


def keypad(talk: Talk, settings: KeySettings = QUICK) -> Keypad:
    return Keypad(settings, talk.numbers, talk.emit, talk.now_ms, talk.agent)


def lines(talk: Talk) -> list[tuple[str, str]]:
    return [(s.text, s.key) for s in talk.said(Speaker.CALLER)]


@pytest.mark.parametrize("end", [True, False])
async def test_keys_are_lines_of_the_record_and_together_a_turn(end: bool) -> None:
    responder = Listens(["Thank you."])
    async with Talk(responder, PLAIN) as talk:
        keys = "12#" if end else "12"
        pad = keypad(talk, KeySettings(60.0 if end else 0.2))
        for key in keys:
            pad.press(key)
        await talk.until(lambda: len(talk.said()) == 1, "the answer")
        await talk.until(lambda: len(talk.of(TurnEnded)) == 2)
    assert lines(talk) == [(f"Pressed {key}", key) for key in keys]
    assert [s.seq for s in talk.of(SegmentFinal)] == list(range(1, len(keys) + 2))
    assert responder.keys == list(keys)
    assert len(responder.asked) == 1
    assert responder.asked[0].last_text == f"[pressed {keys} on the telephone's keypad]"


async def test_the_first_key_silences_the_agent() -> None:
    async with Talk(Listens(LONG, ["Yes."]), PLAIN) as talk:
        await talk.says("tell me")
        await talk.until(lambda: len(talk.said()) == 1)
        keypad(talk).press("1")
        assert talk.playout.idle  # nothing that was made goes out any more
        await talk.until(lambda: talk.said()[-1].text == "Yes.", "the answer to the key")
        assert talk.said()[1].interrupted


async def test_a_turn_of_keys_may_be_none() -> None:
    async with Talk(ScribeResponder(), PLAIN) as talk:
        pad = keypad(talk, KeySettings(0.01))
        pad.press("1")
        await asyncio.sleep(0.1)
    assert lines(talk) == [("Pressed 1", "1")]
    assert not talk.of(TurnEnded)


async def test_a_flash_is_told_and_no_digit_of_a_number() -> None:
    responder = Listens(["Yes."])
    async with Talk(responder, PLAIN) as talk:
        pad = keypad(talk)
        pad.press(["flash"])
        pad.press("7#")
        await talk.until(lambda: len(talk.said()) == 1)
    assert responder.keys == ["flash", "7", "#"]
    assert "pressed 7# on" in responder.asked[0].last_text


async def test_a_fault_of_the_responder_leaves_the_record_whole() -> None:
    async with Talk(Listens(fails=True), PLAIN) as talk:
        keypad(talk).press("12")
    assert lines(talk) == [("Pressed 1", "1"), ("Pressed 2", "2")]


async def test_a_call_that_is_only_transcribed_keeps_its_keys() -> None:
    told: list[Any] = []
    async with Talk(Listens(), PLAIN) as talk:
        Keypad(QUICK, talk.numbers, told.append, talk.now_ms, None).press("5")
    assert [(e.text, e.speaker, e.typed) for e in told] == [("Pressed 5", Speaker.CALLER, True)]
