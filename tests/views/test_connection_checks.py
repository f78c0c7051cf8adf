"""The page of the connection check, what it keeps, and what staff see of it."""

import json
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.http import HttpResponse
from django.test import Client

from sessions_app import tasks
from sessions_app.models import ConnectionCheck
from sessions_app.services import connection_checks
from tests.services.test_connection_checks import CHROMIUM, GOOD
from tests.static_files import static_files  # noqa: F401 - a fixture

pytestmark = pytest.mark.usefixtures("static_files")

LIST = "/admin/sessions_app/connectioncheck/"
SILENT = GOOD | {"step": "microphone", "result": "fail", "reason": "silent", "figures": {}}


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection_checks, "rates", connection_checks._Rates())


def kept(client: Client, given: Any) -> HttpResponse:
    body = given if isinstance(given, str) else json.dumps(given)
    return client.post(  # type: ignore[return-value] # the stubs name a private class
        "/check/results", body, content_type="application/json", headers={"User-Agent": CHROMIUM}
    )


def test_pages_lead_to_the_check(as_alice: Client) -> None:
    for address in ("/", "/call/"):
        assert 'href="/check/"' in as_alice.get(address).content.decode()
    page = as_alice.get("/check/?agent=scribe").content.decode()
    for name in ("microphone", "loudspeaker", "udp", "relay-tls", "socket", "words"):
        assert f'id="check-{name}"' in page
    assert '"agent": "scribe"' in page


def test_staff_open_a_check_by_its_code(as_alice: Client, client: Client) -> None:
    told = json.loads(kept(as_alice, {"results": [GOOD, SILENT]}).content)
    assert told["days"] == 7
    row = ConnectionCheck.objects.get()
    viewer = User.objects.create_user("helper", is_staff=True)
    client.force_login(viewer)
    assert client.get(LIST).status_code == 403
    viewer.user_permissions.set(Permission.objects.filter(codename="view_connectioncheck"))
    found = client.get(f"{LIST}?q={told['code'].lower()}").content.decode()
    assert told["code"] in found
    assert "Microphone" in found
    assert told["code"] not in client.get(f"{LIST}?q=ABCDEFGH").content.decode()
    detail = client.get(f"{LIST}{row.pk}/change/").content.decode()
    assert "The microphone delivers silence" in detail
    assert "round trip 12 ms, 0.0 % lost to the server, took 6.0 s" in detail
    assert "alice" not in detail


@pytest.mark.parametrize("wrong", ["", "{", "[]", {"results": [GOOD | {"reason": "my words"}]}])
def test_what_is_no_result_is_not_kept(as_alice: Client, wrong: Any) -> None:
    answer = kept(as_alice, wrong)
    assert (answer.status_code, json.loads(answer.content)["code"]) == (400, "bad_results")
    assert not ConnectionCheck.objects.exists()


def test_too_many_are_refused(as_alice: Client) -> None:
    codes = [kept(as_alice, {"results": [GOOD]}).status_code for _ in range(5)]
    assert codes == [201, 201, 201, 201, 429]


def test_beat_deletes_what_is_old(as_alice: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection_checks, "KEPT", -connection_checks.KEPT)
    kept(as_alice, {"results": [GOOD]})
    tasks.expire()
    assert not ConnectionCheck.objects.exists()
