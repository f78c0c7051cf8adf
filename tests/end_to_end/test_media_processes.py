"""Calls in processes of their own, behind one for pages: the same doors, wherever a call is."""

import asyncio
import json
import os
import re
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from prometheus_client.samples import Sample
from websockets.asyncio.client import connect

from sessions_app.runtime.monitoring.exposition import read
from tests.end_to_end.test_locked_pages import hidden
from tests.end_to_end.test_resume import (  # noqa: F401 - they run here too, on this product
    test_a_dropped_socket_ends_nothing_and_misses_nothing,
    test_the_same_offer_again_is_the_same_call,
)
from tests.end_to_end.test_smallwebrtc import (  # noqa: F401
    test_a_connection_is_renegotiated_and_made_anew_in_one_call,
    test_nobody_elses_connection_is_known,
    test_wrong_bodies_say_why,
)
from tests.end_to_end.test_sockets import (  # noqa: F401
    test_a_call_that_is_not_theirs_does_not_exist,
    test_a_cookie_counts_only_from_our_own_origin,
    test_a_signed_out_user_loses_the_socket,
    test_a_token_counts_from_anywhere,
    test_who_is_not_signed_in_is_told,
)
from tests.end_to_end.test_stream import (  # noqa: F401
    test_a_call_whose_webrtc_is_lost_goes_on_here,
    test_a_lost_socket_loses_no_word,
)
from tests.end_to_end.test_tickets import (  # noqa: F401
    test_a_ticket_lets_one_client_in_once,
    test_a_ticket_makes_one_call_over_http,
    test_other_pages_may_ask_with_a_ticket_or_from_the_list,
)
from tests.fixtures.onlooker import Onlooker
from tests.fixtures.server import Product, wait_until
from tests.fixtures.speech import mostly, read_wav
from tests.fixtures.streamer import Streamer

Say = Callable[..., Path]
SENTENCE = "please open the second window"
TOKEN = "a token of twenty or more"
SETTINGS = {"VOICE_CORS_ORIGINS": "https://listed.example", "METRICS_TOKEN": TOKEN}


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    with Product(tmp_path_factory.mktemp("several"), SETTINGS, media=2).running() as product:
        yield product


def worker_of(product: Product, call_id: str) -> tuple[int, str]:
    """Returns pid and name of the process that runs a call."""
    shown = product.manage(
        "shell",
        "--verbosity=0",
        "--command",
        f"from sessions_app.services.calls import worker_of; print(worker_of({call_id!r}))",
    )
    _, pid, name = shown.strip().rsplit(":", 2)
    return int(pid), name


async def nobody_calls(product: Product) -> None:
    """Returns when the web process knows that all calls are over."""
    await calls_are(product, 0)


async def calls_are(product: Product, count: int) -> None:
    """Returns once that many calls are counted: a process's new ones may count twice at first."""

    def counted() -> bool:
        return bool(product.json("/readyz")["load"]["calls"] == count)

    await asyncio.to_thread(wait_until, counted, 20, f"a count of {count} calls")


def names(product: Product) -> list[str]:
    return sorted(path.stem for path in (product.var / "run").glob("*.sock"))


async def test_calls_are_spread_and_found_again(product: Product, say: Say) -> None:
    await nobody_calls(product)
    async with Streamer(product) as one, Streamer(product) as two:
        began = [await client.start() for client in (one, two)]
        calls = [str(message["callId"]) for message in began]
        workers = [await asyncio.to_thread(worker_of, product, call) for call in calls]
        assert sorted(name for _, name in workers) == names(product)
        await calls_are(product, 2)
        # a socket that served one process asks for the call of the other
        await two.send(type="session_end")
        await two.until("session_ended")
        await one.speak(read_wav(say(SENTENCE)))
        await one.hears(SENTENCE)
        await one.socket.close(3000)
    for last in (False, True):  # whichever process such a socket is taken to first
        async with Streamer(product) as again:
            resumed = await again.start(callId=calls[0], **{"continues": True})
            assert (resumed["callId"], resumed["resumed"]) == (calls[0], True)
            await again.hears(SENTENCE)
            if not last:
                await again.socket.close(3000)
            else:
                await again.send(type="session_end")
                assert (await again.until("session_ended"))["reason"] == "caller_hung_up"


async def test_a_second_window_sees_the_call_without_redis(product: Product, say: Say) -> None:
    bearer = {"Authorization": "Bearer " + product.credentials["user"]["token"]}
    async with Streamer(product) as caller:
        call_id = (await caller.start())["callId"]
        address = product.url.replace("http", "ws", 1) + f"/ws/calls/{call_id}/live"
        async with connect(address, additional_headers=bearer) as window:
            speaking = asyncio.create_task(caller.speak(read_wav(say(SENTENCE))))
            seen = await until_final(window)
            await speaking
        await caller.send(type="session_end")
        await caller.until("session_ended")
    assert mostly(seen["text"], SENTENCE)


