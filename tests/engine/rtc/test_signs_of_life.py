"""A client that is only silent is told from one that is gone, though neither says anything."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

import pytest

from sessions_app.engine.rtc import peer_connection
from sessions_app.engine.rtc.rtp import session
from sessions_app.engine.rtc.transport import WebRTCTransport
from sessions_app.engine.session.supervisor import Limits
from sessions_app.server import serving
from tests.engine.rtc.rtp.test_session import calling

LIMIT_S = 15


async def fallen_silent(client: Any) -> Any:
    """Makes the client send nothing of its own: no sound, report or check. It still answers."""
    (sender,) = client.getSenders()
    dtls = sender.transport

    async def nothing(_data: bytes) -> None:
        return

    dtls._send_rtp = nothing
    connection = dtls.transport._connection
    connection._query_consent_task.cancel()
    return connection


async def until(true: Callable[[], Any]) -> None:
    async with asyncio.timeout(LIMIT_S):
        while not true():  # noqa: ASYNC110 - a datagram sets no event
            await asyncio.sleep(0.01)


def heard_s(transport: WebRTCTransport) -> float:
    assert transport.last_heard_s is not None
    return transport.last_heard_s


def test_a_client_that_vanished_is_known_within_ten_seconds_and_not_before_it_was_asked() -> None:
    assert peer_connection.CONSENT_CHECK_S + session.REPORT_S < Limits().silent_s < 10
    assert serving.PING_S + serving.PONG_S + 2.0 < 10  # over a socket; Daphne looks each 2 s


@pytest.mark.parametrize("gone", [False, True])
async def test_a_silent_client_is_asked_whether_it_is_there(
    monkeypatch: pytest.MonkeyPatch, gone: bool
) -> None:
    monkeypatch.setattr(peer_connection, "CONSENT_CHECK_S", 0.2)
    async with calling() as (transport, client, _):
        await until(lambda: transport.connected and client.connectionState == "connected")
        connection = await fallen_silent(client)
        if gone:  # its sockets are closed, and nothing said so
            for protocol in connection._protocols:
                protocol.transport.close()
        silent_s = time.monotonic()
        if gone:
            await until(lambda: transport._peer._consent_check is not None)
            await until(
                lambda: transport._peer._consent_check is None
            )  # asked thrice, and not answered
            assert heard_s(transport) < silent_s + 0.2
        else:
            await until(lambda: heard_s(transport) > silent_s + 1.0)
        assert transport.connected
