"""While somebody keeps the database, people and programs are told within seconds."""

import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx2
import pytest

from sessions_app.services.database import REQUEST_S, RETRY_AFTER_S
from tests.fixtures.server import UNSPOKEN, Product

MAKE_CALL = """
from django.contrib.auth.models import User
from sessions_app.engine.core.party import Party
from sessions_app.services import calls
calls.seed_agents()
call, _ = calls.create(
    Party(User.objects.get(username="user").pk), calls.agent_for(""), door="signaling",
    transport="webrtc", recogniser="default", worker="test", offer_key="", consented_at=None,
)
print("id", call.public_id)
"""
SOON_S = REQUEST_S + 3
"""The wait for the lock, and what a busy machine adds."""


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    with Product(tmp_path_factory.mktemp("locked"), UNSPOKEN).running("web") as product:
        yield product


@contextmanager
def kept(product: Product) -> Iterator[None]:
    """Somebody else writes, and does not come to an end."""
    other = sqlite3.connect(product.var / "voicesite.sqlite3", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    try:
        yield
    finally:
        other.close()


def asked(answer: httpx2.Response, began_s: float) -> httpx2.Response:
    assert time.monotonic() - began_s < SOON_S
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, str(RETRY_AFTER_S))
    return answer


def hidden(page: httpx2.Response) -> dict[str, str]:
    found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.text)
    assert found
    return {"csrfmiddlewaretoken": found[1]}


@pytest.mark.timeout(120)
def test_people_are_told_and_signed_out_in_time(product: Product) -> None:
    login, user = product.url + "/login/", product.credentials["user"]
    form = {"username": "user", "password": user["password"]}
    with httpx2.Client(timeout=30, headers={"Origin": product.url}) as client:
        page = client.get(login)
        with kept(product):
            began_s = time.monotonic()
            told = asked(client.post(login, data=form | hidden(page)), began_s)
            assert "is not responding" in told.text
        client.post(login, data=form | hidden(page))
        assert "sessionid" in client.cookies
        page = client.get(product.url + "/")
        with kept(product):
            began_s = time.monotonic()
            asked(client.post(product.url + "/logout/", data=hidden(page)), began_s)
            assert "sessionid" not in client.cookies


@pytest.mark.timeout(120)
def test_programs_are_told_in_time(product: Product) -> None:
    made = product.manage("shell", "-c", MAKE_CALL)
    call = f"/api/v1/calls/{made.rpartition('id ')[2].strip()}"
    bearer = {"Authorization": f"Bearer {product.credentials['user']['token']}"}
    with httpx2.Client(base_url=product.url, timeout=30, headers=bearer) as client:
        assert client.get(f"{call}/").status_code == 200
        with kept(product):
            for method, path, body in (
                ("POST", "/api/v1/tickets", {}),
                ("PATCH", f"{call}/", {"title": "Later"}),
                ("GET", f"{call}/segments", None),
            ):
                began_s = time.monotonic()
                told = asked(client.request(method, path, json=body), began_s)
                assert told.json()["code"] == "busy"
        assert client.get(f"{call}/segments").status_code == 200
