"""Invitations in the admin: made, shown once, revoked, made anew; scopes of tokens."""

import re
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.utils import timezone

from sessions_app.models import ApiToken, LinkPurpose, PasswordLink
from sessions_app.models.work import WorkState
from sessions_app.services import password_links

INVITATIONS = "/admin/sessions_app/passwordlink/"
FORM = {"username": "kim", "email": "kim@example.org", "days": "7"}


@pytest.fixture
def night_shift(db: None) -> Group:
    return Group.objects.create(name="night shift")


def secret_in(answer: Any) -> str:
    address = str(answer.context["address"])
    assert address in answer.content.decode()
    return address.rstrip("/").rpartition("/")[2]


def test_a_link_is_shown_once_and_sets_the_password(
    at_desk: Any, staff: User, night_shift: Group
) -> None:
    assert "night shift" in at_desk.get(f"{INVITATIONS}add/").content.decode()
    answer = at_desk.post(f"{INVITATIONS}add/", {**FORM, "groups": [night_shift.pk]})
    assert "no-store" in answer["Cache-Control"]
    secret = secret_in(answer)
    link = password_links.find(secret)
    assert link is not None
    assert (link.user.username, link.made_by, link.by_mail) == ("kim", staff, False)
    assert list(link.user.groups.all()) == [night_shift]
    for address in (
        INVITATIONS,
        f"{INVITATIONS}{link.pk}/change/",
        f"{INVITATIONS}{link.pk}/history/",
    ):
        page = at_desk.get(address)
        assert (page.status_code, secret in page.content.decode()) == (200, False)
    assert "Open" in at_desk.get(INVITATIONS).content.decode()
    assert password_links.use(link, "a-lilac-bicycle-42")
    assert "Accepted" in at_desk.get(INVITATIONS).content.decode()


@pytest.mark.parametrize(
    "wrong",
    [{"username": "staff"}, {"username": "k k!"}, {"email": "nobody"}, {"days": "900"}],
)
def test_what_will_not_do(at_desk: Any, wrong: dict[str, str]) -> None:
    answer = at_desk.post(f"{INVITATIONS}add/", FORM | wrong)
    assert answer.context["errors"]
    assert not PasswordLink.objects.exists()


def test_nobody_gives_rights_that_they_lack(at_desk: Any, root: Any, night_shift: Group) -> None:
    night_shift.permissions.add(Permission.objects.get(codename="add_user"))
    form = FORM | {"groups": [night_shift.pk]}
    assert "night shift" not in at_desk.get(f"{INVITATIONS}add/").content.decode()
    assert at_desk.post(f"{INVITATIONS}add/", form).context["errors"]
    assert secret_in(root.post(f"{INVITATIONS}add/", form))


def test_it_is_mailed_where_mail_is_set_up(at_desk: Any, settings: Any) -> None:
    assert 'name="send"' not in at_desk.get(f"{INVITATIONS}add/").content.decode()
    server = {**settings.VOICE["MAIL"], "HOST": "mail.example.org", "FROM": "voice@example.org"}
    settings.VOICE = {**settings.VOICE, "MAIL": server}
    form = FORM | {"send": "on"}
    assert at_desk.post(f"{INVITATIONS}add/", form | {"email": ""}).context["errors"]
    assert "sent by mail, too" in at_desk.post(f"{INVITATIONS}add/", form).content.decode()
    link = PasswordLink.objects.get()
    assert (link.by_mail, link.state) == (True, WorkState.PENDING)


def test_it_says_what_became_of_the_mail(at_desk: Any, alice: User) -> None:
    link, _ = password_links.make(alice, LinkPurpose.INVITATION, timezone.now(), by_mail=True)

    def told(state: WorkState, error: str = "") -> str:
        PasswordLink.objects.filter(pk=link.pk).update(state=state, error=error)
        page: str = at_desk.get(f"{INVITATIONS}{link.pk}/change/").content.decode()
        return page

    why = "The mail server refuses the recipient (550)."
    assert "Waiting" in told(WorkState.PENDING)
    assert f"Waiting. {why}" in told(WorkState.PENDING, why)
    assert f"Could not be sent. {why}" in told(WorkState.FAILED, why)
    not_sent = "Not sent: the link did not work any more."
    assert not_sent in told(WorkState.DONE, not_sent)
    assert "Sent" in told(WorkState.DONE)


@pytest.mark.parametrize(
    ("kind", "made"), [("passwordlink", "Invite"), ("apitoken", "Make a token")]
)
def test_what_is_shown_once_is_made_by_one_button(at_desk: Any, kind: str, made: str) -> None:
    page = at_desk.get(f"/admin/sessions_app/{kind}/add/").content.decode()
    row = page[page.index('class="submit-row"') :]
    assert re.findall(r'<input type="submit" value="([^"]+)"', row) == [made]


def test_revoking_and_making_anew(at_desk: Any) -> None:
    secret = secret_in(at_desk.post(f"{INVITATIONS}add/", FORM))
    chosen = {"_selected_action": [PasswordLink.objects.get().pk]}
    done = at_desk.post(INVITATIONS, chosen | {"action": "revoke"}, follow=True)
    assert "1 revoked." in str(next(iter(done.context["messages"])))
    assert password_links.find(secret) is None
    again = secret_in(at_desk.post(INVITATIONS, chosen | {"action": "renew"}))
    found = password_links.find(again)
    assert found is not None
    assert found.user.username == "kim"
    both = {"_selected_action": list(PasswordLink.objects.values_list("pk", flat=True))}
    many = at_desk.post(INVITATIONS, both | {"action": "renew"}, follow=True)
    assert "Choose one invitation." in str(next(iter(many.context["messages"])))
    password_links.use(found, "a-lilac-bicycle-42")
    late = at_desk.post(INVITATIONS, chosen | {"action": "renew"}, follow=True)
    assert "has a password or accepted" in str(next(iter(late.context["messages"])))


def test_links_of_forgotten_passwords_are_not_listed(at_desk: Any, alice: User) -> None:
    made, _ = password_links.make(alice, LinkPurpose.RESET, timezone.now())
    assert at_desk.get(INVITATIONS).context["cl"].result_count == 0
    assert at_desk.get(f"{INVITATIONS}{made.pk}/change/").status_code == 302


def test_a_token_has_the_scopes_that_were_ticked_or_all(at_desk: Any) -> None:
    tokens = "/admin/sessions_app/apitoken/"
    at_desk.post(f"{tokens}add/", {"name": "some", "scopes": ["read", "call"]})
    at_desk.post(f"{tokens}add/", {"name": "all"})
    at_desk.post(f"{tokens}add/", {"name": "short", "days": "7"})
    ApiToken.objects.filter(name="short").update(expires_at=timezone.now())
    found = {token.name: token for token in ApiToken.objects.all()}
    assert found["some"].scopes == ["read", "call"]
    assert found["all"].scopes == ["read", "write", "call"]
    assert (found["all"].expires_at, found["short"].expires_at is None) == (None, False)
    page = at_desk.get(tokens).content.decode()
    assert "Read, Call" in page
    assert "Expired" in page
