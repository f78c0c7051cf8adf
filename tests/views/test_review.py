"""Reviewing from a call's page: title and tags."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client

from sessions_app.models import Call
from sessions_app.services import tags
from tests.api.conftest import viewer  # noqa: F401 - a fixture

Maker = Callable[[User], Call]


@pytest.fixture
def call(finished: Maker, alice: User) -> Call:
    return finished(alice)


def page(client: Client, call: Call) -> str:
    return client.get(f"/calls/{call.public_id}/").content.decode()


def test_the_owner_gives_a_title(as_alice: Client, call: Call) -> None:
    path = f"/calls/{call.public_id}/title"
    answer = as_alice.post(path, {"title": "  The\nprice "})
    assert answer.headers["Location"] == f"/calls/{call.public_id}/#review"
    assert 'value="The price"' in page(as_alice, call)
    as_alice.post(path, {"title": "x" * 201})
    assert "200 characters at most" in page(as_alice, call)
    assert 'value="The price"' in page(as_alice, call)


def test_tags_are_added_and_removed(as_alice: Client, call: Call) -> None:
    path = f"/calls/{call.public_id}/tags"
    as_alice.post(path, {"add": "Price, , angry"})
    assert 'aria-label="Remove the tag price"' in page(as_alice, call)
    as_alice.post(path, {"remove": "price"})
    assert tags.tags_of(call) == ["angry"]
    as_alice.post(path, {"add": "x" * 41})
    assert "40 characters at most" in page(as_alice, call)


def test_the_list_shows_tags_and_filters_by_them(
    as_alice: Client, call: Call, finished: Maker, alice: User
) -> None:
    tags.add(call, alice, ["price"])
    finished(alice)
    shown = as_alice.get("/calls/", {"tag": "PRICE"}).content.decode()
    assert shown.count('data-testid="call-row"') == 1
    assert '<bdi class="rv-tag">price</bdi>' in shown
    assert as_alice.get("/calls/").content.decode().count('data-testid="call-row"') == 2


def test_viewers_see_tags_and_no_forms(
    client: Client,
    viewer: User,  # noqa: F811 - the fixture
    call: Call,
) -> None:
    tags.add(call, call.owner, ["price"])
    client.force_login(viewer)
    shown = page(client, call)
    assert "<bdi>price</bdi>" in shown
    assert f"{call.public_id}/tags" not in shown
    assert f"{call.public_id}/title" not in shown
    assert client.post(f"/calls/{call.public_id}/tags", {"add": "a"}).status_code == 404
    assert client.post(f"/calls/{call.public_id}/title", {"title": "a"}).status_code == 404
