"""A new connection of a call is up before its client hears that its candidates were accepted."""

import asyncio

import pytest

from sessions_app.engine.core.commands import Offer
from sessions_app.engine.core.party import Party
from sessions_app.runtime import peers
from sessions_app.runtime.answered_offers import AnsweredCall
from sessions_app.runtime.peers import Peers, PeerWish


class Transport:
    connected = False


async def place(_offer: Offer) -> AnsweredCall:
    return AnsweredCall("call", "answer")


async def renegotiate(_call_id: str, _party: Party, _sdp: str) -> str:
    return "answer"


async def named(known: Peers, pc_id: str = "", *, restart: bool = False) -> str:
    wish = PeerWish(Party(1), Offer("offer"), pc_id, restart)
    return (await known.offer(wish, place)).pc_id


async def test_only_a_connection_made_anew_is_waited_for() -> None:
    known, transport = Peers(renegotiate), Transport()
    first = await named(known)
    await known.settled(first, transport)
    anew = await named(known, first, restart=True)
    assert anew != first
    waiting = asyncio.ensure_future(known.settled(anew, transport))
    await asyncio.sleep(2 * peers.SETTLE_STEP_S)
    assert not waiting.done()
    transport.connected = True
    await waiting
    transport.connected = False
    await known.settled(anew, transport)  # once is enough
    await known.settled(first, transport)


async def test_a_connection_that_does_not_come_up_is_not_waited_for_long(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(peers, "SETTLE_S", 0.1)
    known = Peers(renegotiate)
    anew = await named(known, await named(known), restart=True)
    await known.settled(anew, Transport())
