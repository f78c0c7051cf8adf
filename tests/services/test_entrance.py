"""Who is let in without any key: the vosk door's guests, from this machine and no page or proxy."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.http import HttpHeaders

from sessions_app.proxy.headers import passed_on
from sessions_app.services import access, entrance
from sessions_app.services.entrance import PROXIES, ClientClaims, RefusedError

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def open_door(settings: Any, alice: User) -> None:
    settings.VOICE = {**settings.VOICE, "VOSK_USER": alice.username}


def claims(peer: str = "127.0.0.1", **headers: str) -> ClientClaims:
    given = {f"HTTP_{name.upper()}": value for name, value in headers.items()}
    return ClientClaims(HttpHeaders(given), None, "testserver", peer)


def test_this_machine_is_let_in_as_a_stranger_each_time(alice: User) -> None:
    first, second = entrance.guest_of(claims()), entrance.guest_of(claims())
    assert first is not None
    assert second is not None
    assert first.user_id == second.user_id == alice.pk
    assert first.party != second.party
    assert not first.party.recurs


@pytest.mark.parametrize("origin", ["https://evil.example", "http://testserver", "null"])
def test_no_page_is(origin: str) -> None:
    assert entrance.guest_of(claims(origin=origin)) is None


@pytest.mark.parametrize("header", sorted(PROXIES))
def test_nobody_is_through_a_proxy_that_is_not_counted(header: str, settings: Any) -> None:
    claimed = {header.replace("-", "_"): "127.0.0.1"}
    assert entrance.guest_of(claims(**claimed)) is None
    # one that is counted tells where the client is, and that must be near
    settings.VOICE = {**settings.VOICE, "TRUSTED_PROXIES": 1}
    assert entrance.guest_of(claims(x_forwarded_for="203.0.113.9")) is None
    assert entrance.guest_of(claims(x_forwarded_for="127.0.0.1")) is not None


@pytest.mark.parametrize(
    ("headers", "let_in"),
    [
        ([], True),
        ([(b"x-forwarded-for", b"127.0.0.1")], False),
        ([(b"Forwarded", b"for=127.0.0.1")], False),
        ([(b"x-voicesite-forwarded", b"0")], False),
    ],
)
def test_a_media_process_is_told_of_the_proxy(
    headers: list[tuple[bytes, bytes]], let_in: bool, settings: Any
) -> None:
    settings.VOICE = {**settings.VOICE, "ROLE": "web"}
    relayed = passed_on({"headers": headers, "client": ["127.0.0.1", 4711]})
    settings.VOICE = {**settings.VOICE, "ROLE": "media"}
    names = {name.decode().replace("-", "_"): value.decode() for name, value in relayed}
    assert (entrance.guest_of(claims(peer="", **names)) is not None) is let_in


@pytest.mark.parametrize(
    ("peer", "counts_as"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8::1", "2001:db8::/64"),
        ("", ""),
    ],
)
def test_whoever_has_many_addresses_counts_as_one(alice: User, peer: str, counts_as: str) -> None:
    _, secret = access.issue_token(alice, "test")
    found = entrance.principal_of(claims(peer, authorization=f"Bearer {secret}"), use_up=False)
    assert found.address == counts_as


def test_a_page_of_another_origin_is_told_of_tickets() -> None:
    with pytest.raises(RefusedError) as refused:
        entrance.principal_of(claims(origin="https://shop.example"), use_up=False)
    assert refused.value.code == "wrong_origin"
    assert "needs a ticket (docs/embedding.md)" in refused.value.message
    longest = 123  # bytes of a close reason (RFC 6455, 5.5)
    assert len(refused.value.message.encode()) <= longest
