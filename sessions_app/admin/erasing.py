"""Deleting a call or a user in the admin erases it, with all that is kept of it."""

from collections.abc import Callable, Iterable
from typing import Any

from django.contrib import messages
from django.contrib.auth.models import User
from django.db.models import Model
from django.http import HttpRequest
from django.utils.translation import gettext

from sessions_app.admin.base import too_many
from sessions_app.engine.core.errors import VoiceError
from sessions_app.models import Call, ErasureCause
from sessions_app.services import erasure

Found = tuple[list[Any], dict[str, int], set[str], list[Any]]
"""What Django's pages show: rows, their number by kind, missing permissions, what forbids it."""


class Erases:
    """Mixin for the admins of calls and users: in the place of Django's cascade.

    The pages that ask first are Django's own, with our words. No action log entry is written: it
    would keep a user's name, and the receipt says who erased what.
    """

    delete_confirmation_template: Any = "admin/sessions_app/erase.html"
    delete_selected_confirmation_template: Any = "admin/sessions_app/erase_selected.html"
    message_user: Callable[..., None]

    def get_deleted_objects(self, objs: Iterable[Any], request: HttpRequest) -> Found:
        """Returns what would be erased, and under `protected` why not."""
        chosen = list(objs)
        if told := too_many(len(chosen)):
            return [], {}, set(), [told]
        protected = [error.message for one in chosen if (error := _why_not(one))]
        return [_description(one) for one in chosen], _counted(chosen), set(), protected

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        self._erase(request, [obj])

    def delete_queryset(self, request: HttpRequest, queryset: Iterable[Any]) -> None:
        self._erase(request, queryset)

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        return []

    def _erase(self, request: HttpRequest, chosen: Iterable[Any]) -> None:
        for one in chosen:
            try:
                _erase(one, request.user)
            except VoiceError as error:  # it began, or was placed under legal hold, just now
                self.message_user(request, error.message, messages.ERROR)


def _erase(one: Model, user: Any) -> None:
    if isinstance(one, Call):
        erasure.erase_call(one, user, ErasureCause.STAFF)
    else:
        erasure.erase_user(one, user, ErasureCause.STAFF)


def _why_not(one: Model) -> VoiceError | None:
    return erasure.why_not(one) if isinstance(one, Call) else erasure.why_not_user(one)


def _description(one: Any) -> str:
    if isinstance(one, Call):
        return gettext("Call {public_id} of {username}, {created_at}").format(
            public_id=one.public_id,
            username=one.owner.get_username(),
            created_at=f"{one.created_at:%Y-%m-%d}",
        )
    return gettext("User {username}, with {count} calls").format(
        username=one.get_username(), count=Call.objects.filter(owner=one).count()
    )


def _counted(chosen: list[Any]) -> dict[str, int]:
    users = [one.pk for one in chosen if isinstance(one, User)]
    calls = len(chosen) - len(users) + Call.objects.filter(owner__in=users).count()
    return {name: number for name, number in (("users", len(users)), ("calls", calls)) if number}
