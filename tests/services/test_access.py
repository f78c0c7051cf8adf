import hashlib
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser, User
from django.utils import timezone

from sessions_app.engine.core.errors import UnknownCallError
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


@pytest.mark.parametrize("secret", ["", "vs_", "nonsense", "vs_\ud800", "vs_\x00", "x" * 100_000])
def test_nonsense_is_no_token(alice: User, secret: str) -> None:
    access.issue_token(alice, "robot")
    assert access.user_for_token(secret) is None


def test_only_a_digest_of_a_token_is_kept(alice: User) -> None:
    _, secret = access.issue_token(alice, "robot")
    kept = [str(value) for value in ApiToken.objects.values().get().values()]
    assert not any(secret in value for value in kept)
    assert hashlib.sha256(secret.encode()).hexdigest() in kept


def test_revoking_twice_keeps_the_first_time(alice: User) -> None:
    token, _ = access.issue_token(alice, "robot")
    access.revoke(token)
    first = ApiToken.objects.get().revoked_at
    access.revoke(token)
    assert ApiToken.objects.get().revoked_at == first


def test_an_id_no_database_can_hold_is_unknown(staff: User) -> None:
    with pytest.raises(UnknownCallError):
        access.call_for(staff, "a\x00\ud800")


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


def test_a_long_detail_is_cut_to_its_column(alice: User, make_call: CallMaker) -> None:
    access.log(make_call(alice), alice, AccessLog.Action.READ, "x" * 500)
    assert len(AccessLog.objects.get().detail) == 100


@pytest.mark.parametrize(
    ("origin", "host", "own"),
    [
        ("http://127.0.0.1:8000", "127.0.0.1:8000", True),
        ("https://127.0.0.1:8443", "127.0.0.1:8443", True),
        ("http://127.0.0.1:8443", "127.0.0.1:8443", False),
        ("https://127.0.0.1:8000", "127.0.0.1:8000", False),
        ("https://127.0.0.1:8443", "127.0.0.1:8000", False),
        ("https://elsewhere.example:8443", "elsewhere.example:8443", False),
    ],
)
def test_with_https_of_our_own_each_port_has_its_scheme(
    settings: Any, origin: str, host: str, own: bool
) -> None:
    settings.VOICE_HTTPS_PORT = 8443
    settings.ALLOWED_HOSTS = ["127.0.0.1"]
    assert access.own_origin(origin, host) is own
