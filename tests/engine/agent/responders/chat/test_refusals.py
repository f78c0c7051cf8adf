"""Parameters that a model refuses, and tool calls, as the servers in use write them."""

import json
import logging
from collections.abc import Callable
from typing import Any

import pytest

from sessions_app.engine.agent.responders.chat.refusals import refused_parameter
from sessions_app.engine.agent.responders.chat.tool_calls import ToolCalls
from sessions_app.engine.core.agent_config import AgentConfig
from sessions_app.engine.core.errors import ResponderError, ResponderUnavailableError
from tests.engine.agent.responders.chat.test_shapes import STOP, TEXT, chunks, room_of, words
from tests.fixtures.raw_model import Sent, delta, raw_model

SAID = Sent(chunks(*words(), STOP, "[DONE]"))
JSON = "application/json"


def openai_error(name: str, code: str = "unsupported_parameter") -> Any:
    message = f"Unsupported parameter: '{name}' is not supported with this model."
    if name == "max_tokens":
        message += " Use 'max_completion_tokens' instead."
    error = {"message": message, "type": "invalid_request_error", "param": name, "code": code}
    return {"error": error}


def plain(message: str) -> Callable[[str], Any]:
    return lambda _name: {"error": {"message": message, "type": "bad_request"}}


def fastapi(name: str) -> Any:
    return {"detail": [{"loc": ["body", name], "msg": "extra fields not permitted", "input": 0.6}]}


def mistral(*names: str) -> Any:
    """Returns what Mistral says, for each name at once."""
    told = [
        {"type": "extra_forbidden", "loc": ["body", n], "msg": "Extra inputs are not permitted"}
        for n in names
    ]
    return {"object": "error", "message": {"detail": told}, "type": "invalid_request_error"}


def of_errors(name: str) -> Any:
    return {"error": {"errors": [{"loc": ["body", name], "msg": "not permitted"}]}}


def as_text(name: str) -> Any:
    return {"error": {"message": json.dumps(mistral(name)), "code": 422}}


def as_python(name: str) -> Any:
    told = [{"type": "extra_forbidden", "loc": ("body", name), "msg": "x", "input": "tools"}]
    return {"object": "error", "message": str(told), "param": None, "code": 400}


def proxied(name: str) -> Any:
    raw = json.dumps(openai_error(name))
    return {"error": {"message": "Provider returned error", "metadata": {"raw": raw}}}


def listed(name: str) -> Any:
    return [openai_error(name)]


def vllm(name: str) -> Any:
    return {"object": "error", "message": f"{name} is not supported", "param": None, "code": 400}


def refusing(body: Callable[[str], Any], *names: str, status: int = 400) -> Callable[..., Sent]:
    """Returns a server that refuses the first of these names that it is given."""

    def respond(asked: dict[str, Any]) -> Sent:
        name = next((name for name in names if name in asked), None)
        if name is None:
            return SAID
        return Sent([json.dumps(body(name)).encode()], status=status, kind=JSON)

    return respond


@pytest.mark.parametrize(
    ("names", "body", "status", "tries"),
    [
        (["max_tokens"], openai_error, 400, 2),
        (["temperature"], openai_error, 400, 2),
        (["max_tokens", "temperature"], openai_error, 400, 3),
        (["max_tokens", "max_completion_tokens", "temperature"], openai_error, 400, 4),
        (["temperature"], fastapi, 422, 2),
        (["tools"], mistral, 422, 2),
        (["max_tokens"], mistral, 422, 2),
        (["tools", "temperature"], mistral, 422, 3),
        (["tools"], of_errors, 422, 2),
        (["tools"], as_text, 422, 2),
        (["temperature"], as_python, 400, 2),
        (["temperature"], proxied, 400, 2),
        (["temperature"], listed, 400, 2),
        (["max_tokens"], vllm, 400, 2),
        (["temperature"], plain("o1 models don't support temperature=0.6."), 400, 2),
        (["tools"], plain("registry/library/gemma:2b does not support tools"), 400, 2),
        (["tools"], plain("tools param requires --jinja flag"), 500, 2),
        (["tools"], plain("No endpoints found that support tool use."), 404, 2),
    ],
)
async def test_what_a_model_refuses_is_asked_without_and_learnt(
    names: list[str],
    body: Callable[[str], Any],
    status: int,
    tries: int,
    caplog: pytest.LogCaptureFixture,
) -> None:
    server = raw_model(refusing(body, *names, status=status))
    async with server as model, room_of(model, tools=["take_note"]) as room:
        with caplog.at_level(logging.WARNING):
            assert await room.ask("what is the temperature") == TEXT
        assert len(model.asked) == tries
        assert await room.ask("and now") == TEXT
        assert len(model.asked) == tries + 1
    last = model.asked[-1]
    assert not set(names) & set(last)
    assert names[0] in caplog.text


