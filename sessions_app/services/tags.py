"""Tags of calls: who may set them, which there are, and calls that have them."""

import unicodedata
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import Aggregate, Count, JSONField, OuterRef, QuerySet, Subquery
from django.utils.translation import gettext

from sessions_app.engine.core.errors import VoiceError
from sessions_app.engine.text.cleaning import is_invisible, one_line
from sessions_app.models import AccessLog, Call, CallTag
from sessions_app.models.review import LONGEST_TAG
from sessions_app.services import access, changes
from sessions_app.services.visible_texts import UNSEEN

TAG = "sessions_app.tag_call"
MOST_TAGS = 20
"""Tags of one call."""

SUGGESTED = 50
"""Tags that a field suggests, the most used first."""

EDITED = "tags"


class TagRefusedError(VoiceError):
    """A tag cannot be used, or the call has as many as it may have (not retryable)."""


def may_tag(user: Any, call: Call) -> bool:
    """Returns whether `user` may set a call's tags: its owner, and staff with the permission."""
    return call.owner_id == user.pk or (access.sees_all(user) and bool(user.has_perm(TAG)))


def tidy(text: str) -> str:
    """Returns a tag as it is kept: one line, lower case, composed (Unicode NFC).

    Raises TagRefusedError for one that is empty, invisible or too long, or has a comma.
    """
    tag = unicodedata.normalize("NFC", one_line(text).lower())
    if not tag:
        raise TagRefusedError(gettext("A tag has at least one character."))
    if is_invisible(tag):
        raise TagRefusedError(str(UNSEEN))
    if len(tag) > LONGEST_TAG:
        raise TagRefusedError(
            gettext("A tag has {longest_tag} characters at most.").format(longest_tag=LONGEST_TAG)
        )
    if "," in tag:
        raise TagRefusedError(gettext("A tag has no comma: commas separate tags."))
    return tag


def wanted(text: str) -> list[str]:
    """Returns the tags in a comma-separated list; text that cannot be a tag matches no call."""
    return [unicodedata.normalize("NFC", part.strip().lower()) for part in text.split(",")]


def tags_of(call: Call) -> list[str]:
    """Returns a call's tags, in alphabetical order."""
    return list(CallTag.objects.filter(call=call).order_by("name").values_list("name", flat=True))


def replace(call: Call, user: Any, names: Iterable[str]) -> list[str]:
    """Gives the call these tags and no others, and logs who did; returns them tidied.

    Raises TagRefusedError, and then changes nothing.
    """
    tags = sorted({tidy(name) for name in names})
    if len(tags) > MOST_TAGS:
        raise TagRefusedError(
            gettext("A call has {most_tags} tags at most.").format(most_tags=MOST_TAGS)
        )
    with transaction.atomic():
        access.lock_call(call.pk)
        before = tags_of(call)
        if tags != before:
            CallTag.objects.filter(call=call).exclude(name__in=tags).delete()
            new = [CallTag(call=call, name=tag) for tag in tags if tag not in before]
            CallTag.objects.bulk_create(new)
            access.log(call, user, AccessLog.Action.EDITED, EDITED)
            changes.updated(call.pk)
    return tags


def add(call: Call, user: Any, names: Iterable[str]) -> list[str]:
    """Gives the call these tags beside those it has; returns all. Raises TagRefusedError."""
    with transaction.atomic():
        access.lock_call(call.pk)
        return replace(call, user, [*tags_of(call), *names])


def remove(call: Call, user: Any, name: str) -> list[str]:
    """Takes a tag from the call, which need not have it; returns those that are left."""
    with transaction.atomic():
        access.lock_call(call.pk)
        gone = wanted(name)
        return replace(call, user, [tag for tag in tags_of(call) if tag not in gone])


def known(user: Any, begins: str = "") -> list[dict[str, Any]]:
    """Returns the tags of the calls that `user` sees, those of most calls first.

    Each is `{"name": …, "calls": how many}`; at most SUGGESTED, and only those that start with
    `begins`.
    """
    # from tags to their calls: most calls have none
    found = CallTag.objects.filter(call__erasing_at=None)
    if not access.sees_all(user):
        found = found.filter(call__owner=user.pk)
    if begins:
        found = found.filter(name__startswith=unicodedata.normalize("NFC", begins.lower()))
    counted = found.order_by().values("name").annotate(calls=Count("pk"))
    most = counted.order_by("-calls", "name")[:SUGGESTED]
    return [{"name": row["name"], "calls": row["calls"]} for row in most]


def tagged(calls: QuerySet[Call], names: Iterable[str]) -> QuerySet[Call]:
    """Returns those of `calls` that have all of these tags."""
    names = set(names)
    if len(names) > MOST_TAGS:  # no call has as many, and databases limit the length of a condition
        return calls.none()
    for name in names:
        calls = calls.filter(pk__in=CallTag.objects.filter(name=name).values("call"))
    return calls


class NamesAsJson(Aggregate):
    """All values of a group as a JSON list, so that a list of calls needs no second query."""

    function = "JSONB_AGG"
    output_field = JSONField()

    def as_sqlite(self, compiler: Any, connection: Any, **more: Any) -> Any:
        return super().as_sql(compiler, connection, function="JSON_GROUP_ARRAY", **more)


def with_tags(calls: QuerySet[Call]) -> QuerySet[Call]:
    """Returns `calls`, each with its tags in `tag_names`: a list, or None for none."""
    own = CallTag.objects.filter(call=OuterRef("pk")).order_by().values("call")
    return calls.annotate(tag_names=Subquery(own.annotate(all=NamesAsJson("name")).values("all")))
