"""Invitations: staff make an account, and a link by which its user chooses the password."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import Group, User
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext

from sessions_app.engine.core.errors import VoiceError
from sessions_app.models import LinkPurpose, PasswordLink
from sessions_app.services import password_links

INVITE = "sessions_app.add_passwordlink"
REVOKE = "sessions_app.change_passwordlink"

MOST_DAYS = 30
"""The longest time, in days, that an invitation works; longer leaves forgotten ones open."""


class NameTakenError(VoiceError):
    """There is a user of that name already (not retryable)."""


class NotYoursToInviteError(VoiceError):
    """The user has, or would have, rights that whoever invites has not (not retryable)."""


@dataclass(frozen=True, slots=True)
class Wish:
    """Who is invited, with which groups, and for how many days the link works."""

    username: str
    email: str
    groups: tuple[Group, ...]
    days: int
    by_mail: bool


def may_invite(user: Any) -> bool:
    """Returns whether `user` is staff who may make accounts for others."""
    return bool(user.is_active and user.is_staff and user.has_perm(INVITE))


def groups_for(user: Any) -> QuerySet[Group]:
    """Returns the groups that `user` may put somebody into: those with no right they lack."""
    if user.is_superuser:
        return Group.objects.order_by("name")
    own = user.get_all_permissions()
    rights = Group.permissions.through.objects.values_list(
        "group_id", "permission__content_type__app_label", "permission__codename"
    )
    stronger = {group for group, app, name in rights if f"{app}.{name}" not in own}
    return Group.objects.exclude(pk__in=stronger).order_by("name")


def invite(by: Any, wish: Wish) -> tuple[PasswordLink, str]:
    """Makes an account without a password; returns the link that sets one, and its secret.

    Whoever is in a group is staff. Raises NameTakenError and NotYoursToInviteError. The caller has
    asked `may_invite`.
    """
    allowed = set(groups_for(by).values_list("pk", flat=True))
    if not {group.pk for group in wish.groups} <= allowed:
        raise NotYoursToInviteError(gettext("You can only give rights that you have yourself."))
    with transaction.atomic():
        if User.objects.filter(username__iexact=wish.username).exists():
            raise NameTakenError(gettext("There is a user of that name already."))
        user = User.objects.create_user(wish.username, wish.email, is_staff=bool(wish.groups))
        user.groups.set(wish.groups)
        return _link(by, user, wish.days, by_mail=wish.by_mail)


def renew(by: Any, link: PasswordLink, days: int) -> tuple[PasswordLink, str]:
    """Ends an invitation and returns a new one of the same user; sent by mail as the first was.

    Raises NotYoursToInviteError where the user has or had a password already, is not active, or has
    more rights than `by`.
    """
    user = User.objects.filter(password_links=link, is_active=True).first()
    if user is None or user.has_usable_password() or _has_come(user):
        raise NotYoursToInviteError(
            gettext(
                "This user has a password or accepted an invitation already, or is deactivated."
            )
        )
    stronger = not user.get_all_permissions() <= by.get_all_permissions()
    if not by.is_superuser and (user.is_superuser or stronger):
        raise NotYoursToInviteError(gettext("This user has rights that you do not have."))
    return _link(by, user, days, by_mail=link.by_mail)


def _has_come(user: User) -> bool:
    """Returns whether somebody has used an invitation of the user's: no password is on purpose."""
    used = PasswordLink.objects.filter(user=user, purpose=LinkPurpose.INVITATION)
    return used.exclude(used_at=None).exists()


def _link(by: Any, user: User, days: int, *, by_mail: bool) -> tuple[PasswordLink, str]:
    until = timezone.now() + timedelta(days=min(days, MOST_DAYS))
    sent = by_mail and password_links.may_be_sent(user)
    return password_links.make(user, LinkPurpose.INVITATION, until, made_by=by, by_mail=sent)
