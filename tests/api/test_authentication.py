"""Who a program is."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from sessions_app.models import ApiToken
from sessions_app.services import access
from tests.api.conftest import Program

ME = "/api/v1/me"


def test_a_token_acts_for_its_owner(program: Program) -> None:
    answer = program.get(ME)
    assert answer.status_code == 200
    assert answer.json() == {
        "username": "alice",
        "name": "",
        "is_staff": False,
        "sees_all_calls": False,
        "may_change_calls": False,
    }


def test_a_session_cookie_will_do(client: Client, staff: User) -> None:
    client.force_login(staff)
    answer = client.get(ME).json()
    assert (answer["username"], answer["sees_all_calls"]) == ("staff", True)
    assert answer["may_change_calls"] is True


@pytest.mark.django_db
def test_nobody_is_told_how_to_sign_in(client: Client) -> None:
    answer = client.get(ME)
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == 'Bearer realm="voicesite"'
    assert answer.json()["code"] == "not_signed_in"
    assert "Bearer vs_" in answer.json()["message"]


@pytest.mark.parametrize(
    "header", ["Bearer", "Bearer vs_unknown", "Bearer two parts", "bearer vs_\u00e9"]
)
def test_a_bad_token_is_refused(client: Client, db: None, header: str) -> None:
    answer = client.get(ME, headers={"Authorization": header})
    assert answer.status_code == 401
    assert answer.json()["code"] == "bad_token"
    assert answer["WWW-Authenticate"].startswith("Bearer")


def test_a_revoked_token_and_a_disabled_owner_are_refused(program: Program, alice: User) -> None:
    access.revoke(ApiToken.objects.get())
    assert program.get(ME).status_code == 401
    again = Program(alice)
    assert again.get(ME).status_code == 200
    alice.is_active = False
    alice.save()
    assert again.get(ME).status_code == 401


def test_a_bad_token_is_not_excused_by_a_cookie(client: Client, alice: User) -> None:
    client.force_login(alice)
    assert client.get(ME, headers={"Authorization": "Bearer vs_wrong"}).status_code == 401


def test_a_cookie_changes_nothing_without_the_csrf_token(alice: User, call: object) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    address = f"/api/v1/calls/{call}/"
    answer = client.patch(address, {"title": "x"}, content_type="application/json")
    assert answer.status_code == 403
    assert "X-CSRFToken" in answer.json()["message"]
