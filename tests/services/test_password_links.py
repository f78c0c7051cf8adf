"""Links that set a password: one use, their end, what is stored, and what nobody learns."""

from datetime import timedelta
from smtplib import SMTPRecipientsRefused
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.translation import override

from sessions_app.models import LinkPurpose, PasswordLink
from sessions_app.models.work import WorkState
from sessions_app.services import password_links, password_mail, sign_ins, work
from tests.conftest import Queued

pytestmark = pytest.mark.django_db

HERE = "192.0.2.7"
NEW = "a-lilac-bicycle-42"


@pytest.fixture(autouse=True)
def with_mail(settings: Any) -> None:
    server = {**settings.VOICE["MAIL"], "HOST": "mail.example.org", "FROM": "voice@example.org"}
    settings.VOICE = {**settings.VOICE, "MAIL": server}
    settings.PUBLIC_URL = "https://voice.example.com"


@pytest.fixture
def anna(db: None) -> User:
    return User.objects.create_user("anna", "anna@example.org", "an old password 1")


def made(user: User, purpose: LinkPurpose = LinkPurpose.RESET) -> tuple[PasswordLink, str]:
    return password_links.make(user, purpose, timezone.now() + timedelta(hours=1))


def test_a_link_works_once(anna: User) -> None:
    link, secret = made(anna)
    other, _ = made(anna)
    found = password_links.find(secret)
    assert found == link
    assert password_links.use(found, NEW)
    anna.refresh_from_db()
    assert anna.check_password(NEW)
    assert password_links.find(secret) is None
    assert not password_links.use(found, "another-lilac-7")
    other.refresh_from_db()
    assert other.revoked_at is not None
    anna.refresh_from_db()
    assert anna.check_password(NEW)


@pytest.mark.parametrize(
    "change", [{"password": "another"}, {"email": "other@example.org"}, {"is_active": False}]
)
def test_what_changed_while_the_new_password_was_hashed_stays(
    anna: User, change: dict[str, Any]
) -> None:
    _, secret = made(anna)
    link = password_links.find(secret)
    assert link is not None
    User.objects.filter(pk=anna.pk).update(**change)
    assert not password_links.use(link, NEW)
    anna.refresh_from_db()
    assert not anna.check_password(NEW)
    link.refresh_from_db()
    assert link.used_at is None


def test_an_invitation_opens_no_account_that_got_more_rights(anna: User) -> None:
    invitation, reset = made(anna, LinkPurpose.INVITATION)[1], made(anna)[1]
    assert password_links.find(invitation)
    anna.groups.add(Group.objects.create(name="more"))
    assert password_links.find(invitation) is None
    assert password_links.find(reset), "only its user gets that one"


def new_password(user: User) -> None:
    user.set_password(NEW)
    user.save()


@pytest.mark.parametrize(
    "change",
    [
        new_password,
        lambda user: User.objects.filter(pk=user.pk).update(email="other@example.org"),
        lambda user: User.objects.filter(pk=user.pk).update(is_active=False),
        lambda user: PasswordLink.objects.update(expires_at=timezone.now()),
        lambda user: password_links.revoke(PasswordLink.objects.get()),
        lambda user: user.delete(),
    ],
    ids=["password", "address", "inactive", "expired", "revoked", "deleted"],
)
def test_what_ends_a_link(anna: User, change: Any) -> None:
    _, secret = made(anna)
    assert password_links.find(secret) is not None
    change(anna)
    assert password_links.find(secret) is None


def test_the_database_does_not_give_the_secret(anna: User, settings: Any) -> None:
    link, secret = made(anna)
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM sessions_app_passwordlink")
        assert secret not in str(cursor.fetchall())
    assert password_links.secret_of(link) == secret
    settings.SECRET_KEY = "another"
    assert password_links.secret_of(link) == ""


def test_an_invitation_ends_the_one_before_and_a_reset_ends_none(anna: User) -> None:
    first, _ = made(anna, LinkPurpose.INVITATION)
    made(anna)
    first.refresh_from_db()
    assert first.revoked_at is None
    made(anna, LinkPurpose.INVITATION)
    first.refresh_from_db()
    assert first.revoked_at is not None


# -- asked for by anybody ---------------------------------------------------------------


def told(given: str) -> list[str]:
    """Asks, does what the worker would, and returns to whom mail went."""
    mail.outbox = []
    password_links.ask(given, HERE)
    for row in PasswordLink.objects.filter(state=WorkState.PENDING):
        password_mail.send(row.pk)
    return [to for message in mail.outbox for to in message.to]


