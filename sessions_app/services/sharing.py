"""Share links: who may make them, what they lead to, their passwords, and who looked.

A link works while its maker may share the call: it ends with that right, and with the account.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.models import AnonymousUser
from django.core import signing
from django.db import transaction
from django.db.models import Count, Max, Q, QuerySet
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext

from sessions_app.engine.core.errors import UnknownCallError, VoiceError
from sessions_app.engine.core.states import TERMINAL
from sessions_app.models import AccessLog, Call, ShareLink
from sessions_app.services import access, sign_ins
from sessions_app.services.erasure import CallLiveError, LegalHoldError
from sessions_app.services.passwords import Queue
from sessions_app.services.visit_log import note_visit

SHARE = "sessions_app.share_call"

SECRET_BYTES = 32
"""Random bytes of a link's secret: nobody can guess one."""

PREFIX_CHARS = 6
"""Characters of the secret that are kept in the clear, so that people recognise their link."""

MOST_DAYS = 366
"""The longest time, in days, that a link may work. More leaves forgotten links open for longer."""

MOST_OF_A_CALL = 100
"""Links of one call that neither expired nor were revoked."""

OPENED_FOR = timedelta(hours=12)
"""How long a browser that gave the password is not asked again.

More leaves a shared computer open for longer.
"""

WHERE = "by a share link"
_SALT = "voicesite.share"
_queue = Queue()


class TooManyLinksError(VoiceError):
    """The call has as many links as it may have (retryable once one is revoked)."""


@dataclass(frozen=True, slots=True)
class ShareWish:
    """What a link is to show, and until when; `password` is plain, empty for none."""

    expires_at: datetime
    with_audio: bool = False
    with_summary: bool = False
    password: str = ""
    note: str = ""


class LinkVisitor(AnonymousUser):
    """A visitor who opens a call by a link, for the access log: no user of this site."""

    def __init__(self, link: ShareLink) -> None:
        super().__init__()
        self.link_id = link.pk


def may_share(user: Any, call: Call) -> bool:
    """Returns whether `user` may share a call: permitted staff, or its owner if settings allow."""
    if access.sees_all(user) and user.has_perm(SHARE):
        return True
    by_owner: bool = settings.VOICE["SHARE_BY_OWNER"]
    return by_owner and bool(user.is_active) and call.owner_id == user.pk


def why_not(call: Call) -> VoiceError | None:
    """Returns what keeps a call from being shared now, if anything."""
    if call.is_held:
        return LegalHoldError(
            gettext("The call is under legal hold: share it when that is lifted.")
        )
    if call.is_live:
        return CallLiveError(gettext("The call is live. Share it when it has ended."))
    return None


def share(call: Call, user: Any, wish: ShareWish) -> tuple[ShareLink, str]:
    """Returns a new link and its secret, which is shown once and not kept; logs who made it.

    Raises LegalHoldError, CallLiveError and TooManyLinksError, and UnknownCallError where there is
    no such call any more. The caller has asked `may_share`.
    """
    secret = secrets.token_urlsafe(SECRET_BYTES)
    password = make_password(wish.password) if wish.password else ""
    with transaction.atomic():
        row = Call.objects.select_for_update().filter(pk=call.pk).first()
        if row is None:
            raise UnknownCallError(gettext("There is no such call any more."))
        if error := why_not(row):
            raise error
        valid = ShareLink.objects.filter(call=row, revoked_at=None, expires_at__gt=timezone.now())
        if valid.count() >= MOST_OF_A_CALL:
            raise TooManyLinksError(
                gettext(
                    "The call has {most_of_a_call} links already. Revoke one that is not needed."
                ).format(most_of_a_call=MOST_OF_A_CALL)
            )
        link = ShareLink.objects.create(
            call=row,
            created_by=user,
            note=wish.note,
            digest=access.digest_of(secret),
            prefix=secret[:PREFIX_CHARS],
            password=password,
            with_audio=wish.with_audio,
            with_summary=wish.with_summary,
            expires_at=wish.expires_at,
        )
        access.log(row, user, AccessLog.Action.SHARED, str(link))
    return link, secret


