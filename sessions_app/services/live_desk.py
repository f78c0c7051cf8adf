"""Staff and live calls: who may look on and do what, and what they did."""

from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet

from sessions_app.engine.core.desk import (
    DeskCommand,
    GiveBack,
    Listen,
    StaffDeed,
    StaffMember,
    StaffSays,
    TakeOver,
    Whisper,
)
from sessions_app.engine.core.errors import NotAllowedError, UnknownCallError
from sessions_app.engine.core.events import StaffActed
from sessions_app.engine.core.states import LIVE
from sessions_app.engine.text.cleaning import one_line
from sessions_app.models import AccessLog, Call, Segment, StaffAct
from sessions_app.services import access, authentication, review_rights, visit_log
from sessions_app.services.authentication import Principal

LOOKED = "live"
"""What the access log says of a look at a live call."""

END = "sessions_app.end_call"
WHISPER = "sessions_app.whisper_calls"
LISTEN = "sessions_app.listen_live"
TAKE_OVER = "sessions_app.take_over_calls"

NEEDED: dict[type[DeskCommand], str] = {
    Whisper: WHISPER,
    Listen: LISTEN,
    TakeOver: TAKE_OVER,
    StaffSays: TAKE_OVER,
    GiveBack: TAKE_OVER,
}
"""The permission that each command needs, beside that to view calls."""

LOGGED = {
    StaffDeed.WHISPER: (AccessLog.Action.WHISPERED, ""),
    StaffDeed.LISTEN: (AccessLog.Action.LISTENED, "live, began"),
    StaffDeed.STOP_LISTENING: (AccessLog.Action.LISTENED, "live, ended"),
    StaffDeed.TAKE_OVER: (AccessLog.Action.TOOK_OVER, ""),
    StaffDeed.GIVE_BACK: (AccessLog.Action.GAVE_BACK, ""),
}
"""What the access log says of each deed."""


def may_watch(user: Any) -> bool:
    """Returns whether `user` is staff who may look on at every call."""
    return access.sees_all(user)


def may_end(user: Any) -> bool:
    """Returns whether `user` is staff who may end live calls."""
    return may(user, END)


def live_calls() -> QuerySet[Call]:
    """Returns all live calls, the newest first."""
    found = Call.objects.filter(state__in=sorted(state.value for state in LIVE))
    return found.select_related("agent", "owner").order_by("-created_at", "-pk")


def look(call: Call, user: Any) -> None:
    """Notes that `user` follows the call's words while they are spoken; once a visit."""
    visit_log.note_visit(call, user, AccessLog.Action.READ, LOOKED)


def watched_by(principal: Principal, call_id: str) -> tuple[Call, StaffMember]:
    """Returns a call that the principal looks on at, and who that is.

    Raises UnknownCallError where it is not there, or they are no staff who may.
    """
    user = None if principal.for_one_call else authentication.user_of(principal)
    if user is None or not may_watch(user):
        raise UnknownCallError("There is no such call, or you may not look on.")
    return access.call_for(user, call_id), StaffMember(user.pk, user.get_username())


def may(user: Any, permission: str) -> bool:
    """Returns whether `user` is staff who see every call, and has one of `NEEDED`."""
    return may_watch(user) and bool(user.has_perm(permission))


def check(user_pk: int, permission: str) -> None:
    """Raises NotAllowedError (not retryable) for a user who may not do that, or not any more."""
    user = User.objects.filter(pk=user_pk).first()
    if user is None or not may(user, permission):
        raise NotAllowedError("You have no permission for that. Staff give it in the admin.")


def note(call_pk: int, acted: StaffActed) -> None:
    """Keeps what one of the staff did in a call (by key), and logs it."""
    call = Call.objects.filter(pk=call_pk).first()
    if call is None:
        return
    user = User.objects.filter(pk=acted.by.key).first()
    with transaction.atomic():
        StaffAct.objects.create(
            call=call,
            user=user,
            deed=acted.deed.value,
            text=one_line(acted.text),
            at_ms=max(0, round(acted.at_ms)),
        )
        if user is not None:
            access.log(call, user, *LOGGED[acted.deed])


def acts_of(call: Call) -> QuerySet[StaffAct]:
    """Returns what staff did in a call, in order."""
    return StaffAct.objects.filter(call=call).select_related("user")


def may_see_typists(user: Any, call: Call) -> bool:
    """Returns whether `user` is told which lines of the agent staff typed, and who.

    That is staff who see every call, and the owner where VOICE["REVIEW_FOR_OWNER"] names `typed`.
    """
    return access.sees_all(user) or review_rights.owner_sees("typed", user, call)


def typist(segment: Segment) -> str:
    """Returns the username of whoever typed what the agent says there; empty for its own words."""
    return "" if segment.said_by is None else segment.said_by.get_username()


def typist_name(segment: Segment) -> str:
    """Returns the full name of whoever that is, where they gave one, else the username."""
    user = segment.said_by
    return "" if user is None else user.get_full_name() or user.get_username()
