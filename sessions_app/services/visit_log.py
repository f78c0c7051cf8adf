"""Who looked at what: one line in the access log per visit, not per request."""

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from sessions_app.models import AccessLog, Call
from sessions_app.services import access

VISIT = timedelta(minutes=10)
"""A player asks for many pieces of a file, and an open page fills itself in: both are one visit."""

IMPLIED_BY = {AccessLog.Action.LOADED: AccessLog.Action.LISTENED}
"""A listen implies a load, so the load is not logged separately."""


def note_visit(call: Call, user: Any, action: AccessLog.Action, where: str) -> None:
    """Writes to the access log, unless the same was written within `VISIT`."""
    if _noted(call, user, action, where):
        return
    with transaction.atomic():
        # a player's parallel requests would all look before any of them has written
        Call.objects.select_for_update().filter(pk=call.pk).first()
        if not _noted(call, user, action, where):
            access.log(call, user, action, where)


def is_reading(call: Call, user: Any) -> bool:
    """Returns whether one of our pages has recently noted that the user reads the call."""
    return AccessLog.objects.filter(
        call=call,
        user_id=user.pk,
        action=AccessLog.Action.READ,
        at__gt=timezone.now() - VISIT,
    ).exists()


def _noted(call: Call, user: Any, action: AccessLog.Action, where: str) -> bool:
    enough = [action, IMPLIED_BY.get(action, action)]
    since = timezone.now() - VISIT
    return AccessLog.objects.filter(
        call=call,
        user_id=user.pk,
        link_id=getattr(user, "link_id", None),
        action__in=enough,
        detail=where,
        at__gt=since,
    ).exists()
