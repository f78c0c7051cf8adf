"""API tokens that users make for themselves: what is asked, shown, kept and refused."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from sessions_app.models import ApiToken
from sessions_app.services import access, sign_ins
from sessions_app.views import own_tokens
from tests.conftest import PASSWORD
from tests.views.test_pages import text_of

TOKENS = "/account/tokens/"


@pytest.fixture
def at_home(alice: User) -> Client:
    client = Client()
    client.force_login(alice)
    return client


def make(client: Client, password: str = PASSWORD, **more: Any) -> Any:
    form = {"name": "reports", "scopes": ["read"], "days": "30", "password": password} | more
    return client.post(TOKENS, form)


def test_a_token_is_shown_once_and_is_good_for_what_was_ticked(
    at_home: Client, alice: User
) -> None:
    answer = make(at_home)
    secret = answer.context["made"]
    assert f'value="{secret}"' in answer.content.decode()
    assert answer["Cache-Control"] == "private, no-store"
    token = access.token_of(secret)
    assert token is not None
    assert (token.owner, token.name, token.scopes) == (alice, "reports", ["read"])
    assert token.expires_at is not None
    assert abs(token.expires_at - timezone.now() - timedelta(days=30)) < timedelta(minutes=1)
    again = at_home.get(TOKENS)
    assert secret not in again.content.decode()
    assert "reports Valid" in text_of(again)
    assert 'href="/account/tokens/"' in at_home.get("/account/").content.decode()


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"password": "guess"}, "That is not your current password. Try again."),
        ({"password": ""}, "This field is required."),
        ({"name": " \n"}, "This field is required."),
        ({"scopes": []}, "This field is required."),
        ({"scopes": ["everything"]}, "Select a valid choice."),
        ({"days": "9999"}, "Select a valid choice."),
    ],
)
def test_what_will_not_do(at_home: Client, given: dict[str, Any], told: str) -> None:
    answer = make(at_home, **given)
    assert told in text_of(answer)
    assert not ApiToken.objects.exists()


def test_whoever_finds_an_open_browser_cannot_guess_without_end(at_home: Client) -> None:
    for _ in range(sign_ins.BY_DEVICE.failures):
        make(at_home, "guess")
    assert make(at_home).status_code == 429
    assert not ApiToken.objects.exists()


def test_one_revokes_ones_own_alone(at_home: Client, alice: User, bob: User) -> None:
    mine, other = (access.issue_token(user, "x") for user in (alice, bob))
    assert at_home.post(f"{TOKENS}{mine[0].pk}/revoke")["Location"] == TOKENS
    assert at_home.post(f"{TOKENS}{other[0].pk}/revoke").status_code == 404
    assert [access.token_of(secret) is None for _, secret in (mine, other)] == [True, False]
    assert "x Revoked" in text_of(at_home.get(TOKENS))


def test_there_is_an_end_to_how_many(
    at_home: Client, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(own_tokens, "MOST_VALID", 1)
    assert make(at_home).status_code == 200
    refused = make(at_home)
    assert (refused.status_code, ApiToken.objects.count()) == (409, 1)
    assert "as many tokens as you may have" in text_of(refused)


def test_the_setting_leaves_it_to_staff(at_home: Client, alice: User, settings: Any) -> None:
    _, secret = access.issue_token(alice, "x")
    settings.VOICE = {**settings.VOICE, "TOKENS_BY_USERS": False}
    assert [at_home.get(TOKENS).status_code, make(at_home).status_code] == [404, 404]
    assert TOKENS not in at_home.get("/account/").content.decode()
    assert access.user_for_token(secret) == alice


def test_who_has_no_password_is_not_asked_for_it(at_home: Client, alice: User) -> None:
    alice.set_unusable_password()
    alice.save()
    at_home.force_login(alice)
    assert 'name="password"' not in at_home.get(TOKENS).content.decode()
    assert make(at_home, "").context["made"]
