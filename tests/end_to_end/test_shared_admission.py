"""What a user may have, over all media processes of a machine; and where there is room."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from sessions_app.services import access
from tests.end_to_end.test_media_processes import nobody_calls
from tests.fixtures.burst import CALL, DOORS, Burst
from tests.fixtures.server import UNSPOKEN, Product, wait_until

LIMITS = UNSPOKEN | {
    "VOICE_CALLS_PER_USER": "10",
    "VOICE_MAX_CALLS": "10",
    "VOICE_OFFERS_PER_USER": "1000",
    "VOICE_OFFERS_PER_ADDRESS": "1000",
}
THIRD = """
from django.contrib.auth.models import User
from sessions_app.services import access
access.issue_token(User.objects.create_user("third"), "test", {token!r})
"""
EVERYWHERE = [("user", door) for door in DOORS]


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    product = Product(tmp_path_factory.mktemp("shared"), LIMITS, media=2)
    product.prepare()
    add_third(product)
    with product.running("media-1", "media-2", "web"):
        yield product


def add_third(product: Product) -> None:
    """Makes one more user, whose token is kept with those of the others."""
    token = access.new_secret()
    product.manage("shell", "--verbosity=0", "--command", THIRD.format(token=token))
    known = product.credentials | {"third": {"token": token}}
    (product.var / "credentials.json").write_text(json.dumps(known))


@pytest.fixture
async def quiet(product: Product) -> Product:
    await nobody_calls(product)
    return product


def test_only_this_user_can_reach_the_count(product: Product) -> None:
    path: Path = product.var / "run" / "admission"
    assert path.is_socket()
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


async def test_a_user_has_ten_over_both_processes(quiet: Product) -> None:
    async with Burst(quiet) as burst:
        assert await burst.start(EVERYWHERE * 10) == {CALL: 10, "too_many_calls": 20}
        await burst.hang_up(*burst.calls.pop())
        assert await burst.start(EVERYWHERE) == {CALL: 1, "too_many_calls": 2}


async def test_what_one_process_has_no_room_for_the_other_takes(quiet: Product) -> None:
    starts = [(user, door) for user in ("user", "staff", "third") for door in ("http", "voice") * 5]
    async with Burst(quiet) as burst:
        assert await burst.start(starts) == {CALL: 20, "busy": 10}


async def test_a_web_process_that_comes_back_knows_what_there_is(quiet: Product) -> None:
    async with Burst(quiet) as burst:
        assert await burst.start([("user", "voice")] * 6) == {CALL: 6}
        quiet.kill("web")
        quiet.start("web")
        assert await burst.start(EVERYWHERE * 6) == {CALL: 4, "too_many_calls": 14}


async def test_a_process_that_died_holds_nothing_any_more(quiet: Product) -> None:
    """The last one here: the process stays dead."""
    async with Burst(quiet) as burst:
        assert await burst.start([("user", "voice")] * 10) == {CALL: 10}
        quiet.kill("media-1")

        def calls() -> int:
            return int(quiet.json("/readyz")["load"]["calls"])

        gone = lambda: calls() < 10  # noqa: E731
        await asyncio.to_thread(wait_until, gone, 10, "the end of the dead one's calls")
        began = await burst.start(EVERYWHERE * 5)
        assert began == {CALL: began[CALL], "too_many_calls": 15 - began[CALL]}
        full = lambda: calls() == 10  # noqa: E731 - those of the living one, and the new ones
        await asyncio.to_thread(wait_until, full, 10, "as many calls as a user may have")
