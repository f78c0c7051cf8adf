"""Visitors of one account are strangers: none hears, takes over or crowds out another."""

import asyncio
import json
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect

from tests.end_to_end.test_chat import GUIDE
from tests.end_to_end.test_tickets import Guest, an_offer, ticket
from tests.fixtures.openai_server import ModelServer, running_model
from tests.fixtures.server import UNSPOKEN, Product, memory_mb
from tests.fixtures.streamer import Streamer

SECRET = "4111 1111 1111 1111"
STARTS = 2_500
SOCKETS = 1_100


@pytest.fixture(scope="module")
def model() -> Iterator[ModelServer]:
    with running_model(first_token_s=0.0, tokens_per_s=500.0) as server:
        server.answers = {
            "card": "Thank you.",
            "earlier": [("earlier_calls", '{"words": "card"}'), "That is all I found."],
        }
        yield server


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory, model: ModelServer) -> Iterator[Product]:
    settings = UNSPOKEN | {
        "CHAT_MODEL": "test",
        "CHAT_URL": model.url,
        "CHAT_API_KEY": "none",
        "VOICE_OFFERS_PER_USER": "0",
        "VOICE_OFFERS_PER_ADDRESS": "0",
        "VOICE_SOCKETS_PER_ADDRESS": "0",
    }
    product = Product(tmp_path_factory.mktemp("product"), settings)
    product.prepare()
    product.manage("shell", "-c", GUIDE)
    with product.running("web"):
        yield product


async def talk(product: Product, path: str, text: str, answer: str) -> None:
    """Has a call by a ticket in which `text` is typed and answered."""
    async with Guest(product, path) as client:
        await client.start(agentId="guide", output=None)
        await client.send(type="text", text=text)
        await client.until("transcript_final", role="agent", text=answer)
        await client.send(type="session_end")
        await client.until("session_ended")


def told_by_tool(model: ModelServer) -> str:
    """Returns what the model was last told of earlier calls."""
    messages = model.chats[-1].body["messages"]
    return str(next(m["content"] for m in reversed(messages) if m["role"] == "tool"))


@pytest.mark.parametrize(
    ("visitor", "finds"), [("ann", True), ("ben", False), (None, False), ("", False)]
)
async def test_earlier_calls_are_the_visitors_own(
    product: Product, model: ModelServer, visitor: str | None, finds: bool
) -> None:
    said = f"my card is {SECRET}"
    await talk(product, await ticket(product, visitor="ann"), said, "Thank you.")
    path = await ticket(product, visitor=visitor)
    await talk(product, path, "what did I say earlier", "That is all I found.")
    assert (SECRET in told_by_tool(model)) is finds


async def test_the_account_hears_nothing_of_its_visitors_through_its_own_agent(
    product: Product, model: ModelServer
) -> None:
    await talk(product, await ticket(product, visitor="ann"), f"card {SECRET}", "Thank you.")
    async with Streamer(product) as client:
        await client.start(agentId="guide", output=None)
        await client.send(type="text", text="what did I say earlier")
        await client.until("transcript_final", role="agent")
    assert SECRET not in told_by_tool(model)


async def test_rest_says_who_came(product: Product) -> None:
    await talk(product, await ticket(product, visitor="ann"), "my card", "Thank you.")
    found = product.json("/api/v1/calls/?visitor=id:ann")["results"]
    assert {call["visitor"] for call in found} == {"id:ann"}
    status, told = await asyncio.to_thread(
        product.ask,
        "/api/v1/tickets",
        {"visitor": "two words"},
        {
            "Authorization": f"Bearer {product.credentials['user']['token']}",
            "Content-Type": "application/json",
        },
    )
    assert (status, "letters" in json.dumps(told)) == (400, True)


@pytest.mark.parametrize("visitor", ["ann", "ben", None])
async def test_a_fresh_ticket_takes_over_no_live_call(
    product: Product, visitor: str | None
) -> None:
    async with Guest(product, await ticket(product, visitor="ann")) as mine:
        call_id = (await mine.start(agentId="guide", output=None))["callId"]
        async with Guest(product, await ticket(product, visitor=visitor)) as other:
            await other.send(type="session_start", callId=call_id, lastSeq=0)
            assert (await other.until("error"))["code"] == "not_allowed"
        for message in (
            {"type": "resume", "callId": call_id},
            {"type": "ice-candidate", "callId": call_id, "candidate": {"candidate": "candidate:1"}},
            await an_offer() | {"type": "offer", "callId": call_id},
        ):
            path = await ticket(product, visitor=visitor)
            told = await first_answer(product, path + "/signaling", message)
            assert told["code"] in ("unknown_call", "not_allowed"), message["type"]
        await mine.send(type="session_end")
        assert (await mine.until("session_ended"))["reason"] == "caller_hung_up"


