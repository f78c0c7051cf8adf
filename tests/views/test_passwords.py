"""Pages for who cannot sign in: what they say, and that they tell nobody more than that."""

import logging
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.test import Client
from django.utils import timezone

from sessions_app.models import LinkPurpose, PasswordLink
from sessions_app.services import password_links
from tests.conftest import PASSWORD
from tests.views.test_pages import text_of

NEW = "a-lilac-bicycle-42"
FORGOT, SENT, DONE = "/password/", "/password/sent/", "/password/done/"


@pytest.fixture
def with_mail(settings: Any) -> None:
    server = {**settings.VOICE["MAIL"], "HOST": "mail.example.org", "FROM": "voice@example.org"}
    settings.VOICE = {**settings.VOICE, "MAIL": server}


def link_of(user: User, purpose: LinkPurpose = LinkPurpose.RESET) -> str:
    _, secret = password_links.make(user, purpose, timezone.now() + timedelta(hours=1))
    return f"/password/{secret}/"


def choose(client: Client, address: str, new: str = NEW, again: str = "") -> Any:
    return client.post(address, {"new_password1": new, "new_password2": again or new})


def test_without_mail_it_says_who_can_help(client: Client, alice: User) -> None:
    assert f'href="{FORGOT}"' in client.get("/login/").content.decode()
    page = client.get(FORGOT)
    assert "This server sends no mail" in text_of(page)
    assert "<input" not in page.content.decode().partition("<main")[2].partition("</main")[0]
    assert client.post(FORGOT, {"account": "alice"}).status_code == 200
    assert not PasswordLink.objects.exists()


@pytest.mark.usefixtures("with_mail")
def test_the_answer_is_the_same_for_every_name(client: Client, alice: User) -> None:
    User.objects.filter(pk=alice.pk).update(email="alice@example.org")
    answers = [client.post(FORGOT, {"account": name}) for name in ("alice", "nobody", "x@y.org")]
    assert {(one.status_code, one["Location"]) for one in answers} == {(302, SENT)}
    assert "a link is on its way" in text_of(client.get(SENT))
    assert mail.outbox == []  # the worker sends
    assert client.post(FORGOT, {"account": " "}).context["form"].errors


@pytest.mark.usefixtures("with_mail")
def test_both_sign_in_pages_lead_there(client: Client, db: None) -> None:
    for page in ("/login/", "/admin/login/"):
        assert 'href="/password/"' in client.get(page).content.decode()


@pytest.mark.usefixtures("with_mail")
def test_too_many_are_told_when_to_come_back(client: Client, db: None) -> None:
    for number in range(password_links.BY_ADDRESS.failures):
        assert client.post(FORGOT, {"account": f"user{number}"}).status_code == 302
    refused = client.post(FORGOT, {"account": "alice"})
    assert refused.status_code == 429
    assert 0 < int(refused["Retry-After"]) <= 3601
    assert "Try again in 60 minutes" in text_of(refused) or "61 minutes" in text_of(refused)


def test_a_link_sets_the_password_and_signs_out_everywhere(client: Client, alice: User) -> None:
    elsewhere = Client()
    elsewhere.force_login(alice)
    address = link_of(alice)
    page = client.get(address)
    assert "For the account alice" in text_of(page)
    assert page["Referrer-Policy"] == "strict-origin"
    assert "noindex" in page["X-Robots-Tag"]
    assert page["Cache-Control"] == "private, no-store"
    answer = choose(client, address)
    assert (answer.status_code, answer["Location"]) == (302, DONE)
    assert "Your password is set" in text_of(client.get(DONE))
    assert "API tokens keep working until they are revoked." in text_of(client.get(DONE))
    assert client.get("/").status_code == 302  # nobody is signed in by a link
    assert elsewhere.get("/").status_code == 302
    assert not Client().login(username="alice", password=PASSWORD)
    signs_in = Client().post("/login/", {"username": "alice", "password": NEW})
    assert signs_in.status_code == 302
    for again in (client.get(address), choose(client, address, "another-lilac-7")):
        assert again.status_code == 404
        assert "This link does not work" in text_of(again)


@pytest.mark.parametrize(
    ("new", "again", "told"),
    [
        (NEW, NEW + "x", "This does not match the new password above."),
        ("1234", "1234", "This password is too short."),
        ("alice", "alice", "The password is too similar to the username."),
        ("", "", "This field is required."),
    ],
)
def test_what_will_not_do_leaves_the_link(
    client: Client, alice: User, new: str, again: str, told: str
) -> None:
    address = link_of(alice)
    answer = choose(client, address, new, again)
    assert (answer.status_code, told in text_of(answer)) == (200, True)
    assert f'value="{new}"' not in answer.content.decode() or not new or new == "alice"
    assert choose(client, address).status_code == 302


def test_a_link_used_by_another_meanwhile_changes_nothing(
    client: Client, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = link_of(alice)
    monkeypatch.setattr(password_links, "use", lambda *_: False)
    assert choose(client, address).status_code == 404


def test_somebody_else_who_is_signed_in_is_signed_out(alice: User, bob: User) -> None:
    browser = Client()
    browser.force_login(bob)
    address = link_of(alice, LinkPurpose.INVITATION)
    assert "Welcome" in text_of(browser.get(address))
    choose(browser, address)
    assert browser.get("/").status_code == 302


def test_no_name_and_no_secret_is_logged(
    client: Client, alice: User, caplog: pytest.LogCaptureFixture, with_mail: None
) -> None:
    caplog.set_level(logging.DEBUG)
    address = link_of(alice)
    client.post(FORGOT, {"account": "alice"})
    choose(client, address)
    logged = "\n".join(
        record.getMessage() for record in caplog.records if record.name != "django.db.backends"
    )
    for private in ("alice", NEW, address.split("/")[2]):
        assert private not in logged
