"""What every responder must do."""

import asyncio
import threading
from collections.abc import Callable, Iterator

import pytest

from sessions_app.engine.agent.responders.base import Responder
from sessions_app.engine.agent.responders.chat.responder import ChatResponder
from sessions_app.engine.agent.responders.scribe.responder import ScribeResponder
from sessions_app.engine.agent.responders.scripted import ScriptedResponder
from tests.engine.agent.responders.scribe.rooms import Room
from tests.fixtures.openai_server import ModelServer, running_model

ASKED = "what time is it"
Maker = Callable[[ModelServer], Responder]
MAKERS: dict[str, Maker] = {
    "scribe": lambda _: ScribeResponder(),
    "scripted": lambda _: ScriptedResponder(default="It is ten. Good night.", tokens_per_s=500),
    "chat": lambda model: ChatResponder(model="test", base_url=model.url),
}


@pytest.fixture
def model() -> Iterator[ModelServer]:
    with running_model(default="It is ten. Good night.", tokens_per_s=200.0) as server:
        yield server


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
async def test_it_answers_stops_and_leaves_nothing_behind(make: Maker, model: ModelServer) -> None:
    threads = own_threads()
    responder = make(model)
    await responder.start()
    first, second = Room(responder), Room(responder)
    answers = await asyncio.gather(first.ask(ASKED), second.ask(ASKED))
    assert answers[0].startswith("It is ")
    assert answers[0] == answers[1]
    stream = responder.stream(first.conversation(ASKED))
    await anext(stream)
    await stream.aclose()
    assert (await second.ask(ASKED)).startswith("It is ")
    await responder.aclose()
    await responder.aclose()
    assert asyncio.all_tasks() == {asyncio.current_task()}
    assert own_threads() <= threads


def own_threads() -> set[str]:
    """Returns the names of all threads but those that belong to the loop or to the whole process.

    The loop's executor starts one for each name that is looked up at the same time, and keeps them
    to its end. Those of the process (`voice-…`) begin and end by what other tests left to be done.
    """
    return {t.name for t in threading.enumerate() if not t.name.startswith(("asyncio_", "voice-"))}