async def first_answer(product: Product, path: str, message: Any) -> Any:
    async with connect(product.url.replace("http", "ws", 1) + path) as socket:
        await socket.send(json.dumps(message))
        return json.loads(await socket.recv())


async def test_a_ticket_gives_candidates_to_its_own_call_alone(product: Product) -> None:
    token = {"Authorization": f"Bearer {product.credentials['user']['token']}"}
    kind = {"Content-Type": "application/json"}
    first, second = [await ticket(product, visitor="ann") for _ in range(2)]
    ask = product.ask
    _, mine = await asyncio.to_thread(ask, f"{first}/api/offer", await an_offer(), kind)
    _, other = await asyncio.to_thread(ask, f"{second}/api/offer", await an_offer(), kind)
    body = {"pc_id": other["pc_id"], "candidates": []}
    for path, status in ((first, 404), (second, 200)):
        assert (await asyncio.to_thread(ask, f"{path}/api/offer", body, kind, "PATCH"))[0] == status
    moved = await an_offer() | {"pc_id": other["pc_id"], "restart_pc": True}
    assert (await asyncio.to_thread(ask, f"{first}/api/offer", moved, kind))[0] == 404
    # not even the account itself touches a visitor's connection
    body = {"pc_id": mine["pc_id"], "candidates": []}
    assert (await asyncio.to_thread(ask, "/api/offer", body, kind | token, "PATCH"))[0] == 404


async def test_many_announced_sessions_cost_little(product: Product) -> None:
    token = product.credentials["user"]["token"]
    body = json.dumps({"agentId": "guide", "junk": "x" * 16_000}).encode()
    head = (
        f"POST /start HTTP/1.1\r\nHost: 127.0.0.1:{product.port}\r\nContent-Length: {len(body)}\r\n"
        f"Authorization: Bearer {token}\r\nContent-Type: application/json\r\n\r\n"
    ).encode()

    async def announce(count: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", product.port)
        for _ in range(count):
            writer.write(head + body)
            answer = await reader.readuntil(b"\r\n\r\n")
            assert b"200 OK" in answer
            length = int(answer.lower().partition(b"content-length: ")[2].partition(b"\r")[0])
            await reader.readexactly(length)
        writer.close()

    await asyncio.gather(*(announce(5) for _ in range(10)))  # what first requests load stays
    before = memory_mb(product.processes["web"].pid)
    await asyncio.gather(*(announce(STARTS // 10) for _ in range(10)))
    assert memory_mb(product.processes["web"].pid) - before < 20


async def test_sockets_of_one_user_leave_room_for_others(product: Product) -> None:
    url = product.url.replace("http", "ws", 1) + "/signaling"
    mine = {"Authorization": f"Bearer {product.credentials['user']['token']}"}

    async def hold(stack: AsyncExitStack) -> ClientConnection:
        return await stack.enter_async_context(
            connect(url, additional_headers=mine, ping_interval=None, open_timeout=60)
        )

    async def closed(socket: ClientConnection) -> int:
        await socket.wait_closed()
        return socket.close_code or 0

    async with AsyncExitStack() as stack:
        held: set[asyncio.Task[int]] = set()
        codes: list[int] = []
        for _ in range(SOCKETS // 50):
            sockets = await asyncio.gather(*(hold(stack) for _ in range(50)))
            held |= {asyncio.create_task(closed(socket)) for socket in sockets}
            async with asyncio.timeout(30):
                while len(held) > 50:
                    ended, held = await asyncio.wait(held, return_when=asyncio.FIRST_COMPLETED)
                    codes += [task.result() for task in ended]
        assert codes == [4429] * (SOCKETS - 50)
        started = time.monotonic()
        async with Streamer(product, product.credentials["staff"]["token"]) as stranger:
            assert (await stranger.start(output=None))["callId"]
        assert time.monotonic() - started < 2