async def test_several_that_are_refused_at_once_are_all_left_out() -> None:
    def respond(asked: dict[str, Any]) -> Sent:
        names = [name for name in ("tools", "temperature", "max_tokens") if name in asked]
        body = json.dumps(mistral(*names)).encode()
        return Sent([body], status=422, kind=JSON) if names else SAID

    async with raw_model(respond) as model, room_of(model, tools=["take_note"]) as room:
        assert await room.ask("hello") == TEXT
    assert set(model.asked[-1]) == {"model", "messages", "stream", "max_completion_tokens"}


async def test_the_limit_is_given_by_its_new_name(caplog: pytest.LogCaptureFixture) -> None:
    async with raw_model(refusing(openai_error, "max_tokens")) as model, room_of(model) as room:
        with caplog.at_level(logging.WARNING):
            await room.ask("hello")
    assert "max_tokens (400): asked with max_completion_tokens" in caplog.text
    assert model.asked[-1]["max_completion_tokens"] == model.asked[0]["max_tokens"] == 300


async def test_a_value_that_was_refused_says_nothing_of_another() -> None:
    def respond(asked: dict[str, Any]) -> Sent:
        if asked.get("temperature", 0) <= 1:
            return SAID
        return Sent([json.dumps(openai_error("temperature")).encode()], status=400, kind=JSON)

    async with raw_model(respond) as model, room_of(model, temperature=1.5) as room:
        await room.ask("hello")
        room.config = AgentConfig(responder="r", responder_options={"temperature": 0.5})
        await room.ask("hello")
    assert [asked.get("temperature") for asked in model.asked] == [1.5, None, 0.5]


@pytest.mark.parametrize("param", ["messages[0].role", "tools[0].function.parameters", "model"])
async def test_what_cannot_be_left_out_is_named(param: str) -> None:
    def respond(_: dict[str, Any]) -> Sent:
        return Sent([json.dumps(openai_error(param)).encode()], status=400, kind=JSON)

    async with raw_model(respond) as model, room_of(model, tools=["take_note"]) as room:
        with pytest.raises(ResponderError) as told:
            await room.ask("hello")
    assert f"{param!r} (400)" in told.value.message
    assert len(model.asked) == 1


async def test_a_refusal_that_never_ends_is_a_failure() -> None:
    def respond(_: dict[str, Any]) -> Sent:
        return Sent([json.dumps(openai_error("temperature")).encode()], status=400, kind=JSON)

    async with raw_model(respond) as model, room_of(model) as room:
        with pytest.raises(ResponderError, match="'temperature'"):
            await room.ask("hello")
    assert len(model.asked) == 2


async def test_a_server_that_broke_is_unavailable_whatever_it_says() -> None:
    body = [b'{"error": {"message": "CUDA out of memory"}}']
    server = raw_model(lambda _: Sent(body, status=500, kind=JSON))
    async with server as model, room_of(model) as room:
        with pytest.raises(ResponderUnavailableError):
            await room.ask("hello")


