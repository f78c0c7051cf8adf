"""Answers as the servers in use stream them, byte for byte.

Where a shape was reported: sgl-project/sglang#3912 and ollama/ollama#4357 (empty finish_reason),
BerriAI/liteLLM-proxy#19 (none), openai/openai-python#1677 (Azure's chunks without delta),
ollama/ollama#7881 and openai/openai-python#3246 (tool calls without index),
BerriAI/litellm#16272 (content as parts), vllm-project/vllm#13125 (no opening tag).
"""

import asyncio
import json
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing, asynccontextmanager
from typing import Any

import pytest

from sessions_app.engine.agent.responders.base import Message
from sessions_app.engine.agent.responders.chat import stream
from sessions_app.engine.agent.responders.chat.beginnings import FORGOTTEN_AFTER
from sessions_app.engine.agent.responders.chat.responder import ChatResponder
from sessions_app.engine.core.agent_config import AgentConfig
from sessions_app.engine.core.errors import ResponderError, ResponderUnavailableError
from sessions_app.engine.core.events import Speaker
from tests.engine.agent.responders.scribe.rooms import Room
from tests.fixtures.raw_model import RawModel, Sent, delta, event, raw_model

TOOLS = {"take_note": {"PATH": "sessions_app.engine.agent.tools.take_note"}}
TEXT = "The shop opens at nine."
WORDS = ["The ", "shop ", "opens ", "at ", "nine."]
STOP = delta("stop")
USAGE = {"choices": [], "usage": {"prompt_tokens": 9, "completion_tokens": 5}}
VERDICT: dict[str, Any] = {
    "choices": [
        {
            "index": 0,
            "finish_reason": None,
            "content_filter_results": {},
            "content_filter_offsets": {},
        }
    ]
}


@pytest.mark.parametrize("count", [10**30, "9", -5, True])
def test_counts_that_cannot_be_are_no_counts(count: Any) -> None:
    assert stream._tokens({"prompt_tokens": count, "completion_tokens": count}) is None


def chunks(*told: Any) -> list[bytes]:
    return [event(chunk) for chunk in told]


def words(finish: Any = None) -> list[Any]:
    return [delta(finish, content=word) for word in WORDS]


def bare(**choice: Any) -> dict[str, Any]:
    return {"choices": [choice]}


@asynccontextmanager
async def room_of(model: RawModel, /, **how: Any) -> AsyncGenerator[Room, None]:
    limits = {"first_token_timeout_s": 2.0, "token_timeout_s": 2.0}
    given = {"model": "m", **limits, "known_tools": TOOLS, **how}
    responder = ChatResponder(base_url=model.url, api_key="k", **given)
    try:
        yield Room(responder, AgentConfig(responder="r"))
    finally:
        await responder.aclose()


async def answer(pieces: Sequence[bytes | asyncio.Event], **how: Any) -> str:
    """Returns what is said of a stream of these bytes."""
    async with raw_model(lambda _: Sent(pieces, **how)) as model, room_of(model) as room:
        return await room.ask("when does the shop open")