async def test_staff_end_calls_wherever_they_are(product: Product) -> None:
    await nobody_calls(product)  # else it goes by the calls of the test before
    async with Streamer(product) as one, Streamer(product) as two:
        calls = [str((await client.start())["callId"]) for client in (one, two)]
        workers = {(await asyncio.to_thread(worker_of, product, call))[0] for call in calls}
        assert len(workers) == 2
        for call in calls:  # looking on reaches the process that has the call
            async with Onlooker(product, call) as staff:
                assert not staff.state["over"]
        await asyncio.to_thread(end_in_the_admin, product, calls)
        for client in (one, two):
            assert (await client.until("session_ended"))["reason"] == "staff_ended"
            assert await client.closed() == 1000
    for call in calls:
        assert product.json(f"/api/v1/calls/{call}/")["end_reason"] == "staff_ended"


def end_in_the_admin(product: Product, calls: list[str]) -> None:
    """Signs in as staff, opens each call's page from the list, and ends it there."""
    with httpx2.Client(base_url=product.url, follow_redirects=True, timeout=30) as desk:
        page = desk.get("/admin/login/")
        staff = product.credentials["staff"]
        form = {name: staff[name] for name in ("username", "password")}
        desk.post("/admin/login/?next=/admin/", data=form | hidden(page))
        for call in calls:
            listed = desk.get(f"/admin/sessions_app/call/?q={call}").text
            found = re.search(r"/admin/sessions_app/call/(\d+)/change/", listed)
            assert found
            address = f"/admin/sessions_app/call/{found[1]}/end/"
            assert f'href="{address}"' in desk.get(found[0]).text
            answer = desk.post(address, data=hidden(desk.get(address)))
            assert "will end within a few seconds" in answer.text


async def until_final(socket: Any) -> dict[str, Any]:
    async with asyncio.timeout(30):
        async for text in socket:
            message = json.loads(text)
            if message["type"] == "transcript" and message["final"]:
                return dict(message)
    raise AssertionError("the window was closed")


def measured(product: Product) -> dict[str, list[Sample]]:
    """Returns what /metrics of the web process says, by metric."""
    found = httpx2.get(f"{product.url}/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert found.status_code == 200
    return {family.name: family.samples for family in read(found.text)}


async def test_one_scrape_has_the_figures_of_all_processes(product: Product) -> None:
    await nobody_calls(product)
    before = await asyncio.to_thread(measured, product)
    async with Streamer(product) as one, Streamer(product) as two:
        for client in (one, two):
            await client.start()
        found = await asyncio.to_thread(measured, product)
        for client in (one, two):
            await client.send(type="session_end")
            await client.until("session_ended")
    roles = [one.labels["role"] for one in found["voicesite_process_up"] if one.value == 1]
    assert sorted(roles) == ["media", "media", "web", "worker"]
    live = {one.labels["process"]: one.value for one in found["voicesite_calls"] if one.value}
    assert (sorted(live), set(live.values())) == (names(product), {1.0})
    after = await asyncio.to_thread(measured, product)
    ended = [
        sum(one.value for one in figures["voicesite_calls_ended"]) for figures in (before, after)
    ]
    assert ended[1] - ended[0] == 2
    jobs = [one for one in after["voicesite_jobs"] if one.labels["kind"] == "recording"]
    assert {one.labels["process"] for one in jobs} == {"web"}


async def test_a_killed_process_is_told_and_the_other_serves(product: Product) -> None:
    await nobody_calls(product)
    async with Streamer(product) as one, Streamer(product) as two:
        calls = [str((await client.start())["callId"]) for client in (one, two)]
        pid, dead = await asyncio.to_thread(worker_of, product, calls[0])
        killed = next(name for name in product.media if product.processes[name].pid == pid)
        product.kill(killed)
        assert await one.closed() == 4012
        await two.send(type="session_end")
        assert (await two.until("session_ended"))["reason"] == "caller_hung_up"
    for _ in range(3):
        async with Streamer(product) as client:
            await client.start()
            await client.send(type="session_end")
            await client.until("session_ended")
    assert dead not in names(product)
    assert product.json("/readyz")["parts"]["media"] == "ok"
    product.start(killed)
    wait_until(lambda: len(names(product)) == 2, 20, "the process's return")


async def test_without_any_media_process_callers_are_told(own: Product) -> None:
    for name in own.media:
        own.kill(name)
    async with Streamer(own) as client:
        assert await client.closed() == 4429
    body = {"sdp": "v=0", "type": "offer"}
    with pytest.raises(Exception, match="429"):
        own.post("/api/voice/offer", body)
    status, text = own.get("/readyz")
    assert (status, json.loads(text)["parts"]["media"]) == (503, "failed: BusyError")
    assert own.get("/healthz")[0] == 200


@pytest.fixture
def own(product: Product) -> Iterator[Product]:
    """The same product, whose media processes come back afterwards."""
    yield product
    for name in product.media:
        if name not in product.processes:
            product.start(name)
    wait_until(lambda: len(names(product)) == 2, 20, "the processes' return")


async def test_a_stop_says_goodbye_through_the_relay(product: Product) -> None:
    async with Streamer(product) as client:
        await client.start()
        for name in [*product.media, "web"]:
            os.kill(product.processes[name].pid, signal.SIGTERM)
        assert (await client.until("session_ended"))["reason"] == "server_stopped"
        assert await client.closed() == 1000
