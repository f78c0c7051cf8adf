"""Tickets: one use, one call, one agent, one origin, and soon."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from sessions_app.engine.core.commands import Offer
from sessions_app.engine.core.errors import NotAllowedError, UnknownCallError
from sessions_app.engine.core.states import CallState
from sessions_app.models import Call, Ticket
from sessions_app.services import access, calls, tickets
from sessions_app.services.authentication import Principal, Way
from sessions_app.services.tickets import authorised, check_access, redeem
from tests.conftest import CallMaker

pytestmark = pytest.mark.django_db
SITE = "https://www.example.com"


def taken(secret: str, origin: str = "") -> Principal:
    """Returns whom the secret lets in, who must be somebody."""
    found = tickets.find_holder(secret, origin)
    assert found is not None
    return found


@pytest.fixture
def used(alice: User, make_call: CallMaker) -> tuple[str, Call]:
    """The secret of a ticket that was used, and its live call."""
    _, secret = tickets.issue(alice)
    call = make_call(alice)
    holder = redeem(secret, "")
    assert holder is not None
    tickets.bind(holder, call.public_id)
    return secret, call


def test_a_ticket_counts_once(alice: User) -> None:
    _, secret = tickets.issue(alice)
    given = redeem(secret, "")
    assert given is not None
    assert (given.user_id, given.call_id) == (alice.pk, "")
    assert redeem(secret, "") is None


def test_only_its_digest_is_kept(alice: User) -> None:
    row, secret = tickets.issue(alice)
    assert secret not in str(list(Ticket.objects.filter(pk=row.pk).values()))


def test_a_late_one_counts_for_nothing(alice: User) -> None:
    row, secret = tickets.issue(alice)
    Ticket.objects.filter(pk=row.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    assert redeem(secret, "") is None
    assert tickets.find_holder(secret, "") is None


def test_a_shut_out_user_has_none(alice: User) -> None:
    _, secret = tickets.issue(alice)
    User.objects.filter(pk=alice.pk).update(is_active=False)
    assert redeem(secret, "") is None


def test_it_is_worth_no_more_than_the_token_it_was_made_with(alice: User) -> None:
    token, _ = access.issue_token(alice, "site")
    _, secret = tickets.issue(alice, token=token)
    assert taken(secret).user_id == alice.pk
    access.revoke(token)
    assert tickets.find_holder(secret, "") is None


@pytest.mark.parametrize(("origin", "counts"), [(SITE, True), ("https://evil.example", False)])
def test_it_counts_from_its_origin_alone(alice: User, origin: str, counts: bool) -> None:
    _, secret = tickets.issue(alice, origin=SITE)
    assert (redeem(secret, origin) is not None) is counts


def test_one_that_was_used_names_its_call_while_that_is_live(used: tuple[str, Call]) -> None:
    secret, call = used
    assert taken(secret).call_id == call.public_id
    assert not tickets.claim(taken(secret))
    assert redeem(secret, "") is None
    ended_at = timezone.now() - timedelta(seconds=10)
    Call.objects.update(state=CallState.ENDED.value, ended_at=ended_at)
    assert tickets.find_holder(secret, "") is None


def test_one_that_is_being_used_is_nobodys(alice: User) -> None:
    _, secret = tickets.issue(alice)
    assert tickets.claim(taken(secret))
    assert tickets.find_holder(secret, "") is None


def test_a_use_that_came_to_nothing_is_given_back(alice: User) -> None:
    _, secret = tickets.issue(alice)
    holder = redeem(secret, "")
    assert holder is not None
    tickets.release(holder)
    assert redeem(secret, "") is not None


def test_a_call_and_its_ticket_are_bound_in_one_act(alice: User) -> None:
    row, secret = tickets.issue(alice, visitor="ann")
    facts: dict[str, Any] = {"door": "stream", "transport": "websocket", "worker": "test"}
    call, _ = tickets.create_call(
        taken(secret), calls.agent_for("scribe"), recogniser="default", **facts
    )
    row.refresh_from_db()
    assert (row.call_id, call.visitor) == (call.public_id, "id:ann")


def test_a_resume_token_opens_its_call_and_no_other(used: tuple[str, Call]) -> None:
    secret, call = used
    token = tickets.resume_token(taken(secret), call.public_id)
    given = redeem(token, "")
    assert given is not None
    assert redeem(token, "") == given
    assert given.call_id == call.public_id
    assert redeem(token[:-2] + "xx", "") is None
    Ticket.objects.all().delete()
    assert redeem(token, "") is None


def test_old_tickets_are_forgotten(alice: User, used: tuple[str, Call]) -> None:
    tickets.issue(alice)
    now = timezone.now()
    assert tickets.forget_old(now) == 0
    assert tickets.forget_old(now + timedelta(days=2)) == 1
    assert Ticket.objects.get().call_id == used[1].public_id  # its call is live


# -- what a ticket may do: the whole table ----------------------------------------------------

FRESH, USED, OWN_AGENT = "fresh", "used", "for one agent"
HOLDERS = {
    FRESH: Principal(1, Way.TICKET, "7", "ticket:7"),
    USED: Principal(1, Way.TICKET, "7", "ticket:7", call_id="mine"),
    OWN_AGENT: Principal(1, Way.TICKET, "7", "id:ann", agent="scribe"),
    "guest": Principal(1, Way.GUEST, "x", "guest:x"),
    "guest in a call": Principal(1, Way.GUEST, "x", "guest:x", call_id="mine"),
    "token": Principal(1, Way.TOKEN, "3"),
    "cookie": Principal(1, Way.SESSION, "abc"),
}
WISHES = {
    "start": Offer("v=0"),
    "start with its agent": Offer("v=0", agent="scribe"),
    "start with another agent": Offer("v=0", agent="other"),
    "go on with its call": Offer("v=0", call_id="mine"),
    "go on with another call": Offer("v=0", call_id="other"),
}
YES, USED_UP, NO = "", "ticket_used", "not_allowed"
ALL = [YES] * 5
WHAT_A_TICKET_MAY_DO = {
    FRESH: [YES, YES, YES, NO, NO],
    USED: [USED_UP, USED_UP, USED_UP, YES, USED_UP],
    OWN_AGENT: [YES, YES, NO, NO, NO],
    "guest": [YES, YES, YES, NO, NO],
    "guest in a call": [USED_UP, USED_UP, USED_UP, YES, USED_UP],
    "token": ALL,  # of the party's own calls: the registry sees to that
    "cookie": ALL,
}
TOUCHES = {FRESH: set(), USED: {"mine"}, OWN_AGENT: set(), "guest": set()} | {
    "guest in a call": {"mine"},
    "token": {"mine", "other"},
    "cookie": {"mine", "other"},
}


def refusal(function: Any, *args: Any) -> str:
    try:
        function(*args)
    except (NotAllowedError, UnknownCallError) as error:
        return error.code
    return YES


@pytest.mark.parametrize("holder", HOLDERS)
def test_what_a_ticket_may_start(holder: str) -> None:
    told = [refusal(authorised, HOLDERS[holder], wish) for wish in WISHES.values()]
    assert dict(zip(WISHES, told, strict=True)) == dict(
        zip(WISHES, WHAT_A_TICKET_MAY_DO[holder], strict=True)
    )


@pytest.mark.parametrize("holder", HOLDERS)
def test_which_calls_a_ticket_may_touch(holder: str) -> None:
    """Candidates, resuming and renegotiation all ask `check_access`."""
    touched = {
        call for call in ("mine", "other") if not refusal(check_access, HOLDERS[holder], call)
    }
    assert touched == TOUCHES[holder]


def test_no_ticket_checks_the_connection() -> None:
    """Its one use would be gone, and its holder may be anybody."""
    with pytest.raises(NotAllowedError):
        authorised(HOLDERS[OWN_AGENT], Offer("v=0", check=True))


def test_a_ticket_for_an_agent_calls_it_unasked() -> None:
    assert authorised(HOLDERS[OWN_AGENT], Offer("v=0")).agent == "scribe"