SHAPES = {
    "usual": chunks(delta(role="assistant", content=""), *words(), STOP, "[DONE]"),
    "empty reason": chunks(*words(""), STOP, "[DONE]"),
    "reason as text": chunks(*words("null"), STOP, "[DONE]"),
    "no reason, only DONE": chunks(*(bare(delta={"content": w}) for w in WORDS), "[DONE]"),
    "null reasons, only DONE": chunks(*words(), "[DONE]"),
    "a reason with each word": chunks(*words("stop"), "[DONE]"),
    "the last word has the reason": chunks(*words()[:-1], delta("stop", content="nine."), "[DONE]"),
    "no DONE": chunks(*words(), STOP),
    "messages for deltas": chunks(
        *(bare(message={"role": "assistant", "content": w}) for w in WORDS), STOP
    ),
    "the whole again at its end": chunks(
        *words(), bare(message={"content": TEXT}, finish_reason="stop"), "[DONE]"
    ),
    "nothing, to keep it open": [b"data: null\n\n", *chunks(*words(), STOP), b"data: null\n\n"],
    "an empty list, to keep it open": [b"data: []\n\n", *chunks(*words(), STOP, [], "[DONE]")],
    "a refusal": chunks(*(delta(content=None, refusal=w) for w in WORDS), STOP, "[DONE]"),
    "length is an end": chunks(*words(), delta("length"), "[DONE]"),
    "filter before and within": chunks(
        {"choices": [], "prompt_filter_results": []}, *words()[:2], VERDICT, *words()[2:], STOP
    ),
    "filter at the end": chunks(*words(), STOP, VERDICT, "[DONE]"),
    "filter at the end, no DONE": chunks(*words(), STOP, VERDICT),
    "null delta": chunks(bare(index=0, delta=None, finish_reason=None), *words(), STOP, "[DONE]"),
    "null delta at the end": chunks(*words(), bare(delta=None, finish_reason="stop"), "[DONE]"),
    "null content": chunks(delta(role="assistant", content=None), *words(), STOP, "[DONE]"),
    "counts at the end": chunks(*words(), STOP, USAGE, "[DONE]"),
    "counts with each word": chunks(*[c | {"usage": None} for c in words()], STOP, USAGE, "[DONE]"),
    "no choices at all": chunks({"usage": {}}, *words(), {"x_groq": {}}, STOP, "[DONE]"),
    "null choices": chunks({"choices": None}, *words(), STOP, "[DONE]"),
    "comments": [b": OPENROUTER PROCESSING\n\n", *chunks(*words(), STOP, "[DONE]")],
    "no blanks": [b"data:" + json.dumps(c).encode() + b"\n\n" for c in [*words(), STOP]],
    "carriage returns": [e.replace(b"\n", b"\r\n") for e in chunks(*words(), STOP, "[DONE]")],
    "carriage returns alone": [e.replace(b"\n", b"\r") for e in chunks(*words(), STOP, "[DONE]")],
    "carriage returns in two": [
        bytes([b]) for e in chunks(*words(), STOP, "[DONE]") for b in e.replace(b"\n", b"\r\n")
    ],
    "a byte order mark": [b"\xef\xbb\xbf", *chunks(*words(), STOP, "[DONE]")],
    "one line each": [e.replace(b"\n\n", b"\n") for e in chunks(*words(), STOP, "[DONE]")],
    "byte by byte": [bytes([b]) for b in b"".join(chunks(*words(), STOP, "[DONE]"))],
    "all at once": [b"".join(chunks(*words(), STOP, "[DONE]"))],
    "named events": [b"event: message\n" + e for e in chunks(*words(), STOP, "[DONE]")],
    "no end of the last line": [*chunks(*words(), STOP), b"data: [DONE]"],
    "parts": chunks(
        delta(content=[{"type": "thinking", "thinking": [{"type": "text", "text": "Hm."}]}]),
        *(delta(content=[{"type": "text", "text": word}]) for word in WORDS),
        STOP,
    ),
    "thoughts beside": chunks(delta(reasoning_content="Hm."), *words(), STOP, "[DONE]"),
    "thoughts beside, renamed": chunks(delta(reasoning="Hm.", content=""), *words(), STOP),
}


@pytest.mark.parametrize("shape", SHAPES)
async def test_every_shape_is_the_same_answer(shape: str) -> None:
    assert await answer(SHAPES[shape]) == TEXT


async def test_a_line_separator_within_a_text_ends_no_event() -> None:
    raw = json.dumps(delta(content="one\u2028two\u0085three"), ensure_ascii=False)
    assert await answer(chunks(raw, STOP)) == "one\u2028two\u0085three"


