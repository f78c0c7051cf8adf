"""Who looked at what: one line in the access log a visit, not one a request."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from sessions_app.models import AccessLog, Call
from sessions_app.services import access

VISIT = timedelta(minutes=10)
"""A player asks for many pieces of a file, and an open page fills itself in: both are one visit."""


def note_visit(call: Call, user: Any, action: AccessLog.Action, where: str) -> None:
    """Writes to the access log, unless the same was written within `VISIT`."""
    lately = AccessLog.objects.filter(
        call=call, user_id=user.pk, action=action, detail=where, at__gt=timezone.now() - VISIT
    )
    if not lately.exists():
        access.log(call, user, action, where)
