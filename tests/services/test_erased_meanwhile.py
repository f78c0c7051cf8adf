"""A call that is erased between a request's look at it and its change is told as one unknown."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User

from sessions_app.engine.core.errors import UnknownCallError
from sessions_app.models import Call, ErasureCause, Extraction, ReviewComment, ScorecardVersion
from sessions_app.services import (
    calls,
    comments,
    erasure,
    extractions,
    reviews,
    scorecards,
    tags,
    versions,
)
from sessions_app.services.comments import CommentRefusedError
from tests.fixtures.spoken_call import spoken_call

pytestmark = pytest.mark.django_db

CHANGES: dict[str, Callable[[Call, Any], Any]] = {
    "tags": lambda call, user: tags.replace(call, user, ["new"]),
    "tag": lambda call, user: tags.add(call, user, ["new"]),
    "untag": lambda call, user: tags.remove(call, user, "old"),
    "title": lambda call, user: calls.rename(call, user, "new"),
    "reviewed": lambda call, user: reviews.mark(call, user, reviewed=False),
    "comment": lambda call, user: comments.say(call, user, 0, "new", staff_only=True),
    "version": lambda call, user: versions.ask(call, user, "default"),
    "answers": lambda call, user: scorecards.score(call, *_answered(user)),
}


def _answered(user: Any) -> tuple[ScorecardVersion, Any, dict[str, str]]:
    asked = ScorecardVersion.objects.get()
    return asked, user, {question["key"]: "well" for question in asked.questions}


@pytest.fixture
def spoken(alice: User, own_folders: Path, tmp_path: Path) -> Call:
    return spoken_call(alice, tmp_path)


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_nothing_is_added_to_it(
    spoken: Call, staff: User, change: Callable[[Call, Any], Any]
) -> None:
    erasure.erase_call(spoken, staff, ErasureCause.STAFF)
    with pytest.raises(UnknownCallError):
        change(spoken, staff)


def test_nothing_of_it_is_changed(spoken: Call, staff: User) -> None:
    comment = ReviewComment.objects.filter(call=spoken, answer_to=None).get()
    taken = Extraction.objects.get(call=spoken)
    erasure.erase_call(spoken, staff, ErasureCause.STAFF)
    with pytest.raises(UnknownCallError):
        comments.change(comment, staff, "new", staff_only=True)
    with pytest.raises(UnknownCallError):
        comments.delete(comment, staff)
    with pytest.raises(UnknownCallError):
        extractions.correct(taken, staff, {"caller_name": "new"})


def test_values_that_went_with_the_words_are_not_set(spoken: Call, staff: User) -> None:
    taken = Extraction.objects.get(call=spoken)
    Extraction.objects.all().delete()
    with pytest.raises(UnknownCallError):
        extractions.correct(taken, staff, {"caller_name": "new"})


def test_a_comment_that_was_deleted_is_neither_changed_nor_answered(
    spoken: Call, staff: User
) -> None:
    comment = comments.say(spoken, staff, 0, "here", staff_only=True)
    ReviewComment.objects.filter(pk=comment.pk).delete()
    with pytest.raises(CommentRefusedError):
        comments.change(comment, staff, "new", staff_only=True)
    with pytest.raises(CommentRefusedError):
        comments.answer(comment, staff, "new", staff_only=True)
