"""Comments on calls: placed on the call clock, answered, resolved and reopened."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext

from sessions_app.engine.core.clock_times import short_time
from sessions_app.engine.core.errors import VoiceError
from sessions_app.engine.text.cleaning import clean, is_invisible
from sessions_app.models import AccessLog, Call, ReviewComment
from sessions_app.models.review import LONGEST_COMMENT
from sessions_app.services import access, changes, review_rights
from sessions_app.services.visible_texts import UNSEEN

COMMENT = "sessions_app.comment_call"
VIEW = "sessions_app.view_reviewcomment"
MOST_COMMENTS = 1000
"""Comments of one call, answers among them."""

MOST_MS = 2**31 - 1
"""The last place on the call clock that the column of every database holds."""

_PLACE = re.compile(r"(?:(\d{1,3}):)?(\d{1,4}):([0-5]?\d)|(\d{1,6})")


class CommentRefusedError(VoiceError):
    """A comment is empty or too long, or the call has too many (not retryable)."""


class PlaceRefusedError(CommentRefusedError):
    """The text is not a time on the call clock (not retryable)."""


class AnsweredError(VoiceError):
    """A comment that was answered cannot be deleted: its answers would be deleted with it."""


@dataclass(slots=True)
class Thread:
    """A comment with its answers, in the order they were written."""

    comment: ReviewComment
    answers: list[ReviewComment] = field(default_factory=list)

    @property
    def time(self) -> str:
        """The place in the call as people read it, such as 1:05."""
        return short_time(self.comment.at_ms)


def may_write(user: Any) -> bool:
    """Returns whether `user` may comment, answer, resolve, and change what they wrote."""
    return review_rights.staff_may(user, COMMENT)


def may_read(user: Any, call: Call) -> bool:
    """Returns whether `user` sees the call's comments, or those that owners may see."""
    every = review_rights.staff_may(user, VIEW, COMMENT)
    return every or review_rights.owner_sees("comments", user, call)


def visible(call: Call, user: Any) -> QuerySet[ReviewComment]:
    """Returns the call's comments and answers that `user` sees, by time."""
    if not may_read(user, call):
        return ReviewComment.objects.none()
    found = ReviewComment.objects.filter(call=call).select_related("author", "resolved_by")
    if not review_rights.staff_may(user, VIEW, COMMENT):
        found = found.filter(staff_only=False)
    return found.order_by("at_ms", "created_at", "pk")


def threads(call: Call, user: Any) -> list[Thread]:
    """Returns what `visible` does, each comment with its answers."""
    by_key: dict[int, Thread] = {}
    rows = list(visible(call, user))
    for row in rows:
        if row.answer_to_id is None:
            by_key[row.pk] = Thread(row)
    for row in rows:
        if row.answer_to_id in by_key:
            by_key[row.answer_to_id].answers.append(row)
    return list(by_key.values())


def place_of(typed: str) -> int:
    """Returns the place in ms that people write as 1:05, 1:02:03 or 65.

    Raises PlaceRefusedError.
    """
    found = _PLACE.fullmatch(typed.strip())
    if found is None:
        raise PlaceRefusedError(gettext("Give the time as minutes and seconds, such as 1:05."))
    hours, minutes, seconds, alone = (int(part or 0) for part in found.groups())
    return min((hours * 3600 + minutes * 60 + seconds + alone) * 1000, MOST_MS)


def say(call: Call, user: Any, at_ms: int, text: str, *, staff_only: bool) -> ReviewComment:
    """Adds a comment at a place on the call clock. Raises CommentRefusedError."""
    made = ReviewComment(call=call, author=user, at_ms=at_ms, text=_tidy(text))
    made.staff_only = staff_only
    return _added(made, user, f"comment at {short_time(at_ms)}")


def answer(comment: ReviewComment, user: Any, text: str, *, staff_only: bool) -> ReviewComment:
    """Adds an answer; an answer to a staff-only comment, or to its answers, is staff-only too.

    Raises CommentRefusedError.
    """
    first = comment.answer_to or comment
    made = ReviewComment(call=first.call, author=user, answer_to=first, at_ms=first.at_ms)
    made.text, made.staff_only = _tidy(text), staff_only or first.staff_only
    return _added(made, user, f"answer at {short_time(first.at_ms)}")


def change(comment: ReviewComment, user: Any, text: str, *, staff_only: bool) -> None:
    """Replaces a comment's text; only its author may. Raises CommentRefusedError."""
    comment.text, comment.edited_at = _tidy(text), timezone.now()
    comment.staff_only = staff_only or bool(comment.answer_to and comment.answer_to.staff_only)
    with transaction.atomic():
        access.lock_call(comment.call_id)
        _check_there(comment.pk)
        comment.save(update_fields=["text", "edited_at", "staff_only"])
        if comment.staff_only:
            comment.answers.update(staff_only=True)
        _log(comment, user, "changed")


def resolve(comment: ReviewComment, user: Any, *, resolved: bool) -> bool:
    """Closes a comment's thread, or opens it again; returns whether this changed anything."""
    first = comment.answer_to or comment
    now: datetime | None = timezone.now() if resolved else None
    with transaction.atomic():
        before = ReviewComment.objects.filter(pk=first.pk, resolved_at__isnull=resolved)
        who = user.pk if resolved else None
        if not before.update(resolved_at=now, resolved_by=who):
            return False
        _log(first, user, "resolved" if resolved else "opened again")
    return True


def delete(comment: ReviewComment, user: Any) -> None:
    """Deletes what `user` wrote. Raises AnsweredError."""
    with transaction.atomic():
        access.lock_call(comment.call_id)
        if comment.answers.exists():
            raise AnsweredError(
                gettext("It was answered: resolve it, or delete the answers first.")
            )
        _log(comment, user, "deleted")
        comment.delete()


def _added(made: ReviewComment, user: Any, detail: str) -> ReviewComment:
    with transaction.atomic():
        access.lock_call(made.call_id)
        _check_there(made.answer_to_id)
        if ReviewComment.objects.filter(call=made.call_id).count() >= MOST_COMMENTS:
            raise CommentRefusedError(
                gettext("A call has {most_comments} comments at most.").format(
                    most_comments=MOST_COMMENTS
                )
            )
        made.save()
        access.log(made.call, user, AccessLog.Action.EDITED, detail)
        changes.updated(made.call_id)
    return made


def _check_there(key: int | None) -> None:
    """Raises CommentRefusedError for a comment that its author has deleted meanwhile."""
    if key is not None and not ReviewComment.objects.filter(pk=key).exists():
        raise CommentRefusedError(gettext("The comment was deleted meanwhile."))


def _log(comment: ReviewComment, user: Any, what: str) -> None:
    detail = f"comment at {short_time(comment.at_ms)} {what}"
    access.log(comment.call, user, AccessLog.Action.EDITED, detail)
    changes.updated(comment.call_id)


def _tidy(text: str) -> str:
    tidy = clean(text).replace("\r\n", "\n").strip()
    if not tidy:
        raise CommentRefusedError(gettext("Write something: the comment is empty."))
    if is_invisible(tidy):
        raise CommentRefusedError(str(UNSEEN))
    if len(tidy) > LONGEST_COMMENT:
        raise CommentRefusedError(
            gettext("A comment has {longest_comment} characters at most.").format(
                longest_comment=LONGEST_COMMENT
            )
        )
    return tidy
