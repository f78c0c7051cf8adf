"""Guessing passwords is slow, locks nobody else out, and holds no live call up."""

import asyncio
import logging
import os
import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, cast
from urllib.parse import urlencode

import pytest
from asgiref.testing import ApplicationCommunicator
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.contrib.auth.models import User
from django.core.asgi import get_asgi_application
from django.db import connection
from django.test import Client
from django.utils import timezone

from sessions_app import tasks
from sessions_app.models import SignInFailure
from sessions_app.services import passwords, sign_ins
from sessions_app.views import signing_in
from tests.conftest import PASSWORD
from tests.fixtures.server import wait_until
from tests.static_files import static_files

__all__ = ["static_files"]

DOORS = ["/login/", "/admin/login/"]
HERE, THERE = "192.0.2.7", "198.51.100.9"


class Clock:
    """The time that the limits see."""

    def __init__(self) -> None:
        self.now = timezone.now()

    def wait(self, **by: float) -> None:
        self.now += timedelta(**by)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(timezone, "now", lambda: clock.now)
    return clock


def try_in(
    name: str,
    password: str = "wrong",
    *,
    door: str = "/login/",
    address: str = HERE,
    client: Client | None = None,
    forwarded: str = "",
) -> Any:
    form = {"username": name, "password": password}
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    return (client or Client()).post(door, form, REMOTE_ADDR=address, headers=headers)


def fail(name: str, times: int, **how: Any) -> None:
    for _ in range(times):
        assert try_in(name, **how).status_code == 200


@pytest.mark.parametrize("door", DOORS)
def test_after_five_failures_no_password_is_tried(staff: User, clock: Clock, door: str) -> None:
    fail("staff", 5, door=door)
    refused = try_in("staff", PASSWORD, door=door)
    assert refused.status_code == 429
    assert refused["Retry-After"] == "901"
    assert refused["Cache-Control"] == "private, no-store"
    page = refused.content.decode()
    assert "Too many wrong passwords" in page
    assert "Try again in 16 minutes." in page
    clock.wait(minutes=10)
    assert "Try again in 6 minutes." in try_in("staff", door=door).content.decode()
    clock.wait(minutes=5, seconds=1)
    assert try_in("staff", PASSWORD, door=door).status_code == 302


def test_both_ways_in_count_together(staff: User, clock: Clock) -> None:
    fail("staff", 3, door="/login/")
    fail("staff", 2, door="/admin/login/")
    assert all(try_in("staff", door=door).status_code == 429 for door in DOORS)


def test_nobody_else_is_locked_out(alice: User, bob: User, clock: Clock) -> None:
    fail("alice", 5)
    assert try_in("alice", PASSWORD).status_code == 429
    assert try_in("alice", PASSWORD, address=THERE).status_code == 302
    assert try_in("bob", PASSWORD).status_code == 302


def test_an_address_that_guesses_at_many_accounts_is_refused(bob: User, clock: Clock) -> None:
    for number in range(10):
        fail(f"user{number}", 3)
    assert try_in("bob", PASSWORD).status_code == 429
    assert try_in("bob", PASSWORD, address=THERE).status_code == 302
    clock.wait(minutes=16)
    assert try_in("bob", PASSWORD).status_code == 302


def test_signing_in_in_between_does_not_clear_the_address(bob: User, clock: Clock) -> None:
    for number in range(10):
        fail(f"user{number}", 3 if number else 2)
        if number < 9:
            assert try_in("bob", PASSWORD).status_code == 302
    fail("anybody", 1)
    assert try_in("bob", PASSWORD).status_code == 429


def test_a_typing_error_is_forgotten_with_the_right_password(alice: User, clock: Clock) -> None:
    for _ in range(5):
        fail("alice", 4)
        assert try_in("alice", PASSWORD).status_code == 302


def from_many_addresses(name: str, failures: int) -> None:
    for number in range(failures):
        fail(name, 1, address=f"203.0.113.{number}")


def test_an_account_under_attack_from_everywhere_stays_open_for_who_is_known(
    alice: User, clock: Clock
) -> None:
    home = Client()
    assert try_in("alice", PASSWORD, client=home).status_code == 302
    cookie = home.cookies[signing_in.COOKIE]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
    assert not cookie["secure"]
    from_many_addresses("alice", sign_ins.BY_ACCOUNT.failures)
    assert try_in("alice", PASSWORD, address=THERE).status_code == 429
    home.post("/logout/")
    assert try_in("alice", PASSWORD, client=home).status_code == 302
    clock.wait(hours=1, seconds=1)
    assert try_in("alice", PASSWORD, address=THERE).status_code == 302


