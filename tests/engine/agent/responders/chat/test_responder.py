"""Chat by a real server on this machine, which behaves well or badly."""

import asyncio
import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from sessions_app.engine.agent.responders.base import EarlierCall, Message
from sessions_app.engine.agent.responders.chat.responder import ChatResponder
from sessions_app.engine.agent.tools import load_tools
from sessions_app.engine.core.agent_config import AgentConfig
from sessions_app.engine.core.errors import ResponderError, ResponderUnavailableError
from sessions_app.engine.core.events import NoteKind, Speaker
from tests.engine.agent.responders.scribe.rooms import Room
from tests.fixtures.openai_server import ModelServer, running_model

TOOLS = {
    "end_call": {"PATH": "sessions_app.engine.agent.tools.end_call"},
    "take_note": {"PATH": "sessions_app.engine.agent.tools.take_note"},
    "earlier_calls": {"PATH": "sessions_app.engine.agent.tools.earlier_calls"},
    "hangs": {"PATH": "tests.engine.agent.responders.chat.test_responder.hangs", "TIMEOUT_S": 0.2},
    "breaks": {"PATH": "tests.engine.agent.responders.chat.test_responder.breaks"},
}


async def hangs(_host: object) -> str:
    """Never comes back."""
    await asyncio.sleep(3600)
    return ""


def breaks(_host: object, number: int) -> str:
    """Breaks."""
    raise ZeroDivisionError(number)


@pytest.fixture
def model() -> Iterator[ModelServer]:
    with running_model(answers={"capital": "It is Paris, of course."}) as server:
        yield server


class Chat(Room):
    """A room with a chat responder."""

    def __init__(self, model: ModelServer, config: AgentConfig | None = None, **how: Any) -> None:
        given = {"first_token_timeout_s": 0.5, "token_timeout_s": 0.5, "known_tools": TOOLS, **how}
        responder = ChatResponder(model="test", base_url=model.url, api_key="k", **given)
        super().__init__(responder, config or AgentConfig(prompt="You are a guide.", responder="r"))

    async def __aenter__(self) -> "Chat":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.responder.aclose()
        await self.responder.aclose()
        assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_the_answer_is_streamed_and_the_conversation_told(model: ModelServer) -> None:
    async with Chat(model) as room:
        assert await room.ask("what is the capital of france") == "It is Paris, of course."
        room.messages[-1] = Message(Speaker.AGENT, "It is Par", interrupted=True)
        await room.ask("and of spain")
    told = model.chats[1].body["messages"]
    assert [m["role"] for m in told] == ["system", "user", "assistant", "user"]
    assert told[0]["content"].startswith("You are a guide.")
    assert told[2]["content"] == "It is Par [interrupted by the caller]"
    assert model.chats[0].body["stream"] is True


async def test_the_sides_take_turns_and_the_caller_begins(model: ModelServer) -> None:
    async with Chat(model) as room:
        room.messages = [
            Message(Speaker.AGENT, "Hello, this is the guide."),
            Message(Speaker.CALLER, "what is"),
        ]
        await room.ask("the capital of france")
    told = model.chats[0].body["messages"]
    assert [m["role"] for m in told] == ["system", "user"]
    assert told[0]["content"].endswith("You began with: Hello, this is the guide.")
    assert told[1]["content"] == "what is the capital of france"


async def test_what_one_side_says_in_a_row_is_joined_as_its_script_is(model: ModelServer) -> None:
    async with Chat(model) as room:
        room.messages = [Message(Speaker.CALLER, "你好。"), Message(Speaker.CALLER, "我想问")]
        await room.ask("几点了？")
    assert model.chats[0].body["messages"][1]["content"] == "你好。我想问几点了？"


async def test_an_agent_has_options_of_its_own(model: ModelServer) -> None:
    config = AgentConfig(responder="r", responder_options={"model": "big", "temperature": 0.1})
    async with Chat(model, config) as room:
        await room.ask("hello")
    assert (model.chats[0].body["model"], model.chats[0].body["temperature"]) == ("big", 0.1)


async def test_closing_it_closes_the_models_stream(model: ModelServer) -> None:
    model.answers = {"": "word " * 200}
    async with Chat(model) as room:
        stream = room.responder.stream(room.conversation("talk"))
        await anext(stream)
        await stream.aclose()
        async with asyncio.timeout(2):
            while not model.chats[0].closed_early:  # noqa: ASYNC110 - another thread's
                await asyncio.sleep(0.01)
    assert model.chats[0].sent < 20


@pytest.mark.parametrize(
    ("mode", "kind", "requests"),
    [
        ("slow", ResponderUnavailableError, 2),
        ("dies_first", ResponderUnavailableError, 2),
        ("garbage", ResponderUnavailableError, 2),
        ("shapes", ResponderUnavailableError, 2),
        ("stall", ResponderUnavailableError, 1),
        ("dies_middle", ResponderUnavailableError, 1),
        ("refused", ResponderError, 1),
    ],
)
async def test_a_bad_server_is_told_by_kind_and_never_hangs(
    model: ModelServer, mode: str, kind: type[ResponderError], requests: int
) -> None:
    model.mode = mode
    begun = time.monotonic()
    async with Chat(model) as room:
        with pytest.raises(kind) as told:
            await room.ask("what is the capital of france")
    assert type(told.value) is kind
    assert time.monotonic() - begun < 10
    assert len(model.chats) == requests
    assert "capital" not in told.value.message


async def test_what_fails_once_is_tried_again(model: ModelServer) -> None:
    model.mode = "busy"
    async with Chat(model) as room:
        assert await room.ask("the capital of france") == "It is Paris, of course."


