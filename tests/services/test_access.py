from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser, User
from django.utils import timezone

from sessions_app.core.errors import UnknownCallError
from sessions_app.models import AccessLog, ApiToken
from sessions_app.services import access
from tests.conftest import CallMaker

pytestmark = pytest.mark.django_db


def test_who_sees_which_calls(alice: User, bob: User, staff: User, make_call: CallMaker) -> None:
    call = make_call(alice)
    assert access.call_for(alice, call.public_id) == call
    assert access.call_for(staff, call.public_id) == call
    plain_staff = User.objects.create_user("desk", is_staff=True)
    for other in (bob, plain_staff, AnonymousUser()):
        with pytest.raises(UnknownCallError):
            access.call_for(other, call.public_id)


def test_a_permission_alone_does_not_make_staff(
    alice: User, bob: User, staff: User, make_call: CallMaker
) -> None:
    make_call(alice)
    bob.user_permissions.set(staff.user_permissions.all())
    assert not access.visible_calls(bob).exists()


def test_a_token_works_until_it_is_revoked(alice: User) -> None:
    token, secret = access.issue_token(alice, "robot")
    assert secret.startswith("vs_")
    assert secret not in {token.digest, token.prefix}
    assert access.user_for_token(secret) == alice
    assert access.user_for_token(secret[:-1]) is None
    access.revoke(token)
    assert access.user_for_token(secret) is None


def test_a_token_of_a_user_who_was_shut_out_does_not_work(alice: User) -> None:
    _, secret = access.issue_token(alice, "robot")
    User.objects.update(is_active=False)
    assert access.user_for_token(secret) is None


def test_the_last_use_is_noted_once_a_minute(
    alice: User, django_assert_num_queries: object
) -> None:
    token, secret = access.issue_token(alice, "robot")
    access.user_for_token(secret)
    used = ApiToken.objects.get(pk=token.pk).last_used_at
    assert used is not None
    with django_assert_num_queries(1):  # type: ignore[operator]
        access.user_for_token(secret)
    ApiToken.objects.update(last_used_at=timezone.now() - timedelta(minutes=2))
    access.user_for_token(secret)
    again = ApiToken.objects.get(pk=token.pk).last_used_at
    assert again is not None
    assert again > used - timedelta(seconds=1)


def test_what_was_done_is_noted(alice: User, make_call: CallMaker) -> None:
    call = make_call(alice)
    access.log(call, alice, AccessLog.Action.EXPORTED, "srt")
    entry = AccessLog.objects.get()
    assert (entry.call, entry.user, entry.action, entry.detail) == (call, alice, "exported", "srt")
