"""How often a sign-in may fail: by device, by account and address, by address, and by account.

A browser in which somebody has signed in before is known by a cookie and has a limit of its own, so
that nobody else's failures lock it out, wherever they come from. From unknown devices the address
that fails is refused; an account is refused to all unknown devices only where guesses at it come
from very many addresses.
"""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from django.contrib.auth.models import User
from django.core import signing
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext

from sessions_app.engine.core.addresses import network_of
from sessions_app.engine.core.errors import VoiceError
from sessions_app.models import SignInFailure

DEVICE_LIFE = timedelta(days=365)
"""How long a browser stays known after a sign-in; then it counts as an unknown device."""

_SALT = "voicesite.device"


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `count` failures within a period.

    Further attempts are refused until the oldest failure is outside it.
    """

    failures: int
    within: timedelta


class Countable(Protocol):
    """Something that may fail, or be asked for, only so often."""

    def limits(self) -> Iterator[tuple[str, Limit]]:
        """Yields the keys under which one time of it counts, each with its limit."""


BY_DEVICE = Limit(10, timedelta(minutes=15))
BY_ACCOUNT_AND_ADDRESS = Limit(5, timedelta(minutes=15))
BY_ADDRESS = Limit(30, timedelta(minutes=15))
BY_ACCOUNT = Limit(100, timedelta(hours=1))
KEPT = max(limit.within for limit in (BY_DEVICE, BY_ACCOUNT_AND_ADDRESS, BY_ADDRESS, BY_ACCOUNT))


class SignInRefusedError(VoiceError):
    """Too many attempts failed; may be tried again after `wait_s`."""

    def __init__(self, wait_s: int) -> None:
        super().__init__(gettext("Too many wrong passwords."), code="sign_in_refused")
        self.wait_s = wait_s


@dataclass(frozen=True, slots=True)
class Attempt:
    """Who wants to sign in as whom: `device` is that of the account's cookie, empty for none."""

    account: str
    address: str
    device: str = ""

    def limits(self) -> Iterator[tuple[str, Limit]]:
        """Yields the keys under which a failure of it counts, each with its limit."""
        if self.device:
            yield key_of("device", self.account, self.device), BY_DEVICE
            return
        yield self.own_key, BY_ACCOUNT_AND_ADDRESS
        yield key_of("address", self.address), BY_ADDRESS
        yield key_of("account", self.account), BY_ACCOUNT

    @property
    def own_key(self) -> str:
        """The key that no other account's failures count under."""
        kind = ("device", self.account, self.device) if self.device else None
        return key_of(*(kind or ("account and address", self.account, self.address)))


def attempt(account: str, address: str, cookie: str = "") -> Attempt:
    """Returns an attempt; `cookie` is what `device_cookie` gave that browser, if anything."""
    return Attempt(account, network_of(address) or address, _device(cookie, account))


def again(account: str) -> Attempt:
    """Returns an attempt of somebody who is signed in: all browsers of an account count together.

    It has no part in the limits of those who are not.
    """
    return Attempt(account, "", "signed in")


def check(tried: Countable, now: datetime) -> None:
    """Raises SignInRefusedError where too many such attempts failed recently."""
    wait = timedelta()
    for key, limit in tried.limits():
        late = SignInFailure.objects.filter(key=key, at__gt=now - limit.within).order_by("-at")
        times = list(late.values_list("at", flat=True)[: limit.failures])
        if len(times) == limit.failures:
            wait = max(wait, times[-1] + limit.within - now)
    if wait:
        raise SignInRefusedError(int(wait.total_seconds()) + 1)


def failed(tried: Countable, now: datetime) -> None:
    """Counts a failure."""
    SignInFailure.objects.bulk_create(SignInFailure(key=key, at=now) for key, _ in tried.limits())


def succeeded(tried: Attempt) -> None:
    """Forgets the failures of this account at this place: a typing error is no attack.

    Those of the address stay: an attacker may sign in to an account of their own in between.
    """
    SignInFailure.objects.filter(key=tried.own_key).delete()


def forget_old(now: datetime) -> int:
    """Deletes failures that are older than every limit's period; returns how many."""
    return SignInFailure.objects.filter(at__lt=now - KEPT).delete()[0]


def device_cookie(user: Any, cookie: str = "") -> str:
    """Returns the cookie value that marks a browser as one where `user` signed in before."""
    device = _device(cookie, user.get_username()) or secrets.token_urlsafe(12)
    return signing.dumps([user.pk, device], salt=_SALT)


def _device(cookie: str, account: str) -> str:
    try:
        user_pk, device = signing.loads(cookie, salt=_SALT, max_age=DEVICE_LIFE)
    except (signing.BadSignature, ValueError, TypeError):
        return ""
    known = User.objects.filter(pk=user_pk, username=account).exists()
    return str(device) if known else ""


def key_of(*parts: str) -> str:
    """Returns what a limit counts under: a keyed digest, from which nothing can be read."""
    return salted_hmac("voicesite.sign-in", "\0".join(parts), algorithm="sha256").hexdigest()