async def test_the_oldest_turns_are_left_out_when_there_is_no_room(model: ModelServer) -> None:
    async with Chat(model, context_tokens=400) as room:
        for _ in range(8):
            await room.ask("blah " * 50)
    told = model.chats[-1].body["messages"]
    assert told[0]["role"] == "system"
    assert 2 <= len(told) < 12
    assert told[-1]["content"].startswith("blah")


async def test_tools_are_described_used_and_told(model: ModelServer) -> None:
    note = json.dumps({"text": "milk", "kind": "action"})
    model.answers = {"milk": [("take_note", note), ("end_call", ""), "Done, goodbye."]}
    async with Chat(model, tools=["take_note", "end_call"]) as room:
        assert await room.ask("remember the milk") == "Done, goodbye."
        assert [(n.kind, n.text) for n in room.host.kept] == [(NoteKind.ACTION, "milk")]
        assert room.host.ended
        assert room.host.confirmations == 2
    told = model.chats[0].body["tools"][0]["function"]
    assert told["name"] == "take_note"
    assert told["parameters"]["properties"]["kind"] == {
        "type": "string",
        "enum": ["note", "action"],
    }
    assert told["parameters"]["required"] == ["text"]
    results = [m["content"] for m in model.chats[1].body["messages"] if m["role"] == "tool"]
    assert results == ["Written down as number 1.", "The call ends after this answer."]


async def test_a_model_is_told_that_the_book_is_full(model: ModelServer) -> None:
    model.answers = {"milk": [("take_note", json.dumps({"text": "milk"})), "I cannot."]}
    async with Chat(model, tools=["take_note"]) as room:
        room.host.most_notes = 0
        assert await room.ask("remember the milk") == "I cannot."
    assert model.chats[1].body["messages"][-1]["content"] == "Error: The book is full."


@pytest.mark.parametrize(
    ("name", "arguments", "told"),
    [
        ("hangs", "{}", "took longer than 0.2 s"),
        ("breaks", '{"number": 1}', "failed (ZeroDivisionError)"),
        ("breaks", '{"wrong": 1}', "the arguments of breaks are"),
        ("breaks", "{not json", "Error:"),
        ("unknown", "{}", "there is no tool"),
    ],
)
async def test_a_tool_that_goes_wrong_is_told_and_the_answer_comes(
    model: ModelServer, name: str, arguments: str, told: str
) -> None:
    model.answers = {"": [(name, arguments), "Sorry."]}
    async with Chat(model, tools=["hangs", "breaks"]) as room:
        assert await room.ask("do it") == "Sorry."
    assert told in model.chats[1].body["messages"][-1]["content"]


async def test_earlier_calls_are_looked_up(model: ModelServer) -> None:
    model.answers = {"": [("earlier_calls", '{"words": "milk"}'), "Yes."]}
    async with Chat(model, tools=["earlier_calls"]) as room:
        room.host.earlier = [EarlierCall("2026-01-02", "Shopping", "buy milk")]
        await room.ask("what did I say of milk")
    assert model.chats[1].body["messages"][-1]["content"] == "2026-01-02 Shopping: buy milk"


async def test_a_model_that_only_asks_for_tools_has_to_answer_at_last(model: ModelServer) -> None:
    model.answers = {"": [("earlier_calls", '{"words": "x"}'), "I give up."]}
    model.endless_tools = True
    async with Chat(model, tools=["earlier_calls"]) as room:
        assert await room.ask("go") == "I give up."
    assert len(model.chats) == 5


async def test_an_option_that_there_is_not_is_named(model: ModelServer) -> None:
    config = AgentConfig(responder="r", responder_options={"temprature": 0.1})
    async with Chat(model, config) as room:
        with pytest.raises(ResponderError, match=r"'temprature'.*temperature"):
            await room.ask("hello")
    assert model.chats == []


async def test_the_first_word_may_take_longer_than_the_next(model: ModelServer) -> None:
    model.tokens_per_s = 1 / 0.4  # who speaks is told at once, the first word much later
    model.answers = {"": "Yes."}
    async with Chat(model, first_token_timeout_s=3.0, token_timeout_s=0.5) as room:
        assert await room.ask("hello") == "Yes."


async def test_results_that_cannot_be_told_are_errors() -> None:
    tools = load_tools(
        {"circle": {"PATH": "tests.engine.agent.responders.chat.test_responder.circle"}}
    )
    host: Any = None
    assert (await tools["circle"].run(host, "{}")).startswith("Error:")


def circle(_host: object) -> Any:
    """Returns what contains itself."""
    ring: list[Any] = []
    ring.append(ring)
    return ring


@pytest.mark.parametrize(
    "entry",
    ["dotted.path", {"PATH": "sessions_app.engine.agent.tools.end_call", "TIMEOUT_S": "abc"}],
)
def test_a_tool_entry_that_is_wrong_is_named(entry: Any) -> None:
    with pytest.raises(ResponderError, match=r"VOICE\['TOOLS'\]\['x'\]"):
        load_tools({"x": entry})


def test_tools_that_cannot_be_used_are_named(model: ModelServer) -> None:
    with pytest.raises(ResponderError, match=r"nothing.*VOICE\['TOOLS'\]"):
        Chat(model, tools=["nothing"])
    bad = {"x": {"PATH": "sessions_app.engine.agent.tools.missing"}}
    with pytest.raises(ResponderError, match=r"\['x'\].*missing"):
        Chat(model, known_tools=bad)