def test_the_callers_words_are_no_parameter() -> None:
    sent = {"temperature": 0.6, "messages": []}
    repeated = {"detail": [{"loc": ["body", "messages"], "input": "set the temperature"}]}
    assert refused_parameter(repeated, sent) == "messages"
    assert refused_parameter({"message": "bad", "input": "temperature"}, sent) == ""
    assert refused_parameter({"message": str(repeated["detail"])}, sent) == ""
    assert (
        refused_parameter({"message": {"detail": [{"input": {"message": "temperature"}}]}}, sent)
        == ""
    )
    assert refused_parameter(["temperature"], sent) == ""


def test_a_body_that_is_nested_without_end_names_nothing() -> None:
    deep: Any = "temperature"
    for _ in range(50):
        deep = {"error": deep}
    assert refused_parameter(deep, {"temperature": 0.6}) == ""
    assert refused_parameter("[" * 100_000, {"temperature": 0.6}) == ""


# -- tool calls -------------------------------------------------------------------------------

MILK, EGGS = {"text": "milk"}, {"text": "eggs"}


def piece(name: Any = None, arguments: Any = None, **given: Any) -> dict[str, Any]:
    return {"function": {"name": name, "arguments": arguments}, **given}


def halves(value: Any) -> tuple[str, str]:
    text = json.dumps(value)
    return text[:8], text[8:]


M1, M2 = halves(MILK)
E1, E2 = halves(EGGS)
NOTE = "take_note"
CALLS: dict[str, list[list[Any]]] = {
    "usual": [
        [piece(NOTE, "", index=0, id="a", type="function")],
        [piece(None, M1, index=0)],
        [piece(None, M2, index=0)],
        [piece(NOTE, "", index=1, id="b")],
        [piece(None, json.dumps(EGGS), index=1)],
    ],
    "one index for all": [
        [piece(NOTE, json.dumps(MILK), index=0, id="a")],
        [piece(NOTE, json.dumps(EGGS), index=0, id="b")],
    ],
    "one index, in pieces": [
        [piece(NOTE, M1, index=0, id="a")],
        [piece(None, M2, index=0)],
        [piece(NOTE, E1, index=0, id="b")],
        [piece("", E2, index=0, id="")],
    ],
    "one index, no ids": [
        [piece(NOTE, json.dumps(MILK), index=0)],
        [piece(NOTE, json.dumps(EGGS), index=0)],
    ],
    "no index": [
        [piece(NOTE, json.dumps(MILK), id="a")],
        [piece(NOTE, json.dumps(EGGS), id="b")],
    ],
    "no index, null": [
        [piece(NOTE, M1, index=None, id="a")],
        [piece(None, M2, index=None)],
        [piece(NOTE, E1, index=None, id="b")],
        [piece(None, E2, index=None)],
    ],
    "no index, no id": [[piece(NOTE, MILK), piece(NOTE, EGGS)]],
    "an object": [
        [piece(NOTE, MILK, index=0, id="a")],
        [piece(NOTE, EGGS, index=1, id="b")],
    ],
    "all in one chunk": [
        [
            piece(NOTE, json.dumps(MILK), index=0, id="a"),
            piece(NOTE, json.dumps(EGGS), index=1, id="b"),
        ]
    ],
    "id and name repeated": [
        [piece(NOTE, M1, index=0, id="a")],
        [piece(NOTE, M2, index=0, id="a")],
        [piece(NOTE, E1, index=1, id="b")],
        [piece(NOTE, E2, index=1, id="b")],
    ],
    "the name repeated, at last beside nothing": [
        [piece(NOTE, M1, index=0)],
        [piece(NOTE, M2, index=0)],
        [piece(NOTE, "", index=0)],
        [piece(NOTE, json.dumps(EGGS), index=1)],
        [piece(NOTE, "", index=1)],
    ],
    "another id each time": [
        [piece(NOTE, None, index=0, id="a")],
        [piece(None, M1, index=0, id="x")],
        [piece(None, M2, index=0, id="y")],
        [piece(NOTE, None, index=1, id="b")],
        [piece(None, json.dumps(EGGS), index=1, id="z")],
    ],
    "a name in pieces": [
        [piece("take", "", index=0, id="a")],
        [piece("_note", json.dumps(MILK), index=0)],
        [piece(NOTE, EGGS, index=1, id="b")],
    ],
    "an empty object before the pieces": [
        [piece(NOTE, "{}", index=0, id="a")],
        [piece(None, M1, index=0)],
        [piece(None, M2, index=0)],
        [piece(NOTE, {}, index=1, id="b")],
        [piece(None, json.dumps(EGGS), index=1)],
    ],
    "an empty object behind them, or the whole again": [
        [piece(NOTE, json.dumps(MILK), index=0, id="a")],
        [piece(None, "{}", index=0)],
        [piece(NOTE, json.dumps(EGGS), index=1, id="b")],
        [piece(None, EGGS, index=1)],
    ],
    "encoded twice": [
        [piece(NOTE, json.dumps(json.dumps(MILK)), index=0, id="a")],
        [piece(NOTE, json.dumps(json.dumps(json.dumps(EGGS))), index=1, id="b")],
    ],
    "encoded twice, in pieces": [
        [piece(NOTE, halves(json.dumps(MILK))[0], index=0, id="a")],
        [piece(None, halves(json.dumps(MILK))[1], index=0)],
        [piece(NOTE, halves(json.dumps(EGGS))[0], index=0, id="b")],
        [piece(None, halves(json.dumps(EGGS))[1], index=0)],
    ],
    "nothing among them": [
        [None, piece(NOTE, MILK, index=0, id="a"), "x"],
        [piece(NOTE, EGGS, index=1, id="b")],
        [{"index": 1, "function": None}],
    ],
}