async def test_an_answer_that_is_not_streamed_is_one() -> None:
    message = {"choices": [{"message": {"role": "assistant", "content": TEXT}}]}
    assert await answer([json.dumps(message).encode()], kind="application/json") == TEXT


@pytest.mark.parametrize("framed", [True, False])
@pytest.mark.parametrize(
    "told",
    [
        words(),
        words(""),
        words("null"),
        [*words(), USAGE],
        [*words(), VERDICT],
        [*words()[:2], {"error": {"message": "out of memory", "code": 500}}],
        [*words()[:2], {"object": "error", "message": "x"}],
        [*words(), delta("error")],
        [*words(), bare(delta={}, error={"message": "x"})],
    ],
)
async def test_a_stream_without_an_end_is_a_failure(told: list[Any], framed: bool) -> None:
    with pytest.raises(ResponderUnavailableError):
        await answer(chunks(*told), framed=framed)


async def test_a_server_that_keeps_the_connection_after_the_end_is_not_waited_for() -> None:
    begun = asyncio.get_running_loop().time()
    assert await answer(chunks(*words(), STOP), stays=True) == TEXT
    assert asyncio.get_running_loop().time() - begun < 1.5


async def test_a_connection_is_used_again() -> None:
    said = Sent(chunks(*words(), STOP, "[DONE]"))
    async with raw_model(lambda _: said) as model, room_of(model) as room:
        for _ in range(3):
            await room.ask("when")
        assert (len(model.asked), model.connections) == (3, 1)


# -- thoughts ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "pieces",
    [
        ["<think>The caller asks. </think>", TEXT],
        ["<th", "ink>\nHm", ".\n</thi", "nk>\n\nThe shop ", "opens at nine."],
        ["<think>", "</think>", "\n\n", TEXT],
        ["<THINK>Hm.</THINK>" + TEXT],
        ["<thinking>Is 3 < 4? a </think> b</thinking>" + TEXT],
        ["The shop ", "<think>when?</think>", "opens at nine."],
        ["[THINK]Hm.[/THINK]" + TEXT],
        ["<unused94>thought\nHm.<unused95>" + TEXT],
        [
            f"<|begin_of_thought|>Hm.<|end_of_thought|><|begin_of_solution|>{TEXT}<|end_of_solution|>"
        ],
        [f"<|START_THINKING|>Hm.<|END_THINKING|><|START_RESPONSE|>{TEXT}", "<|END_RESPONSE|>"],
        ["<scratchpad>Hm.</scratchpad>" + TEXT],
        [
            "<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant<|channel|>final<|message|>",
            TEXT,
        ],
        [TEXT, "<think>And now? I"],
        [*f"<think>Hm.</think>{TEXT}"],
    ],
)
async def test_thoughts_are_neither_said_nor_kept(pieces: list[str]) -> None:
    told = chunks(*(delta(content=piece) for piece in pieces), STOP, "[DONE]")
    async with raw_model(lambda _: Sent(told)) as model, room_of(model) as room:
        assert await room.ask("when does the shop open") == TEXT
        assert room.messages[-1] == Message(Speaker.AGENT, TEXT)


@pytest.mark.parametrize("text", ["1 < 2 and 3 > 2.", "a <thin line> b", "Write <b>.", "x <th"])
async def test_what_only_looks_like_a_thought_is_said(text: str) -> None:
    pieces = chunks(*(delta(content=letter) for letter in text), STOP)
    assert await answer(pieces) == text


async def test_a_thought_that_its_template_began_is_learnt() -> None:
    told = chunks(delta(content="The caller asks.\n"), delta(content=f"</think>\n\n{TEXT}"), STOP)
    async with raw_model(lambda _: Sent(told)) as model, room_of(model) as room:
        assert "</think>" not in await room.ask("when")
        assert await room.ask("when") == TEXT
        told[:] = chunks(*words(), STOP)
        assert await room.ask("when") == TEXT