@pytest.mark.parametrize("given", ["anna", "anna@example.org", "ANNA@Example.org"])
def test_mail_goes_to_the_address_of_the_account(anna: User, given: str) -> None:
    assert told(given) == ["anna@example.org"]
    (message,) = mail.outbox
    assert message.from_email == "voice@example.org"
    address = next(line for line in message.body.splitlines() if line.startswith("https://"))
    secret = address.removeprefix("https://voice.example.com/password/").removesuffix("/")
    found = password_links.find(secret)
    assert found is not None
    assert found.user == anna
    assert timedelta(minutes=59) < found.expires_at - timezone.now() <= password_links.RESET_LIFE


def test_the_mail_is_in_the_language_of_who_asked(anna: User) -> None:
    with override("de"):
        password_links.ask("anna", HERE)
    told("nobody")
    (message,) = mail.outbox
    assert message.subject == "Ein neues Passwort"


def test_those_who_get_none(anna: User) -> None:
    User.objects.create_user("bare", password=NEW)
    User.objects.create_user("gone", "gone@example.org", NEW, is_active=False)
    User.objects.create_user("invited", "invited@example.org")
    for name in ("nobody", "bare", "gone", "gone@example.org", "invited", "", "anna@example.com"):
        assert told(name) == []
    assert not PasswordLink.objects.exclude(state=WorkState.DONE).exists()


def test_a_name_that_there_is_costs_what_another_costs(anna: User, queued: Queued) -> None:
    counts = {}
    for name in ("anna", "nobody", *["often"] * 4, "one too many"):
        given = name if name == "nobody" else "anna"
        with CaptureQueriesContext(connection) as done:
            password_links.ask(given, HERE)
        counts[name] = [query["sql"].split()[0] for query in done.captured_queries]
    # the same writes; one more look-up where the name is no user's but might be an address
    assert counts["anna"].count("INSERT") == counts["nobody"].count("INSERT")
    assert abs(len(counts["anna"]) - len(counts["nobody"])) <= 1
    assert counts["one too many"].count("INSERT") == counts["anna"].count("INSERT")
    assert PasswordLink.objects.exclude(user=None).count() == password_links.BY_ACCOUNT.failures


def test_nobody_is_sent_more_than_three_and_no_address_asks_without_end(anna: User) -> None:
    assert [told("anna") for _ in range(5)] == [["anna@example.org"]] * 3 + [[]] * 2
    assert told("anna@example.org") == []
    for number in range(password_links.BY_ADDRESS.failures - 6):
        password_links.ask(f"somebody{number}", HERE)
    with pytest.raises(sign_ins.SignInRefusedError) as refused:
        password_links.ask("bob", HERE)
    assert 0 < refused.value.wait_s <= 3601
    password_links.ask("bob", "192.0.2.8")


def test_asking_does_not_keep_anybody_from_signing_in(anna: User) -> None:
    for number in range(password_links.BY_ADDRESS.failures):
        password_links.ask(f"somebody{number}", HERE)
    sign_ins.check(sign_ins.attempt("anna", HERE), timezone.now())


# -- the job ----------------------------------------------------------------------------


def test_a_mail_that_fails_is_tried_again_then_given_up(
    anna: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("django.core.mail.EmailMessage.send", lambda self: 1 / 0)
    password_links.ask("anna", HERE)
    for _ in range(4):
        PasswordLink.objects.update(leased_until=None)
        (key,) = work.due(PasswordLink, timezone.now())
        password_mail.send(key)
    row = PasswordLink.objects.get()
    assert (row.state, row.attempts) == (WorkState.FAILED, 4)
    assert work.due(PasswordLink, timezone.now()) == []


def test_what_is_told_of_a_failure_names_no_address(
    anna: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(message: Any) -> None:
        raise SMTPRecipientsRefused(dict.fromkeys(message.to, (550, b"unknown")))

    monkeypatch.setattr("django.core.mail.EmailMessage.send", refused)
    password_links.ask("anna", HERE)
    password_mail.send(PasswordLink.objects.get().pk)
    told = PasswordLink.objects.get().error
    assert "SMTPRecipientsRefused" in told
    assert "anna" not in told


def test_nothing_is_sent_of_a_link_that_ended_meanwhile(anna: User) -> None:
    password_links.ask("anna", HERE)
    row = PasswordLink.objects.get()
    password_links.revoke(row)
    password_mail.send(row.pk)
    row.refresh_from_db()
    assert (mail.outbox, row.state, row.error) == ([], WorkState.DONE, password_mail.Unsent.ENDED)
    assert row.revoked_at is not None


def test_a_link_is_sent_once(anna: User) -> None:
    password_links.ask("anna", HERE)
    key = PasswordLink.objects.get().pk
    for _ in range(2):
        password_mail.send(key)
    assert len(mail.outbox) == 1


def test_old_ones_are_forgotten(anna: User) -> None:
    made(anna)
    password_links.ask("nobody", HERE)
    now = timezone.now()
    assert password_links.forget_old(now + timedelta(hours=2)) == 1
    assert PasswordLink.objects.get().user == anna
    assert password_links.forget_old(now + timedelta(hours=2) + password_links.KEPT) == 1