def test_who_is_known_is_not_kept_out_by_others_of_the_same_address(
    alice: User, clock: Clock
) -> None:
    """As where everybody comes through one proxy that is not said to be one."""
    home = Client()
    try_in("alice", PASSWORD, client=home)
    home.post("/logout/")
    fail("alice", 5)
    for number in range(5):
        fail(f"user{number}", 5)
    assert try_in("bob", PASSWORD).status_code == 429
    assert try_in("alice", PASSWORD, client=home).status_code == 302


def test_a_known_browser_may_not_guess_for_ever(alice: User, clock: Clock) -> None:
    home = Client()
    try_in("alice", PASSWORD, client=home)
    home.post("/logout/")
    fail("alice", 10, client=home)
    assert try_in("alice", PASSWORD, client=home).status_code == 429
    assert try_in("alice", PASSWORD).status_code == 302


def test_ones_own_cookie_is_no_way_to_others(alice: User, bob: User, clock: Clock) -> None:
    mine = Client()
    try_in("bob", PASSWORD, client=mine)
    mine.post("/logout/")
    fail("alice", 5, client=mine)
    assert try_in("alice", PASSWORD, client=mine).status_code == 429


@pytest.mark.parametrize("cookie", ["", "x", "WzEsIngiXQ:1:x", "\N{SNOWMAN}", "a" * 5000])
def test_an_invented_cookie_is_none(alice: User, cookie: str) -> None:
    assert not sign_ins.attempt("alice", HERE, cookie).device


def test_a_cookie_is_a_year_at_most_and_of_one_secret(
    alice: User, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    cookie = sign_ins.device_cookie(alice)
    device = sign_ins.attempt("alice", HERE, cookie).device
    assert device
    again = sign_ins.device_cookie(alice, cookie)
    assert sign_ins.attempt("alice", HERE, again).device == device
    with monkeypatch.context() as patch:
        patch.setattr(sign_ins, "DEVICE_LIFE", timedelta(seconds=-1))
        assert not sign_ins.attempt("alice", HERE, cookie).device
    settings.SECRET_KEY = "another"
    assert not sign_ins.attempt("alice", HERE, cookie).device


def test_other_ways_to_write_a_name_are_no_other_account(alice: User, clock: Clock) -> None:
    for name in ("alice", " alice", "alice ", "\uff41lice", "alic\uff45"):
        fail(name, 1)
    assert try_in("alice", PASSWORD).status_code == 429


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:192.0.2.7", "192.0.2.7", True),
        ("192.0.2.7", "192.0.2.8", False),
        ("", "", True),
    ],
)
def test_a_network_of_ipv6_is_one_address(db: None, one: str, other: str, same: bool) -> None:
    keys = [{key for key, _ in sign_ins.attempt("a", at).limits()} for at in (one, other)]
    assert (keys[0] == keys[1]) is same


def test_behind_proxies_the_clients_address_counts(
    alice: User, clock: Clock, settings: Any
) -> None:
    settings.VOICE = {**settings.VOICE, "TRUSTED_PROXIES": 1}
    for _ in range(5):
        try_in("alice", forwarded=f"10.0.0.1, {HERE}")
    assert try_in("alice", forwarded=HERE).status_code == 429
    assert try_in("alice", PASSWORD, forwarded=f"{THERE}, {HERE}").status_code == 429
    assert try_in("alice", PASSWORD, forwarded=THERE).status_code == 302


def test_no_name_and_no_address_is_kept_or_logged(
    alice: User, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for name in ("alice", "somebody"):
        for _ in range(6):
            try_in(name, "a password")
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM sessions_app_signinfailure")
        rows = str(cursor.fetchall())
    logged = "\n".join(
        record.getMessage() for record in caplog.records if record.name != "django.db.backends"
    )
    for text in (rows, logged):
        for private in ("alice", "somebody", HERE, "a password"):
            assert private not in text


def test_what_no_limit_needs_is_deleted(alice: User, clock: Clock) -> None:
    fail("alice", 2)
    clock.wait(minutes=31)
    fail("alice", 1)
    assert SignInFailure.objects.count() == 9
    clock.wait(minutes=30)
    tasks.delete_expired_audio()
    assert SignInFailure.objects.count() == 3


def test_unknown_accounts_are_treated_alike(alice: User, clock: Clock) -> None:
    known, unknown = ([try_in(name).status_code for _ in range(6)] for name in ("alice", "nobody"))
    assert known == unknown == [200] * 5 + [429]


# -- many at once ---------------------------------------------------------------------


async def post(name: str, password: str, address: str) -> tuple[int, dict[str, str], str]:
    """Returns what the application answers over ASGI, where each request has a thread."""
    token = "t" * 32
    form = {"username": name, "password": password, "csrfmiddlewaretoken": token}
    headers = {
        "host": "localhost",
        "cookie": f"csrftoken={token}",
        "content-type": "application/x-www-form-urlencoded",
    }
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/login/",
        "client": [address, 1],
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }
    sent: Any = cast("Any", ApplicationCommunicator)(get_asgi_application(), scope)
    await sent.send_input({"type": "http.request", "body": urlencode(form).encode()})
    start = await sent.receive_output(60)
    body = await sent.receive_output(60)
    await sent.wait(60)  # else its thread's connection to the database is left open
    told = {name.decode().lower(): value.decode() for name, value in start["headers"]}
    return start["status"], told, body["body"].decode()


