"""Saved views of the list of calls: whose they are, who has them, and what they hold.

A user's views are their own; one that is shared is there for all staff who see every call. A view
is evaluated for the user who opens it, so that sharing shows nobody a call that they may not see.
"""

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext

from sessions_app.engine.core.errors import VoiceError
from sessions_app.engine.text.cleaning import is_invisible, one_line
from sessions_app.i18n import gettext_lazy
from sessions_app.models import Call, SavedView
from sessions_app.models.saved_view import LONGEST_NAME, LONGEST_QUERY
from sessions_app.services import access
from sessions_app.services.finding.filters import CallFilter
from sessions_app.services.finding.panel import asked_of
from sessions_app.services.visible_texts import UNSEEN

SHARE = "sessions_app.share_saved_view"
MOST = 100
"""Views of one user."""

NOT_TO_SHARE = gettext_lazy("Only staff with the permission to share saved views share them.")


class ViewRefusedError(VoiceError):
    """A view cannot be saved like that (not retryable); `field` says what of it is wrong."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True)
class ViewWish:
    """The name, filters and sharing that a view should have."""

    name: str
    query: str
    shared: bool = False


def may_share(user: Any) -> bool:
    """Returns whether `user` may share views, and change and delete those that are shared."""
    return access.sees_all(user) and bool(user.has_perm(SHARE))


def may_change(user: Any, view: SavedView) -> bool:
    """Returns whether `user` may change and delete a view: its owner or, if it is shared, staff who
    may share. A user who does not have the view may not.
    """
    return view.owner_id == user.pk or (view.shared and may_share(user))


def views_for(user: Any) -> QuerySet[SavedView]:
    """Returns the views that `user` has, own and shared ones, by name."""
    has = Q(owner=user.pk)
    if access.sees_all(user):
        has |= Q(shared=True, owner__is_active=True)
    return SavedView.objects.filter(has).select_related("owner").order_by("name", "pk")


def save(user: Any, wish: ViewWish, view: SavedView | None = None) -> SavedView:
    """Saves a new view of the user's, or changes `view`; returns it. Raises ViewRefusedError."""
    name = one_line(wish.name)
    if not 1 <= len(name) <= LONGEST_NAME:
        raise ViewRefusedError(
            "name",
            gettext("Give a name of 1 to {longest_name} characters.").format(
                longest_name=LONGEST_NAME
            ),
        )
    if is_invisible(name):
        raise ViewRefusedError("name", str(UNSEEN))
    if wish.shared and not may_share(user):
        raise ViewRefusedError("shared", NOT_TO_SHARE)
    query = tidy(user, wish.query)
    if view is None and SavedView.objects.filter(owner=user.pk).count() >= MOST:
        raise ViewRefusedError(
            "name", gettext("You have {most} views. Delete one first.").format(most=MOST)
        )
    row = view or SavedView(owner_id=user.pk)
    row.name, row.query, row.shared = name, query, wish.shared
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        told = gettext(
            "There is a view called {name} already. Choose another name, or change that one."
        ).format(name=name)
        raise ViewRefusedError("name", told) from error
    return row


def tidy(user: Any, query: str) -> str:
    """Returns a query as it is stored: only filters, and only those that `user` may use.

    Raises ViewRefusedError where one is wrong, or there is none.
    """
    asked = asked_of(QueryDict(query.removeprefix("?")))
    if not asked:
        raise ViewRefusedError(
            "query", gettext("Search for something, or set a filter, then save that.")
        )
    found: Any = CallFilter(asked, Call.objects.none(), request=SimpleNamespace(user=user))
    for name, told in found.errors.items():
        raise ViewRefusedError("query", f"{name}: {told[0]}")
    kept: str = asked.urlencode()
    if len(kept) > LONGEST_QUERY:
        raise ViewRefusedError("query", gettext("That is too long to be saved. Set fewer filters."))
    return kept


def prefixed(query: str, prefix: str) -> str:
    """Returns a view's query for a page whose filters begin with `prefix`, but for the words."""
    pairs = [
        (name if name == "q" else f"{prefix}{name}", value)
        for name, values in QueryDict(query).lists()
        for value in values
    ]
    return urlencode(pairs)