async def test_a_model_that_was_made_to_say_a_tag_is_not_held_back_for_good() -> None:
    tagged = chunks(delta(content="Say it? "), delta(content=f"</think> {TEXT}"), STOP)
    told = list(tagged)
    async with raw_model(lambda _: Sent(told)) as model, room_of(model) as room:
        await room.ask("when")
        told[:] = chunks(*words(), STOP)
        for _ in range(FORGOTTEN_AFTER):
            assert await room.ask("when") == TEXT
        told[:] = tagged
        async with aclosing(room.responder.stream(room.conversation("when"))) as pieces:
            assert await anext(pieces) == "Say it? "  # as it came


async def test_what_shows_no_beginning_does_not_make_a_model_forgotten() -> None:
    tagged = chunks(delta(content="Hm. "), delta(content=f"</think> {TEXT}"), STOP)
    told = list(tagged)
    async with raw_model(lambda _: Sent(told)) as model, room_of(model, retries=0) as room:
        await room.ask("when")
        for told[:] in (
            chunks(STOP),
            chunks(delta(content="Hm."), delta("length")),
            chunks(delta(content="<think>Hm."), STOP),
        ):
            for _ in range(FORGOTTEN_AFTER):
                with pytest.raises(ResponderError):
                    await room.ask("when")
        told[:] = tagged
        async with aclosing(room.responder.stream(room.conversation("when"))) as pieces:
            assert await anext(pieces) == TEXT


async def test_a_thought_is_taken_back_once_its_end_shows_that_it_was_one() -> None:
    told = chunks(delta(content="The caller asks.\n"), delta(content=f"</think>\n\n{TEXT}"), STOP)
    async with raw_model(lambda _: Sent(told)) as model, room_of(model) as room:
        assert await room.ask("when") == TEXT


async def test_a_model_known_by_name_says_no_thought_even_in_its_first_answer() -> None:
    told = chunks(delta(content="The caller asks.\n"), delta(content=f"</think>\n\n{TEXT}"), STOP)
    async with raw_model(lambda _: Sent(told)) as model:
        async with room_of(model, model="DeepSeek-R1-Distill-Llama-8B") as room:
            pieces = [piece async for piece in room.responder.stream(room.conversation("when"))]
        assert "".join(pieces) == TEXT
        told[:] = chunks(delta(reasoning="Hm."), delta(content="The "), delta(content="shop."))
        async with (
            room_of(model, model="qwq") as room,
            aclosing(room.responder.stream(room.conversation("when"))) as spoken,
        ):
            assert await anext(spoken) == "The "  # its server takes thoughts out


@pytest.mark.parametrize("finish", ["stop", "length"])
async def test_a_model_that_only_thinks_has_failed(finish: str) -> None:
    with pytest.raises(ResponderError, match="max_tokens"):
        await answer(chunks(delta(content="<think>Let me see"), delta(finish), "[DONE]"))


@pytest.mark.parametrize("thought", [{"reasoning_content": "Hm."}, {"content": "<think>Hm."}])
async def test_a_model_may_think_longer_than_it_may_stay_silent(thought: dict[str, str]) -> None:
    thinks = asyncio.Event()
    rest = [delta(content="</think>")] if "content" in thought else []
    told: list[bytes | asyncio.Event] = [
        event(delta(**thought)),
        thinks,
        *chunks(*rest, *words(), STOP),
    ]
    limits = {"first_token_timeout_s": 0.2, "token_timeout_s": 2.0, "retries": 0}
    async with raw_model(lambda _: Sent(told)) as model, room_of(model, **limits) as room:
        asyncio.get_running_loop().call_later(0.5, thinks.set)
        assert await room.ask("when") == TEXT
    async with raw_model(lambda _: Sent(told)) as model:
        thinks.clear()
        limits["thought_timeout_s"] = 0.4
        async with room_of(model, **limits) as room:
            with pytest.raises(ResponderUnavailableError, match="too slow"):
                await room.ask("when")
        thinks.set()