def revoke(link: ShareLink, user: Any) -> bool:
    """Revokes a link, and logs who did; False where it was revoked before."""
    with transaction.atomic():
        valid = ShareLink.objects.filter(pk=link.pk, revoked_at=None)
        if not valid.update(revoked_at=timezone.now()):
            return False
        access.log(link.call, user, AccessLog.Action.UNSHARED, str(link))
    return True


def find(secret: str) -> ShareLink | None:
    """Returns the link with that secret, with its call; None for one that does not work.

    The reason is not given: it may have expired or been revoked, its call may be erased or under
    legal hold, or its maker may not share the call any more.
    """
    related = ("created_by", "call__agent", "call__owner", "call__recording", "call__summary")
    link = (
        ShareLink.objects.select_related(*related)
        .filter(
            digest=access.digest_of(secret),
            revoked_at=None,
            expires_at__gt=timezone.now(),
            call__erasing_at=None,
            call__held_at=None,
            call__state__in=[state.value for state in TERMINAL],
        )
        .first()
    )
    if link is None or link.created_by is None:
        return None
    return link if may_share(link.created_by, link.call) else None


def links_of(call: Call) -> QuerySet[ShareLink]:
    """Returns a call's links, newest first, with `looks` (how many) and `last_look_at`."""
    # a count leaves the model's own order out
    return with_looks(ShareLink.objects.filter(call=call)).order_by("-created_at", "-pk")


def with_looks(links: QuerySet[ShareLink]) -> QuerySet[ShareLink]:
    """Adds `looks`, how often the page was opened, and `last_look_at`, of anything it shows."""
    opened = Q(accesslog__action=AccessLog.Action.READ)
    return links.select_related("created_by").annotate(
        looks=Count("accesslog", filter=opened), last_look_at=Max("accesslog__at")
    )


def looks_of(link: ShareLink) -> QuerySet[AccessLog]:
    """Returns who looked by a link, newest first; the access log keeps no addresses."""
    return AccessLog.objects.filter(link=link).order_by("-at", "-pk")


def note_page(link: ShareLink) -> None:
    """Notes that a link's page was opened, each time."""
    access.log(link.call, LinkVisitor(link), AccessLog.Action.READ, WHERE)


def note_part(link: ShareLink) -> None:
    """Notes that more of a link's long page was read; once a visit, with its opening."""
    note_visit(link.call, LinkVisitor(link), AccessLog.Action.READ, WHERE)


def note_listened(link: ShareLink) -> None:
    """Notes that a link's recording was played, once a visit."""
    note_visit(link.call, LinkVisitor(link), AccessLog.Action.LISTENED, WHERE)


def is_password(link: ShareLink, password: str, address: str) -> bool:
    """Returns whether it is the link's password; a wrong one counts against `address`.

    Raises SignInRefusedError after too many, and PasswordsBusyError; both are retryable later.
    """
    tried = sign_ins.attempt(f"link:{link.digest}", address)
    sign_ins.check(tried, timezone.now())  # a refused attempt need not queue
    with _queue.turn(tried.address):
        sign_ins.check(tried, timezone.now())
        right = check_password(password, link.password)
        if right:
            sign_ins.succeeded(tried)
        else:
            sign_ins.failed(tried, timezone.now())
    return right


def opened_cookie(link: ShareLink) -> str:
    """Returns the cookie value for a browser that has given the password."""
    return signing.dumps([link.pk, _mark(link)], salt=_SALT)


def is_open(link: ShareLink, cookie: str) -> bool:
    """Returns whether a browser need not give the password; `cookie` is from `opened_cookie`."""
    if not link.password:
        return True
    try:
        pk, mark = signing.loads(cookie, salt=_SALT, max_age=OPENED_FOR)
    except (signing.BadSignature, ValueError, TypeError):
        return False
    return bool(pk == link.pk and constant_time_compare(mark, _mark(link)))


def _mark(link: ShareLink) -> str:
    return salted_hmac(_SALT, link.password, algorithm="sha256").hexdigest()
