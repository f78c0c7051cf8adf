"""A transport whose call comes to nothing is closed again, and no other is."""

from typing import Any

import pytest

from sessions_app.engine.core.clock import CallClock
from sessions_app.engine.core.commands import AudioIn, StartStream
from sessions_app.engine.rtc.loop.media_loop import MediaLoop
from sessions_app.engine.websocket.transport import WebSocketTransport
from sessions_app.runtime.settings import voice_config
from sessions_app.runtime.transports import WEBSOCKET, Transports


class Media:
    clock = CallClock()
    playout = None
    video = None


class Source:
    """Takes nothing, and is not asked to."""


@pytest.fixture
def closed(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    found: list[Any] = []

    async def aclose(self: WebSocketTransport) -> None:
        found.append(self)

    monkeypatch.setattr(WebSocketTransport, "start", lambda self: None)
    monkeypatch.setattr(WebSocketTransport, "aclose", aclose)
    return found


async def open_source(_audio: object) -> Any:
    return Source()


async def test_a_connection_is_closed_where_its_call_comes_to_nothing(closed: list[Any]) -> None:
    transports = Transports(voice_config(), open_source, MediaLoop())
    wish = StartStream(AudioIn("pcm16"))
    with pytest.raises(KeyError):
        async with transports.websocket(Media(), wish) as connection:
            raise KeyError
    assert closed == [connection.transport]


async def test_one_that_carries_a_call_stays_open(closed: list[Any]) -> None:
    transports = Transports(voice_config(), open_source, MediaLoop())
    async with transports.websocket(Media(), StartStream(AudioIn("pcm16"))) as connection:
        assert connection.name == WEBSOCKET
    assert not closed
