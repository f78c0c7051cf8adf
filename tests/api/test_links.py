"""Share links over REST."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from sessions_app.models import AccessLog, Call, ShareLink
from tests.api.conftest import Program, openapi


def path(call: Call, more: str = "") -> str:
    return f"/api/v1/calls/{call.public_id}/links{more}"


def test_a_link_is_made_seen_and_revoked(program: Program, ended: Call, alice: User) -> None:
    answer = program.send("POST", path(ended), {"note": "for Bob", "with_summary": True})
    assert answer.status_code == 201
    made = answer.json()
    url = made.pop("url")
    link = ShareLink.objects.get()
    assert made | {"created_at": "", "expires_at": ""} == {
        "id": link.pk,
        "note": "for Bob",
        "prefix": link.prefix,
        "created_by": "alice",
        "created_at": "",
        "expires_at": "",
        "revoked_at": None,
        "with_audio": False,
        "with_summary": True,
        "with_password": False,
        "looks": 0,
        "last_look_at": None,
    }
    visitor = Client()
    assert visitor.get(urlsplit(url).path).status_code == 200
    listed = program.get(path(ended)).json()
    assert [(one["id"], one["looks"]) for one in listed] == [(link.pk, 1)]
    assert urlsplit(url).path.split("/")[2] not in str(listed)
    one = program.get(path(ended, f"/{link.pk}")).json()
    assert [look["action"] for look in one["latest"]] == ["read"]
    revoked = program.send("DELETE", path(ended, f"/{link.pk}"))
    assert (revoked.status_code, revoked.json()["revoked_at"] is None) == (200, False)
    assert visitor.get(urlsplit(url).path).status_code == 404
    assert AccessLog.objects.filter(action=AccessLog.Action.UNSHARED, user=alice).count() == 1


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"password": "1234"}, "password"),
        ({"expires_at": "2020-01-01T00:00:00Z"}, "expires_at"),
        ({"expires_at": "2120-01-01T00:00:00Z"}, "expires_at"),
        ({"note": "x" * 101}, "note"),
        ({"audio": True}, "audio"),
    ],
)
def test_wrong_wishes_are_named(
    program: Program, ended: Call, body: dict[str, Any], field: str
) -> None:
    answer = program.send("POST", path(ended), body)
    assert (answer.status_code, list(answer.json()["fields"])) == (400, [field])
    assert not ShareLink.objects.exists()


def test_a_time_and_a_password_are_taken(program: Program, ended: Call) -> None:
    until = timezone.now() + timedelta(hours=1)
    body = {"expires_at": until.isoformat(), "password": "quiet orange river"}
    answer = program.send("POST", path(ended), body)
    assert answer.json()["with_password"]
    assert "quiet" not in answer.content.decode()
    assert ShareLink.objects.get().expires_at == until


def test_a_live_call_is_refused(program: Program, call: Call) -> None:
    refused = program.send("POST", path(call), {})
    assert (refused.status_code, refused.json()["code"]) == (409, "call_live")


def test_an_owner_only_where_the_setting_allows(
    program: Program, ended: Call, staff: User, settings: Any
) -> None:
    settings.VOICE = {**settings.VOICE, "SHARE_BY_OWNER": False}
    refused = program.send("POST", path(ended), {})
    assert (refused.status_code, refused.json()["code"]) == (403, "not_allowed")
    assert "SHARE_BY_OWNER" in refused.json()["message"]
    assert Program(staff).send("POST", path(ended), {}).status_code == 201


def test_a_link_of_another_call_is_not_found(
    program: Program, ended: Call, alice: User, make_call: Any
) -> None:
    made = program.send("POST", path(ended), {}).json()
    other = make_call(alice)
    assert program.get(path(other, f"/{made['id']}")).status_code == 404


def test_the_document_says_so() -> None:
    told = openapi()["paths"]["/api/v1/calls/{call_id}/links"]
    assert set(told["post"]["responses"]) == {"201", "400", "401", "403", "404", "409"}
    wish = openapi()["components"]["schemas"]["LinkWish"]["properties"]
    assert wish["password"]["writeOnly"]
