"""Answers whose server says that they are not whole: said so far, and a failure."""

from collections.abc import Sequence
from typing import Any

import pytest

from sessions_app.engine.core.errors import ResponderUnavailableError
from tests.engine.agent.responders.chat.test_shapes import STOP, TEXT, WORDS, chunks, room_of, words
from tests.engine.agent.responders.scribe.rooms import Room
from tests.fixtures.raw_model import Sent, delta, raw_model

BEGUN = "".join(WORDS[:3])
CALL = {"index": 0, "id": "a", "function": {"name": "take_note", "arguments": '{"text": "x"}'}}
GROQ = {"choices": [], "x_groq": {"id": "q", "error": "over_capacity"}}
REASONS = (
    *("error", "abort", "ABORTED", "cancelled", "network_error", "insufficient_system_resource"),
    *("content_filter", "sensitive", "content_filter: PROHIBITED_CONTENT"),
)


async def heard(room: Room, match: str = "model") -> str:
    """Returns what is said of an answer that fails."""
    said: list[str] = []

    async def listen() -> None:
        async for piece in room.responder.stream(room.conversation("when")):
            said.append(piece)  # noqa: PERF401 - what came before the failure counts

    with pytest.raises(ResponderUnavailableError, match=match):
        await listen()
    return "".join(said)


@pytest.mark.parametrize("breaks", [GROQ, *map(delta, REASONS)])
async def test_what_says_that_it_broke_off_is_said_so_far_and_is_a_failure(
    breaks: dict[str, Any],
) -> None:
    told = chunks(*words()[:3], breaks, "[DONE]")
    async with raw_model(lambda _: Sent(told)) as model, room_of(model) as room:
        assert await heard(room) == BEGUN
        assert len(model.asked) == 1


async def test_a_filter_is_named() -> None:
    told = chunks(*words()[:3], delta("content_filter"), "[DONE]")
    async with raw_model(lambda _: Sent(told)) as model, room_of(model) as room:
        assert await heard(room, match="filter") == BEGUN


async def test_the_words_beside_a_break_are_said() -> None:
    told = chunks(*words()[:2], delta("abort", content=WORDS[2]), "[DONE]")
    async with raw_model(lambda _: Sent(told)) as model, room_of(model) as room:
        assert await heard(room, match="in the middle") == BEGUN


@pytest.mark.parametrize("breaks", [GROQ, delta("abort"), delta("content_filter")])
async def test_what_broke_off_before_its_first_word_is_asked_for_again(
    breaks: dict[str, Any],
) -> None:
    sent = iter((chunks(breaks, "[DONE]"), chunks(*words(), STOP, "[DONE]")))
    async with raw_model(lambda _: Sent(next(sent))) as model, room_of(model) as room:
        assert await room.ask("when") == TEXT


@pytest.mark.parametrize(
    "told",
    [
        [delta(tool_calls=[CALL]), delta("abort")],
        [delta("abort", tool_calls=[CALL])],
        [delta(tool_calls=[CALL]), GROQ],
    ],
)
async def test_no_call_of_an_answer_that_broke_off_is_done(told: Sequence[Any]) -> None:
    async with (
        raw_model(lambda _: Sent(chunks(*told, "[DONE]"))) as model,
        room_of(model, tools=("take_note",)) as room,
    ):
        await heard(room)
        assert not room.host.kept
