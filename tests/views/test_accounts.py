"""Another password: who gets it, what ends with it, and what is said of one that will not do."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from sessions_app.models import SignInFailure
from sessions_app.services import sign_ins
from sessions_app.services.authentication import Way, still_valid
from tests.conftest import PASSWORD
from tests.views.test_pages import text_of

NEW = "a-lilac-bicycle-42"
SITE, DESK = "/account/", "/admin/password_change/"


def change(
    client: Client, old: str = PASSWORD, new: str = NEW, again: str = "", at: str = SITE
) -> Any:
    form = {"old_password": old, "new_password1": new, "new_password2": again or new}
    return client.post(at, form)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.mark.parametrize(("at", "then"), [(SITE, "/account/changed/"), (DESK, f"{DESK}done/")])
def test_a_new_password_signs_out_everywhere_else(staff: User, at: str, then: str) -> None:
    here, elsewhere = signed_in(staff), signed_in(staff)
    held = [(Way.SESSION, elsewhere.session.session_key or "", staff.pk)]
    assert still_valid(held)
    answer = change(here, at=at)
    assert answer["Location"] == then
    assert here.get(then).status_code == 200
    assert here.get("/").status_code == 200
    assert elsewhere.get("/")["Location"] == "/login/?next=/"
    assert not still_valid(held)
    assert not Client().login(username="staff", password=PASSWORD)
    staff.refresh_from_db()
    assert staff.check_password(NEW)


@pytest.mark.parametrize("at", [SITE, DESK])
def test_a_new_password_that_will_not_do_is_told_where_it_is_typed(staff: User, at: str) -> None:
    errors = change(signed_in(staff), new="1234", at=at).context["form"].errors
    assert list(errors) == ["new_password1"]


@pytest.mark.parametrize("at", [SITE, DESK])
@pytest.mark.parametrize(
    ("given", "told"),
    [
        (("wrong", NEW, NEW), "That is not your current password."),
        ((PASSWORD, NEW, NEW + "x"), "This does not match the new password above."),
        ((PASSWORD, "1234", "1234"), "This password is too short."),
        ((PASSWORD, "password", "password"), "This password is too common."),
        ((PASSWORD, "8273645019", "8273645019"), "This password is entirely numeric."),
        ((PASSWORD, "staffing", "staffing"), "The password is too similar to the username."),
        (("", "", ""), "This field is required."),
    ],
)
def test_what_will_not_do_is_said_and_nothing_is_changed(
    staff: User, at: str, given: tuple[str, str, str], told: str
) -> None:
    client = signed_in(staff)
    answer = change(client, *given, at)
    assert answer.status_code == 200
    assert told in text_of(answer)
    assert all(f'value="{word}"' not in answer.content.decode() for word in given if word)
    staff.refresh_from_db()
    assert staff.check_password(PASSWORD)
    assert client.get("/").status_code == 200


@pytest.mark.parametrize("at", [SITE, DESK])
def test_whoever_finds_an_open_browser_cannot_guess_without_end(
    staff: User, alice: User, at: str
) -> None:
    client = signed_in(staff)
    for _ in range(sign_ins.BY_DEVICE.failures):
        assert change(client, "guess", at=at).status_code == 200
    for each in (client, signed_in(staff)):
        refused = change(each, PASSWORD, at=at)
        assert (refused.status_code, "Too many wrong passwords" in text_of(refused)) == (429, True)
        assert int(refused["Retry-After"]) > 60
        assert each.get("/").status_code == 200
    assert change(signed_in(alice)).status_code == 302
    assert Client().post("/login/", {"username": "staff", "password": PASSWORD}).status_code == 302


def test_a_right_one_forgets_the_wrong_ones(alice: User) -> None:
    client = signed_in(alice)
    for _ in range(3):
        change(client, "guess")
    assert SignInFailure.objects.filter(at__lte=timezone.now()).count() == 3
    assert change(client).status_code == 302
    assert not SignInFailure.objects.exists()


def test_the_page_is_where_a_user_looks_for_it(alice: User) -> None:
    client = signed_in(alice)
    page = client.get("/calls/").content.decode()
    assert f'href="{reverse("account")}"' in page
    shown = text_of(client.get(reverse("account")))
    assert "You are signed in as alice ." in shown
    assert "Change your password" in shown
    assert "at least 8 characters" in shown


# -- the sign-in page ----------------------------------------------------------------


@pytest.mark.parametrize("public", ["", "https://voice.example.com", "http://192.0.2.1"])
def test_strangers_on_a_public_server_are_told_nothing_of_how_it_is_started(
    client: Client, db: None, settings: Any, public: str
) -> None:
    settings.PUBLIC_URL = public
    assert ("make run" in text_of(client.get("/login/"))) == (not public)
