"""A live call's events to its watchers."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from channels.layers import InMemoryChannelLayer

from sessions_app.engine.core.events import (
    FinalRedacted,
    InterimChanged,
    SegmentFinal,
    Speaker,
    StateChanged,
)
from sessions_app.engine.core.states import CallState, EndReason
from sessions_app.runtime import broadcast
from sessions_app.runtime.broadcast import BACKLOG, BroadcastSink, group_of

OVER = StateChanged(CallState.ENDED, EndReason.CALLER_HUNG_UP, 900.0)


class Layer(InMemoryChannelLayer):  # type: ignore[misc]
    """A channel layer that can be slow, or fail."""

    def __init__(self) -> None:
        super().__init__(capacity=1000)
        self.open = asyncio.Event()
        self.open.set()
        self.fails = 0

    async def group_send(self, group: str, message: dict[str, Any]) -> None:
        await self.open.wait()
        if self.fails:
            self.fails -= 1
            raise ConnectionError("gone")
        await super().group_send(group, message)


@pytest_asyncio.fixture
async def layer(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Layer]:
    layer = Layer()
    monkeypatch.setattr(broadcast, "get_channel_layer", lambda: layer)
    yield layer
    await broadcast.drain()
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def watched(layer: Layer) -> str:
    channel: str = await layer.new_channel()
    await layer.group_add(group_of("c1"), channel)
    return channel


async def kinds(layer: Layer, channel: str) -> list[str]:
    """Returns the kinds of messages up to `bye`."""
    found: list[str] = []
    while "bye" not in found:
        async with asyncio.timeout(5):
            found.append((await layer.receive(channel))["message"]["type"])
    return found


def final(seq: int) -> SegmentFinal:
    return SegmentFinal(seq, Speaker.CALLER, "hello", 0, 900)


async def test_watchers_get_everything_in_order_until_the_end(layer: Layer) -> None:
    channel = await watched(layer)
    sink = BroadcastSink("c1")
    for event in (InterimChanged(1, Speaker.CALLER, "hel", 0, 500), final(1), OVER):
        sink.emit(event)
    assert await kinds(layer, channel) == ["transcript", "transcript", "status", "bye"]


async def test_a_slow_layer_loses_the_oldest_and_holds_nobody_up(layer: Layer) -> None:
    channel = await watched(layer)
    layer.open.clear()
    sink = BroadcastSink("c1")
    for seq in range(1, 3 * BACKLOG):
        sink.emit(final(seq))
    sink.emit(OVER)
    layer.open.set()
    assert len(await kinds(layer, channel)) <= BACKLOG + 1


async def test_a_layer_that_fails_is_tried_with_the_next_message(layer: Layer) -> None:
    channel = await watched(layer)
    layer.fails = 1
    sink = BroadcastSink("c1")
    sink.emit(final(1))
    sink.emit(final(2))
    sink.emit(OVER)
    assert await kinds(layer, channel) == ["transcript", "status", "bye"]


async def test_who_typed_a_line_is_told_beside_the_message(layer: Layer) -> None:
    channel = await watched(layer)
    sink = BroadcastSink("c1")
    typed = SegmentFinal(2, Speaker.AGENT, "I am here", 900, 1800, said_by=7)
    for event in (final(1), typed, FinalRedacted(typed), OVER):
        sink.emit(event)
    told = [await layer.receive(channel) for _ in range(5)]
    assert [one["typist"] for one in told] == [0, 7, 7, 0, 0]
    assert "said_by" not in str([one["message"] for one in told])