class Held:
    """A hash that waits to be let go; counts how many are made at once."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.began = 0
        self.at_once = self.most_at_once = 0
        self.nice: set[int] = set()

    def __call__(self, *_: Any) -> str:
        self.began += 1
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        self.nice.add(os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))
        assert self.go.wait(30)
        self.at_once -= 1
        return "pbkdf2_sha256$1$salt$hash"


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Iterator[Held]:
    held = Held()
    monkeypatch.setattr(PBKDF2PasswordHasher, "encode", lambda self, *given: held(*given))
    yield held
    held.go.set()


@pytest.mark.django_db(transaction=True)
async def test_a_burst_is_checked_in_turn_and_what_is_too_much_is_told(
    held: Held, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fifty at once over ASGI: one is checked, some wait, the others are told; the loop is free."""
    monkeypatch.setattr(signing_in, "_queue", passwords.Queue())
    answers: list[tuple[int, dict[str, str], str]] = []

    async def one(number: int) -> None:
        answers.append(await post(f"user{number}", "wrong", f"192.0.2.{number % 5}"))

    tasks_ = [asyncio.create_task(one(number)) for number in range(50)]
    async with asyncio.timeout(30):
        while len(answers) < 50 - passwords.MOST_WAITING:  # noqa: ASYNC110 - threads tell nobody
            await asyncio.sleep(0.01)
    assert {status for status, _, _ in answers} == {429}
    _, headers, page = answers[0]
    assert headers["retry-after"] == str(passwords.RETRY_S)
    assert "The server is busy checking passwords" in page
    assert held.began == 1
    held.go.set()
    await asyncio.gather(*tasks_)
    assert sorted(status for status, _, _ in answers) == [200] * 24 + [429] * 26
    assert (held.began, held.most_at_once) == (24, 1)


@pytest.mark.django_db(transaction=True)
async def test_a_burst_of_guesses_at_one_account_gets_no_more_than_others(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All come in before one has failed; still only five passwords are tried."""
    tried = []
    check = PBKDF2PasswordHasher.encode

    def counted(self: Any, *given: Any) -> str:
        tried.append(given[0])
        return check(self, *given)

    monkeypatch.setattr(PBKDF2PasswordHasher, "encode", counted)

    async def one(number: int) -> int:
        return (await post("alice", f"guess {number}", HERE))[0]

    statuses = await asyncio.gather(*(one(number) for number in range(8)))
    assert sorted(statuses) == [200] * 5 + [429] * 3
    assert len(tried) == 5


def test_one_address_cannot_fill_the_queue() -> None:
    queue = passwords.Queue(most=4, most_of_one=2)
    with queue.turn("held"):
        inside = [threading.Thread(target=lambda: queue.turn("a").__enter__()) for _ in range(1)]
        for thread in inside:
            thread.daemon = True
            thread.start()
        wait_until(lambda: queue._places["a"] == 1, 30, "a place")
        other = threading.Thread(target=lambda: queue.turn("a").__enter__(), daemon=True)
        other.start()
        wait_until(lambda: queue._places["a"] == 2, 30, "another")
        with pytest.raises(passwords.PasswordsBusyError):
            queue.turn("a").__enter__()
        third = threading.Thread(target=lambda: queue.turn("b").__enter__(), daemon=True)
        third.start()
        wait_until(lambda: queue._places.total() == 4, 30, "the last place")
        with pytest.raises(passwords.PasswordsBusyError):
            queue.turn("c").__enter__()


def test_every_hash_is_made_by_the_thread_that_steps_back(alice: User, held: Held) -> None:
    held.go.set()
    alice.set_password("another")
    alice.check_password("another")
    assert held.began >= 2
    assert held.nice == {min(19, os.getpriority(os.PRIO_PROCESS, 0) + passwords.NICE)}


def test_a_hash_of_before_still_holds(alice: User) -> None:
    before = PBKDF2PasswordHasher().encode("a password of before", "salt", 1)
    User.objects.filter(pk=alice.pk).update(password=before)
    assert User.objects.get(pk=alice.pk).check_password("a password of before")
    assert not User.objects.get(pk=alice.pk).check_password("another")
