"""Staff and live calls: who may watch them, what they may do there, and what they did."""

from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext

from sessions_app.engine.core.desk import (
    DeskCommand,
    GiveBack,
    Listen,
    StaffAction,
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

DELETED = "a deleted user"
"""What files and REST have instead of the username of a typist who was deleted."""

STAFF = "staff"
"""What watchers of a live call read instead of a typist's name while the database is away."""

LOOKED = "live"
"""The access log's detail of a visit to a live call."""

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
"""The permission that each command needs, in addition to the one to view calls."""

LOGGED = {
    StaffAction.WHISPER: (AccessLog.Action.WHISPERED, ""),
    StaffAction.LISTEN: (AccessLog.Action.LISTENED, "live, began"),
    StaffAction.STOP_LISTENING: (AccessLog.Action.LISTENED, "live, ended"),
    StaffAction.TAKE_OVER: (AccessLog.Action.TOOK_OVER, ""),
    StaffAction.GIVE_BACK: (AccessLog.Action.GAVE_BACK, ""),
}
"""The access log's action and detail for each action of staff."""


def may_watch(user: Any) -> bool:
    """Returns whether `user` is staff who may watch every live call."""
    return access.sees_all(user)


def may_end(user: Any) -> bool:
    """Returns whether `user` is staff who may end live calls."""
    return may(user, END)


def live_calls() -> QuerySet[Call]:
    """Returns all live calls, the newest first."""
    found = Call.objects.filter(state__in=sorted(state.value for state in LIVE))
    return found.select_related("agent", "owner").order_by("-created_at", "-pk")


def log_visit(call: Call, user: Any) -> None:
    """Logs that `user` reads the call's words while it is live; once per visit."""
    visit_log.note_visit(call, user, AccessLog.Action.READ, LOOKED)


def watched_by(principal: Principal, call_id: str) -> tuple[Call, StaffMember]:
    """Returns the call and the member of staff who wants to watch it.

    Raises UnknownCallError (not retryable) if there is no such call or the principal may not watch
    it.
    """
    user = None if principal.for_one_call else authentication.user_of(principal)
    if user is None or not may_watch(user):
        raise UnknownCallError(gettext("There is no such call, or you may not watch it."))
    return access.call_for(user, call_id), StaffMember(user.pk, user.get_username())


def may(user: Any, permission: str) -> bool:
    """Returns whether `user` is staff who see every call, and has one of `NEEDED`."""
    return may_watch(user) and bool(user.has_perm(permission))


def check(user_pk: int, permission: str) -> None:
    """Raises NotAllowedError (not retryable) for a user who does not have `permission` now."""
    user = User.objects.filter(pk=user_pk).first()
    if user is None or not may(user, permission):
        raise NotAllowedError(
            gettext("You have no permission for that. Staff give it in the admin.")
        )


def note(call_pk: int, acted: StaffActed) -> None:
    """Stores what a member of staff did in the call with that key, and logs it."""
    call = Call.objects.filter(pk=call_pk).first()
    if call is None:
        return
    user = User.objects.filter(pk=acted.by.key).first()
    with transaction.atomic():
        StaffAct.objects.create(
            call=call,
            user=user,
            deed=acted.action.value,
            text=one_line(acted.text),
            at_ms=max(0, round(acted.at_ms)),
        )
        if user is not None:
            access.log(call, user, *LOGGED[acted.action])


def acts_of(call: Call) -> QuerySet[StaffAct]:
    """Returns what staff did in a call, in order."""
    return StaffAct.objects.filter(call=call).select_related("user")


def may_see_typists(user: Any, call: Call) -> bool:
    """Returns whether `user` is told which lines of the agent staff typed, and who.

    That is staff who see every call, and the owner where VOICE["REVIEW_FOR_OWNER"] names `typed`.
    """
    return access.sees_all(user) or review_rights.owner_sees("typed", user, call)


def typist(segment: Segment) -> str:
    """Returns the username of whoever typed what the agent says there; empty for its own words.

    It is DELETED where that user was deleted: no username has a blank.
    """
    if segment.said_by is None:
        return DELETED if segment.typed_by_staff else ""
    return segment.said_by.get_username()


def typist_name(segment: Segment) -> str:
    """Returns the full name of whoever that is, where they gave one, as pages show it."""
    typed = segment.typed_by_staff or segment.said_by is not None
    return _name(segment.said_by) if typed else ""


def name_of(user_pk: int) -> str:
    """Returns the name of the typist with that key, as `typist_name` does."""
    return _name(User.objects.filter(pk=user_pk).first())


def _name(user: User | None) -> str:
    return gettext("a deleted user") if user is None else user.get_full_name() or user.username