@pytest.mark.parametrize("shape", CALLS)
async def test_every_shape_is_the_same_tool_calls(shape: str) -> None:
    def respond(asked: dict[str, Any]) -> Sent:
        if asked["messages"][-1]["role"] == "tool":
            return SAID
        told = [delta(tool_calls=pieces) for pieces in CALLS[shape]]
        return Sent(chunks(*told, delta("tool_calls"), "[DONE]"))

    async with raw_model(respond) as model, room_of(model, tools=["take_note"]) as room:
        assert await room.ask("remember milk and eggs") == TEXT
        assert [note.text for note in room.host.kept] == ["milk", "eggs"]
    told = next(m for m in model.asked[1]["messages"] if m["role"] == "assistant")
    results = [m["tool_call_id"] for m in model.asked[1]["messages"] if m["role"] == "tool"]
    assert [call["id"] for call in told["tool_calls"]] == results
    assert len(set(results)) == 2


@pytest.mark.parametrize("finish", ["stop", "tool_calls", "function_call", None])
async def test_calls_count_whatever_the_reason_says(finish: str | None) -> None:
    def respond(asked: dict[str, Any]) -> Sent:
        if asked["messages"][-1]["role"] == "tool":
            return SAID
        return Sent(chunks(delta(tool_calls=[piece(NOTE, MILK)]), delta(finish), "[DONE]"))

    async with raw_model(respond) as model, room_of(model, tools=["take_note"]) as room:
        assert await room.ask("remember the milk") == TEXT


@pytest.mark.parametrize("arguments", [None, "", "null", '""', "{}", {}, '"{}"'])
def test_no_arguments_are_an_empty_object(arguments: Any) -> None:
    calls = ToolCalls()
    calls.add([piece("end_call", arguments)])
    (told,) = calls.as_openai()
    assert told["function"]["arguments"] == "{}"
    assert told["id"]


@pytest.mark.parametrize(
    "arguments",
    ['{"text": "mi', '"milk"', '{"text": "milk"}{"text": "eggs"}', '"{bad"', "[1]", '{ "text" :1}'],
)
def test_arguments_that_are_no_one_object_stay_as_they_were_written(arguments: str) -> None:
    calls = ToolCalls()
    calls.add([piece(NOTE, arguments)])
    assert calls.as_openai()[0]["function"]["arguments"] == arguments
