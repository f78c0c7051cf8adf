"""What owners see of the staff's work on their calls, by the settings; staff have permissions."""

from typing import Any

from django.conf import settings

from sessions_app.models import Call
from sessions_app.services import access

PARTS = ("comments", "reviewed", "scorecards", "typed")
"""What VOICE["REVIEW_FOR_OWNER"] may name."""


def owners_see(part: str) -> bool:
    """Returns whether owners are shown that part of staff's work on their calls."""
    return part in settings.VOICE["REVIEW_FOR_OWNER"]


def owner_sees(part: str, user: Any, call: Call) -> bool:
    """Returns whether `user` is the call's owner, and owners are shown that part."""
    return call.owner_id == user.pk and owners_see(part)


def staff_may(user: Any, *permissions: str) -> bool:
    """Returns whether `user` is staff who see every call, and has one of the permissions."""
    return access.sees_all(user) and any(user.has_perm(name) for name in permissions)
