"""A model's server breaks in mid-answer: what was heard of it stays, and is apologised for once."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest

from sessions_app.engine.agent.responders.chat.responder import ChatResponder
from sessions_app.engine.core.agent_config import AgentConfig, TurnSettings
from sessions_app.engine.core.events import AgentFailed, TurnEnded
from sessions_app.engine.session.phrases import SENTENCES
from sessions_app.engine.tts.engines.scripted import ScriptedSynthesiser
from tests.fixtures.agent_talk import Talk
from tests.fixtures.raw_model import RawModel, Sent, delta, event, raw_model

TURNS = TurnSettings(min_delay_ms=150, max_delay_ms=600, barge_in_ms=200)
SAID = [event(delta(content="The answer is one. "))]
ERROR = b'event: error\ndata: {"message": "boom", "type": "server_error"}\n\n'


@pytest.mark.parametrize("how", ["abort", "error event"])
async def test_what_was_heard_stays_and_one_apology_follows(how: str) -> None:
    wait = asyncio.Event()
    sent = {
        "abort": Sent([*SAID, wait], aborts=True),
        "error event": Sent([*SAID, wait, ERROR]),
    }[how]
    async with raw_model(lambda _: sent) as model, _calling(model) as talk:
        await talk.says("what is the answer")
        await talk.until(lambda: bool(talk.said()), "the first sentence")
        wait.set()
        await talk.until(lambda: len(talk.of(TurnEnded)) == 3, "the apology")
        assert [s.text for s in talk.said()] == ["The answer is one.", SENTENCES["en"].apology]
        assert [failed.code for failed in talk.of(AgentFailed)] == ["responder_unavailable"]
        assert len(model.asked) == 1


@asynccontextmanager
async def _calling(model: RawModel) -> AsyncGenerator[Talk, None]:
    responder = ChatResponder(model="m", base_url=model.url)
    config = AgentConfig(slug="a", responder="r", silence_s=0, turns=TURNS)
    async with Talk(responder, config, ScriptedSynthesiser(pace=0, ms_per_character=5)) as talk:
        yield talk
    await responder.aclose()
