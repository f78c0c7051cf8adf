"""Links that set a password once: made for invitations and for who forgot theirs, used, revoked."""

import base64
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import get_language

from sessions_app.engine.core.addresses import network_of
from sessions_app.models import LinkPurpose, PasswordLink
from sessions_app.models.work import WorkState
from sessions_app.services import mail, sign_ins
from sessions_app.services.access import digest_of
from sessions_app.services.queueing import SEND_PASSWORD_LINK, queue
from sessions_app.services.sign_ins import Limit, SignInRefusedError

RESET_LIFE = timedelta(hours=1)
"""How long a link works that somebody asked for by mail; longer leaves mailboxes worth more."""

KEPT = timedelta(days=30)
"""How long rows are kept after their link's time, so that staff can see what became of it."""

BY_ACCOUNT = Limit(3, timedelta(hours=1))
"""Mails that one account is sent, whoever asks; more fills the mailbox of who is annoyed so."""

BY_ADDRESS = Limit(20, timedelta(hours=1))
"""Requests of one address; fewer refuse an office, more let one address annoy more accounts."""

MOST_ACCOUNTS = 3
"""Accounts with the same mail address that one request sends a link of."""

SALT_BYTES = 18
"""Random bytes of what makes a secret together with SECRET_KEY: nobody can guess them."""

_SALT = "voicesite.password-link"


@dataclass(frozen=True, slots=True)
class _Counted:
    """One key with its limit."""

    key: str
    limit: Limit

    def limits(self) -> Iterator[tuple[str, Limit]]:
        yield self.key, self.limit


def make(
    user: User | None,
    purpose: LinkPurpose,
    expires_at: datetime,
    *,
    made_by: Any = None,
    by_mail: bool = False,
) -> tuple[PasswordLink, str]:
    """Returns a new link and its secret; with `by_mail` a worker sends it to the user's address.

    The mail is in the language of the current request. An invitation ends the user's older links;
    a link that anybody can ask for does not, or a stranger could keep the user from using theirs.
    """
    salt = secrets.token_urlsafe(SALT_BYTES)
    secret = _secret(salt)
    with transaction.atomic():
        if user is not None and purpose is LinkPurpose.INVITATION:
            revoke_all(user)
        link = PasswordLink.objects.create(
            user=user,
            purpose=purpose,
            made_by=made_by,
            salt=salt,
            digest=digest_of(secret),
            mark=_mark(user),
            language=get_language() or settings.LANGUAGE_CODE,
            by_mail=by_mail,
            state=WorkState.PENDING if by_mail else WorkState.DONE,
            expires_at=expires_at,
        )
        if by_mail:
            queue(SEND_PASSWORD_LINK, link.pk)
    return link, secret


def ask(given: str, address: str) -> None:
    """Has a link sent to whoever has the user name or mail address `given`, if anybody.

    Does the same for names that nobody has, so that neither the answer nor its time tells which
    there are. Only the account's own address is written to. Raises SignInRefusedError (retryable)
    where `address` asks too often; what is asked for one account too often is dropped silently.
    """
    now = timezone.now()
    here = _Counted(sign_ins.key_of("reset from", network_of(address) or address), BY_ADDRESS)
    sign_ins.check(here, now)
    sign_ins.failed(here, now)
    found = _users(given) or [None]
    for user in found:
        name = given.casefold() if user is None else f"user {user.pk}"
        if not _too_often(name, now):
            make(user, LinkPurpose.RESET, now + RESET_LIFE, by_mail=True)


def find(secret: str) -> PasswordLink | None:
    """Returns the link with that secret, with its user; None for one that does not work.

    The reason is not given: it may be used, revoked or too old, or the user may have got another
    password or mail address since, or be deactivated.
    """
    now = timezone.now()
    link = (
        PasswordLink.objects.select_related("user")
        .filter(PasswordLink.open_at(now), digest=digest_of(secret), user__is_active=True)
        .first()
    )
    return link if link is not None and constant_time_compare(link.mark, _mark(link.user)) else None


def use(link: PasswordLink, password: str) -> bool:
    """Sets the password of the link's user, which ends their sessions and their other links.

    Returns False, and changes nothing, where the link was used or revoked meanwhile. Raises
    PasswordsBusyError (retryable). The caller has checked that the password will do.
    """
    hashed = make_password(password)  # takes long: before the database is locked
    now = timezone.now()
    with transaction.atomic():
        still = PasswordLink.objects.filter(PasswordLink.open_at(now), pk=link.pk)
        if not still.update(used_at=now):
            return False
        User.objects.filter(pk=link.user.pk).update(password=hashed)
        revoke_all(link.user)
    return True


def revoke(link: PasswordLink) -> bool:
    """Ends a link; False where it was used, revoked or too old before."""
    now = timezone.now()
    still = PasswordLink.objects.filter(PasswordLink.open_at(now), pk=link.pk)
    return bool(still.update(revoked_at=now))


def revoke_all(user: User) -> None:
    """Ends all links of a user that still work."""
    now = timezone.now()
    PasswordLink.objects.filter(PasswordLink.open_at(now), user=user).update(revoked_at=now)


def secret_of(link: PasswordLink) -> str:
    """Returns a link's secret, for the worker that sends it; empty once SECRET_KEY is another."""
    secret = _secret(link.salt)
    return secret if constant_time_compare(digest_of(secret), link.digest) else ""


def forget_old(now: datetime) -> int:
    """Deletes links whose time is long over, and those of accounts that there were not."""
    gone = PasswordLink.objects.filter(expires_at__lt=now - KEPT).delete()[0]
    return gone + PasswordLink.objects.filter(user=None, expires_at__lt=now).delete()[0]


def _users(given: str) -> list[User | None]:
    """Returns the active users who have a password, by name or by address, to whom mail can go."""
    if not given:
        return []
    usable = User.objects.filter(is_active=True).exclude(email="").order_by("pk")
    found = usable.filter(username=given) or usable.filter(email__iexact=given)[:MOST_ACCOUNTS]
    return [user for user in found if user.has_usable_password()]


def _too_often(name: str, now: datetime) -> bool:
    """Counts a mail, then says whether it is one too many: at once, a burst gets no more."""
    limit = Limit(BY_ACCOUNT.failures + 1, BY_ACCOUNT.within)
    mails = _Counted(sign_ins.key_of("reset of", name), limit)
    sign_ins.failed(mails, now)
    try:
        sign_ins.check(mails, now)
    except SignInRefusedError:
        return True
    return False


def _secret(salt: str) -> str:
    made = salted_hmac(_SALT, salt, algorithm="sha256").digest()
    return base64.urlsafe_b64encode(made).decode().rstrip("=")


def _mark(user: User | None) -> str:
    if user is None:
        return ""
    return salted_hmac(_SALT, f"{user.password}\0{user.email}", algorithm="sha256").hexdigest()


def may_be_sent(user: User | None) -> bool:
    """Returns whether a link could go to the user by mail."""
    return mail.is_set() and user is not None and bool(user.email)
