"""The last sign-ins of an account, and signing out everywhere."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from sessions_app import tasks
from sessions_app.models import SignIn
from sessions_app.services import access, sign_in_list
from sessions_app.services.authentication import Way, still_valid
from sessions_app.views import accounts
from tests.conftest import PASSWORD
from tests.views.test_pages import text_of

OUT, DESK = "/account/sign-out/", "/admin/password_change/"
NEW = "a-lilac-bicycle-42"
OWN = {"old_password": PASSWORD, "new_password1": NEW, "new_password2": NEW}
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def signed_in(user: User, **how: Any) -> Client:
    client = Client(**how)
    client.force_login(user)
    return client


def test_a_sign_in_is_listed_to_its_user_alone(alice: User, bob: User) -> None:
    client = Client(REMOTE_ADDR="2001:db8:1:2::7", headers={"User-Agent": FIREFOX})
    client.post("/login/", {"username": "alice", "password": "wrong"})
    assert not SignIn.objects.exists()
    client.post("/login/", {"username": "alice", "password": PASSWORD})
    other = Client(REMOTE_ADDR="192.0.2.7")
    other.post("/login/", {"username": "bob", "password": PASSWORD})
    row = SignIn.objects.get(user=alice)
    assert (row.browser, row.address) == ("Firefox", "2001:db8:1:2::/64")
    page = text_of(client.get("/account/"))
    assert "this browser Firefox , 2001:db8:1:2::/64" in page
    assert "192.0.2.7" not in page
    assert "Unknown browser , 192.0.2.7" in text_of(other.get("/account/"))


def test_the_mark_of_this_browser_stays_with_a_new_password(alice: User) -> None:
    here, _elsewhere = signed_in(alice), signed_in(alice)
    form = {"old_password": PASSWORD, "new_password1": "a-lilac-bicycle-42"}
    here.post("/account/", form | {"new_password2": "a-lilac-bicycle-42"})
    assert text_of(here.get("/account/")).count("this browser") == 1


def test_the_newest_are_kept_for_a_while(alice: User) -> None:
    now = timezone.now()
    for number in range(sign_in_list.SHOWN + 3):
        sign_in_list.note(alice, now - timedelta(days=20 - number), "", "192.0.2.7")
    kept = list(sign_in_list.of(alice).values_list("at", flat=True))
    assert len(kept) == SignIn.objects.count() == sign_in_list.SHOWN
    assert kept[0] == now - timedelta(days=20 - number)
    SignIn.objects.filter(at=kept[-1]).update(at=now - sign_in_list.KEPT)
    tasks.delete_expired_audio()
    assert SignIn.objects.count() == sign_in_list.SHOWN - 1


@pytest.mark.parametrize("tokens", [False, True])
def test_signing_out_everywhere(alice: User, tokens: bool) -> None:
    here, elsewhere = signed_in(alice), signed_in(alice)
    _, secret = access.issue_token(alice, "a program")
    held = [(Way.SESSION, elsewhere.session.session_key or "", alice.pk)]
    assert f'href="{OUT}"' in here.get("/account/").content.decode()
    answer = here.post(OUT, {"password": PASSWORD, **({"tokens": "on"} if tokens else {})})
    assert answer["Location"] == "/login/"
    assert [one.get("/").status_code for one in (here, elsewhere)] == [302, 302]
    assert not still_valid(held)
    assert (access.user_for_token(secret) is None) is tokens
    assert Client().login(username="alice", password=PASSWORD)


def test_a_wrong_password_ends_nothing(alice: User) -> None:
    here = signed_in(alice)
    assert "That is not your current password." in text_of(here.post(OUT, {"password": "guess"}))
    assert here.get("/").status_code == 200


def test_who_has_no_password_signs_out_everywhere_too(alice: User) -> None:
    alice.set_unusable_password()
    alice.save()
    here, elsewhere = signed_in(alice), signed_in(alice)
    assert here.post(OUT)["Location"] == "/login/"
    assert elsewhere.get("/").status_code == 302
    alice.refresh_from_db()
    assert not alice.has_usable_password()


def test_who_got_another_password_meanwhile_keeps_that(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As by a link that was mailed, while the hash of the password here waits in the queue."""
    another = make_password("by-a-link-42")

    def checked(user: User, password: str) -> bool:
        User.objects.filter(pk=user.pk).update(password=another)
        return user.check_password(password)

    monkeypatch.setattr(accounts, "is_own_password", checked)
    for address, given in ((OUT, {"password": PASSWORD}), ("/account/", OWN), (DESK, OWN)):
        User.objects.filter(pk=alice.pk).update(password=make_password(PASSWORD), is_staff=True)
        alice.refresh_from_db()
        here = signed_in(alice)
        assert here.post(address, given)["Location"] == "/login/"
        assert here.get("/").status_code == 302
        alice.refresh_from_db()
        assert alice.password == another
