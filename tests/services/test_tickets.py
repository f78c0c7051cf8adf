"""Tickets: one use, one call, one agent, one origin, and soon."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from sessions_app.core.commands import Offer
from sessions_app.core.errors import NotAllowedError
from sessions_app.models import Ticket
from sessions_app.services import tickets
from sessions_app.services.tickets import narrowed, redeem

pytestmark = pytest.mark.django_db
SITE = "https://www.example.com"


def test_a_ticket_counts_once(alice: User) -> None:
    _, secret = tickets.issue(alice)
    given = redeem(secret, "")
    assert given is not None
    assert (given.user, given.call_id) == (alice, "")
    assert redeem(secret, "") is None


def test_only_its_digest_is_kept(alice: User) -> None:
    row, secret = tickets.issue(alice)
    assert secret not in str(list(Ticket.objects.filter(pk=row.pk).values()))


def test_a_late_one_counts_for_nothing(alice: User) -> None:
    row, secret = tickets.issue(alice)
    Ticket.objects.filter(pk=row.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    assert redeem(secret, "") is None
    assert tickets.look(secret, "") is None


def test_a_shut_out_user_has_none(alice: User) -> None:
    _, secret = tickets.issue(alice)
    User.objects.filter(pk=alice.pk).update(is_active=False)
    assert redeem(secret, "") is None


@pytest.mark.parametrize(("origin", "counts"), [(SITE, True), ("https://evil.example", False)])
def test_it_counts_from_its_origin_alone(alice: User, origin: str, counts: bool) -> None:
    _, secret = tickets.issue(alice, origin=SITE)
    assert (redeem(secret, origin) is not None) is counts


def test_one_that_was_used_still_names_its_call(alice: User) -> None:
    row, secret = tickets.issue(alice)
    assert tickets.claim(row.pk)
    assert tickets.look(secret, "") is None  # used, and for no call yet
    tickets.bind(row.pk, "call1")
    found = tickets.look(secret, "")
    assert found is not None
    assert found.call_id == "call1"
    assert not tickets.claim(row.pk)


def test_a_use_that_came_to_nothing_is_given_back(alice: User) -> None:
    row, secret = tickets.issue(alice)
    assert tickets.claim(row.pk)
    tickets.release(row.pk)
    assert redeem(secret, "") is not None


def test_a_resume_token_opens_its_call_and_no_other(alice: User) -> None:
    token = tickets.resume_token(alice.pk, "call1")
    given = redeem(token, "")
    assert given is not None
    assert redeem(token, "") == given
    assert narrowed(given, Offer("v=0", call_id="call1")).call_id == "call1"
    with pytest.raises(NotAllowedError):
        narrowed(given, Offer("v=0"))
    assert redeem(token[:-2] + "xx", "") is None


def test_a_ticket_is_for_its_agent(alice: User) -> None:
    _, secret = tickets.issue(alice, agent="scribe")
    given = redeem(secret, "")
    assert given is not None
    assert narrowed(given, Offer("v=0")).agent == "scribe"
    with pytest.raises(NotAllowedError, match="scribe"):
        narrowed(given, Offer("v=0", agent="other"))


def test_old_tickets_are_forgotten(alice: User) -> None:
    tickets.issue(alice)
    now = timezone.now()
    assert tickets.forget_old(now) == 0
    assert tickets.forget_old(now + timedelta(days=2)) == 1
