"""What a call's page shows of its review: the same on the site's page and in the admin."""

from collections.abc import Mapping
from typing import Any

from sessions_app.models import Call, Scorecard, ScorecardVersion
from sessions_app.models.review import LONGEST_COMMENT
from sessions_app.services import access, comments, review_rights, reviews, scorecards, tags
from sessions_app.services.review_refusals import RefusedForm

RENAME = "sessions_app.change_call"
SCORECARD = "scorecard"
"""The form of that name, in a `RefusedForm`."""

WHOLE_FORM = ""
"""In its problems, what is wrong with no field in particular."""


def may_rename(user: Any, call: Call) -> bool:
    """Returns whether `user` may give a call a title: its owner, and staff who change calls."""
    return call.owner_id == user.pk or (access.sees_all(user) and bool(user.has_perm(RENAME)))


def panel(call: Call, user: Any, refused: RefusedForm | None = None) -> dict[str, Any]:
    """Returns the template's context, with nothing that `user` may not see.

    `refused` is the form that was refused just now, if one was.
    """
    return {
        "refused": refused,
        "tags": tags.tags_of(call),
        "most_tags": tags.MOST_TAGS,
        "may_tag": tags.may_tag(user, call),
        "may_rename": may_rename(user, call),
        **_reviewed(call, user),
        **_comments(call, user),
        **_scorecards(call, user, refused),
    }


def _reviewed(call: Call, user: Any) -> dict[str, Any]:
    taken = reviews.holder(call)
    return {
        "sees_reviewed": reviews.sees_reviewed(user, call),
        "may_review": reviews.may_review(user) and not call.is_live,
        "reviewed": reviews.of(call),
        "taken": taken if access.sees_all(user) else None,
        "taken_by_me": taken is not None and taken.claimed_by_id == user.pk,
    }


def _comments(call: Call, user: Any) -> dict[str, Any]:
    return {
        "sees_comments": comments.may_read(user, call),
        "may_comment": comments.may_write(user),
        "threads": comments.threads(call, user),
        "owners_see_comments": review_rights.owners_see("comments"),
        "longest_comment": LONGEST_COMMENT,
    }


def _scorecards(call: Call, user: Any, refused: RefusedForm | None) -> dict[str, Any]:
    sees, scores = scorecards.may_read(user, call), scorecards.may_score(user)
    cards = list(scorecards.visible(call, user)) if sees else []
    own = {card.form_id: card for card in cards if card.reviewer_id == user.pk}
    forms = scorecards.newest() if scores else []
    asked = {version.form_id for version in forms}
    # a card of a form that can be filled in is deleted in that form
    left = {card.pk for card in own.values() if scores and card.form_id not in asked}
    return {
        "sees_scorecards": sees and bool(cards or forms),
        "cards": [(card, scorecards.answered(card), card.pk in left) for card in cards],
        "score_forms": [_form(version, own.get(version.form_id), refused) for version in forms],
        "longest_answer": scorecards.LONGEST_ANSWER,
    }


def _form(
    version: ScorecardVersion, own: Scorecard | None, refused: RefusedForm | None
) -> dict[str, Any]:
    """Returns a form to fill in, with what its reviewer has answered before.

    Each field is a question with its answer and, if that was refused, why and whether it is the
    first one that was.
    """
    shown: Mapping[str, Any] = own.answers if own is not None else {}
    problems: Mapping[str, str] = {}
    is_refused = refused is not None and (refused.form, refused.key) == (SCORECARD, version.form_id)
    if refused is not None and is_refused:
        shown, problems = scorecards.typed(version.questions, refused.typed), refused.problems
    keys = [question["key"] for question in version.questions]
    first = next((key for key in keys if key in problems), None)
    fields = [
        (question, shown.get(key), problems.get(key, ""), key == first)
        for key, question in zip(keys, version.questions, strict=True)
    ]
    told = {"is_refused": is_refused, "problem": problems.get(WHOLE_FORM, "")}
    return {
        "version": version,
        "asked": scorecards.questions_id(version),
        "own": own,
        "fields": fields,
        **told,
    }
