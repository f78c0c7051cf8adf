"""Staff and live calls: who may look on, and that they did."""

from typing import Any

from django.db.models import QuerySet

from sessions_app.engine.core.errors import UnknownCallError
from sessions_app.engine.core.states import LIVE
from sessions_app.models import AccessLog, Call
from sessions_app.services import access, authentication, visit_log
from sessions_app.services.authentication import Principal

LOOKED = "live"
"""What the access log says of a look at a live call."""

END = "sessions_app.end_call"


def may_watch(user: Any) -> bool:
    """Returns whether `user` is staff who may look on at every call."""
    return access.sees_all(user)


def may_end(user: Any) -> bool:
    """Returns whether `user` is staff who may end live calls."""
    return access.sees_all(user) and bool(user.has_perm(END))


def live_calls() -> QuerySet[Call]:
    """Returns all live calls, the newest first."""
    found = Call.objects.filter(state__in=sorted(state.value for state in LIVE))
    return found.select_related("agent", "owner").order_by("-created_at", "-pk")


def look(call: Call, user: Any) -> None:
    """Notes that `user` follows the call's words while they are spoken; once a visit."""
    visit_log.note_visit(call, user, AccessLog.Action.READ, LOOKED)


def watched_by(principal: Principal, call_id: str) -> Call:
    """Returns a call that the principal looks on at.

    Raises UnknownCallError where it is not there, or they are no staff who may.
    """
    user = None if principal.for_one_call else authentication.user_of(principal)
    if user is None or not may_watch(user):
        raise UnknownCallError("There is no such call, or you may not look on.")
    return access.call_for(user, call_id)
