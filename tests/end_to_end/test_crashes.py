"""What is left of a call when its processes are killed."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from sessions_app.call_client.placing import CallError, CallOptions, place_call
from tests.fixtures.server import Product, wait_until

Say = Callable[..., Path]
JOBS = ("recording", "summary")
TALK = (
    "good morning and welcome to the meeting",
    "the weather is very nice today",
    "please call me back on monday",
    "they want to buy a new house this year",
    "thank you for your help and goodbye",
)


async def talk_until(product: Product, sound: Path, enough: int, more_s: float = 0.6) -> str:
    """Speaks until `enough` finals have come and `more_s` longer, then kills the server.

    Returns the call's id.
    """
    finals = []

    def shown(message: dict[str, object]) -> None:
        if message["type"] == "transcript" and message["final"]:
            finals.append(message)
            if len(finals) == enough:
                # the store writes within a quarter of a second
                asyncio.get_running_loop().call_later(more_s, product.kill, "web")

    options = CallOptions(sound, product.url, product.credentials["user"]["token"])
    with pytest.raises(CallError):
        await place_call(options, shown)
    return str(finals[0]["callId"])


@pytest.mark.timeout(200)
async def test_a_killed_server_loses_at_most_the_last_second(
    own_product: Product, say: Say
) -> None:
    own_product.start()
    call_id = await talk_until(own_product, say(*TALK), 2)
    lane = own_product.var / "lanes" / call_id / "caller.ogg"
    assert lane.stat().st_size > 1000
    own_product.start("web")
    path = f"/api/v1/calls/{call_id}/"
    ended = await asyncio.to_thread(
        wait_until,
        lambda: (
            (call := own_product.json(path))["summary"]
            and call["summary"]["state"] == "done"
            and call
        ),
        60,
        "the end of the call",
    )
    assert (ended["state"], ended["end_reason"]) == ("ended", "server_died")
    assert ended["recording"]["state"] == "done"
    segments = own_product.json(f"{path}segments?after=0")["segments"]
    assert len(segments) >= 2
    last_word = max(segment["end_ms"] for segment in segments)
    assert ended["duration_ms"] >= last_word
    assert not lane.exists()
    used = own_product.json(path, "staff")["usage"]
    assert used["estimated"]
    assert used["parts"][0]["audio_ms"] > 1000


@pytest.mark.timeout(200)
async def test_words_that_were_not_recognised_when_it_was_killed_are_found_later(
    own_product: Product, say: Say
) -> None:
    own_product.start()
    call_id = await talk_until(own_product, say(*TALK), 1, 2.4)
    own_product.start("web")
    path = f"/api/v1/calls/{call_id}/"

    def summed_up_again() -> list[dict[str, str]] | None:
        found = own_product.json(f"{path}versions")
        summary = own_product.json(path)["summary"]
        there = found and found[0]["state"] == "done" and summary and summary["state"] == "done"
        return list(own_product.json(f"{path}segments?after=0")["segments"]) if there else None

    found = await asyncio.to_thread(wait_until, summed_up_again, 90, "the second pass")
    assert [segment["source"] for segment in found] == ["live", "second_pass"]
    assert found[1]["shown_text"].startswith("The weather is")


@pytest.mark.timeout(300)
async def test_work_of_a_killed_worker_is_done_after_all(own_product: Product, say: Say) -> None:
    own_product.start("web")
    token = own_product.credentials["user"]["token"]
    options = CallOptions(say(TALK[0]), own_product.url, token, await_results=False)
    report = await place_call(options)
    own_product.start("worker")
    path = f"/api/v1/calls/{report.call}/"
    await asyncio.to_thread(
        wait_until,
        lambda: (own_product.json(path)["recording"] or {}).get("state", "pending") != "pending",
        30,
        "the start of the work",
    )
    own_product.kill("worker")
    own_product.start("worker", "beat")
    await asyncio.to_thread(
        wait_until,
        lambda: all(own_product.json(path)[name]["state"] == "done" for name in JOBS),
        150,
        "recording and summary",
    )


async def test_a_server_that_is_told_to_stop_ends_its_calls_well(
    own_product: Product, say: Say
) -> None:
    own_product.start("web")
    seen: list[dict[str, object]] = []

    def shown(message: dict[str, object]) -> None:
        seen.append(message)
        if message["type"] == "transcript" and message["final"] and own_product.processes:
            stopping.append(loop.run_in_executor(None, own_product.terminate, "web"))

    stopping: list[asyncio.Future[float]] = []
    loop = asyncio.get_running_loop()
    token = own_product.credentials["user"]["token"]
    with pytest.raises(CallError, match="server_stopped"):
        await place_call(CallOptions(say(*TALK), own_product.url, token), shown)
    assert await stopping[0] < 5
    assert seen[-1]["type"] == "bye"
    own_product.start("web")
    call = own_product.json(f"/api/v1/calls/{seen[-1]['callId']}/")
    assert (call["state"], call["end_reason"]) == ("ended", "server_stopped")
