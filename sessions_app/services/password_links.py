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
            mark=_mark(user, purpose),
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
    _count(sign_ins.key_of("reset from", network_of(address) or address), BY_ADDRESS, now)
    found = _users(given) or [None]
    for user in found:
        name = given.casefold() if user is None else f"user {user.pk}"
        # one too many takes as long as any other: it is a link of nobody
        whose = None if _too_often(name, now) else user
        make(whose, LinkPurpose.RESET, now + RESET_LIFE, by_mail=True)


def find(secret: str) -> PasswordLink | None:
    """Returns the link with that secret, with its user; None for one that does not work.

    The reason is not given: it may be used, revoked or too old, or the user may have got another
    password or mail address since, or be deactivated; an invited one, other rights.
    """
    now = timezone.now()
    link = (
        PasswordLink.objects.select_related("user")
        .filter(PasswordLink.open_at(now), digest=digest_of(secret), user__is_active=True)
        .first()
    )
    if link is None or link.user is None:
        return None
    mark = _mark(link.user, LinkPurpose(link.purpose))
    return link if constant_time_compare(link.mark, mark) else None


def use(link: PasswordLink, password: str) -> bool:
    """Sets the password of the link's user, which ends their sessions and their other links.

    Returns False, and changes nothing, where the link was used or revoked since it was found, or
    the user got another password or mail address, or was deactivated. Raises PasswordsBusyError
    (retryable). The caller has checked that the password will do.
    """
    user = link.user
    hashed = make_password(password)  # takes long: before the database is locked
    now = timezone.now()
    with transaction.atomic():
        still = PasswordLink.objects.filter(PasswordLink.open_at(now), pk=link.pk)
        same = User.objects.filter(
            pk=user.pk, password=user.password, email=user.email, is_active=True
        )
        if not same.update(password=hashed):
            return False
        if not still.update(used_at=now):
            transaction.set_rollback(True)
            return False
        revoke_all(user)
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
    """Counts a mail, and returns whether it is one too many."""
    try:
        _count(sign_ins.key_of("reset of", name), BY_ACCOUNT, now)
    except SignInRefusedError:
        return True
    return False


def _count(key: str, limit: Limit, now: datetime) -> None:
    """Counts first and then raises SignInRefusedError for one too many: a burst gets no more."""
    counted = _Counted(key, Limit(limit.failures + 1, limit.within))
    sign_ins.failed(counted, now)
    sign_ins.check(counted, now)


def _secret(salt: str) -> str:
    made = salted_hmac(_SALT, salt, algorithm="sha256").digest()
    return base64.urlsafe_b64encode(made).decode().rstrip("=")


def _mark(user: User | None, purpose: LinkPurpose) -> str:
    """Returns a digest of what must not change until the link is used.

    Whoever invites has seen the link: it must not open an account that got more rights since.
    """
    if user is None:
        return ""
    kept = [user.password, user.email]
    if purpose is LinkPurpose.INVITATION:
        kept += [str(user.is_staff), str(user.is_superuser)]
        kept += map(str, user.groups.order_by("pk").values_list("pk", flat=True))
        kept.append("and")
        kept += map(str, user.user_permissions.order_by("pk").values_list("pk", flat=True))
    return salted_hmac(_SALT, "\0".join(kept), algorithm="sha256").hexdigest()


def may_be_sent(user: User | None) -> bool:
    """Returns whether a link could go to the user by mail."""
    return mail.is_set() and user is not None and bool(user.email)
