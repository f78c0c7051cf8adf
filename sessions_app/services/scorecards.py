"""Scorecards: the questions of forms, what reviewers answer, and who sees it."""

import hashlib
import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext

from sessions_app.engine.core.errors import VoiceError
from sessions_app.engine.text.cleaning import clean, is_invisible, one_line
from sessions_app.i18n import gettext_lazy
from sessions_app.models import (
    AccessLog,
    Call,
    QuestionKind,
    Scorecard,
    ScorecardForm,
    ScorecardVersion,
)
from sessions_app.services import access, changes, review_rights
from sessions_app.services.visible_texts import UNSEEN

SCORE = "sessions_app.score_call"
VIEW = "sessions_app.view_scorecard"

LONGEST_ANSWER = 2000
"""Characters of an answer in words."""

MOST = 10**12
"""Answers must lie between -MOST and MOST."""

YES_NO = {True: gettext_lazy("Yes"), False: gettext_lazy("No")}

Question = Mapping[str, Any]


class AnswersRefusedError(VoiceError):
    """Some answers cannot be used (not retryable); `fields` says which, by key, and why."""

    def __init__(self, fields: dict[str, str]) -> None:
        super().__init__("; ".join(dict.fromkeys(fields.values())))
        self.fields = fields


class FormChangedError(VoiceError):
    """The form asks something else by now, or cannot be filled in any more (not retryable)."""

    code = "stale_form"


def questions_id(version: ScorecardVersion) -> str:
    """Returns a text that changes whenever a version's questions do."""
    asked = json.dumps([version.pk, version.questions], sort_keys=True)
    return hashlib.sha256(asked.encode()).hexdigest()[:16]


def may_score(user: Any) -> bool:
    """Returns whether `user` may fill in scorecards, and see their own."""
    return review_rights.staff_may(user, SCORE)


def may_read_all(user: Any) -> bool:
    """Returns whether `user` may see and export every reviewer's scorecards."""
    return review_rights.staff_may(user, VIEW)


def may_read(user: Any, call: Call) -> bool:
    """Returns whether `user` sees scorecards of the call: all, or their own."""
    staff = may_score(user) or may_read_all(user)
    return staff or review_rights.owner_sees("scorecards", user, call)


def visible(call: Call, user: Any) -> QuerySet[Scorecard]:
    """Returns the call's scorecards that `user` sees, by form."""
    found = Scorecard.objects.filter(call=call).select_related("form", "version", "reviewer")
    if may_read_all(user) or review_rights.owner_sees("scorecards", user, call):
        return found.order_by("form__name", "pk")
    return found.filter(reviewer=user.pk) if may_score(user) else found.none()


def publish(form: ScorecardForm) -> ScorecardVersion:
    """Publishes the form's edited questions to reviewers.

    A version that nobody has answered is replaced; one with answers is kept, and a new one follows
    it.
    """
    asked = [_asked(question) for question in form.questions.order_by("position", "pk")]
    with transaction.atomic():
        ScorecardForm.objects.select_for_update().get(pk=form.pk)
        last = form.versions.order_by("-number").first()
        if last is None:
            return ScorecardVersion.objects.create(form=form, number=1, questions=asked)
        if last.questions == asked:
            return last
        if last.scorecards.exists():
            number = last.number + 1
            return ScorecardVersion.objects.create(form=form, number=number, questions=asked)
        last.questions = asked
        last.save(update_fields=["questions"])
        return last


def newest() -> list[ScorecardVersion]:
    """Returns the newest version of each form that can be filled in, by the form's name."""
    rows = ScorecardVersion.objects.filter(form__is_active=True).select_related("form")
    by_form = {row.form_id: row for row in rows.order_by("form__name", "number")}
    return [row for row in by_form.values() if row.questions]


def checked(questions: list[Question], answers: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the answers by key, those that are empty left out. Raises AnswersRefusedError."""
    kept: dict[str, Any] = {}
    keys = {question["key"] for question in questions}
    wrong = {
        key: gettext("There is no question {key}.").format(key=f"{key[:20]!r}")
        for key in answers
        if key not in keys
    }
    for question in questions:
        key = question["key"]
        value = answers.get(key)
        if value is None or (isinstance(value, str) and not clean(value).strip()):
            if question["required"]:
                wrong[key] = gettext("{question}: an answer is required.").format(
                    question=question["text"]
                )
            continue
        try:
            kept[key] = _READ[question["kind"]](question, value)
        except ValueError as error:
            wrong[key] = f"{question['text']}: {error}"
    if wrong:
        raise AnswersRefusedError(wrong)
    return kept


def score(
    call: Call, version: ScorecardVersion, reviewer: Any, answers: Mapping[str, Any]
) -> Scorecard:
    """Stores a reviewer's answers, in place of their earlier ones to that form.

    Raises AnswersRefusedError, and FormChangedError where `version` is not what the form asks now.
    """
    kept = checked(version.questions, answers)
    with transaction.atomic():
        access.lock_call(call.pk)
        # `publish` holds the same row while it looks whether somebody has answered
        ScorecardForm.objects.select_for_update().filter(pk=version.form_id).first()
        check_asked(version.form_id, questions_id(version))
        card, _ = Scorecard.objects.update_or_create(
            call=call,
            form=version.form,
            reviewer=reviewer,
            defaults={"version": version, "answers": kept},
        )
        access.log(call, reviewer, AccessLog.Action.EDITED, f"scorecard: {version.form.name}")
        changes.updated(call.pk)
    return card


def check_asked(form_id: int, seen: str) -> None:
    """Raises FormChangedError unless the form asks the questions whose `questions_id` is `seen`."""
    now = next((row for row in newest() if row.form_id == form_id), None)
    if now is None or questions_id(now) != seen:
        raise FormChangedError(
            gettext("The form was changed while you filled it in. Read its questions again.")
        )


def delete(card: Scorecard, user: Any) -> None:
    """Deletes a scorecard, and logs who did."""
    with transaction.atomic():
        detail = f"scorecard deleted: {card.form.name}"
        access.log(card.call, user, AccessLog.Action.EDITED, detail)
        changes.updated(card.call_id)
        card.delete()


def typed(questions: list[Question], given: Mapping[str, str]) -> dict[str, Any]:
    """Returns the answers of a page's form, by key: what `checked` takes."""
    read = {QuestionKind.NUMBER: _typed_number, QuestionKind.YES_NO: _typed_yes_no}
    return {
        question["key"]: read.get(question["kind"], str)(given.get(f"q-{question['key']}", ""))
        for question in questions
    }


def answered(card: Scorecard) -> list[tuple[str, str]]:
    """Returns each question that the card's version asked with the answer as people read it."""
    rows = []
    for question in card.version.questions:
        value = card.answers.get(question["key"])
        rows.append((str(question["text"]), shown(value)))
    return rows


def shown(value: Any) -> str:
    """Returns an answer as people read it; empty for none."""
    if isinstance(value, bool):
        return YES_NO[value]
    return "" if value is None else str(value)


def forget_texts(call: Call) -> int:
    """Removes what reviewers wrote from a call's scorecards; returns in how many. Scores stay."""
    changed = 0
    for card in Scorecard.objects.filter(call=call).select_related("version"):
        texts = _text_keys(card.version)
        if texts & card.answers.keys():
            card.answers = {key: card.answers[key] for key in card.answers.keys() - texts}
            card.save(update_fields=["answers"])
            changed += 1
    return changed


def rewrite_texts(call: Call, rewrite: Callable[[str], str]) -> int:
    """Applies `rewrite` to what reviewers wrote of a call; returns how many scorecards changed."""
    changed = 0
    for card in Scorecard.objects.filter(call=call).select_related("version"):
        answers = card.answers | {
            key: rewrite(card.answers[key])
            for key in _text_keys(card.version) & card.answers.keys()
            if isinstance(card.answers[key], str)
        }
        if answers != card.answers:
            card.answers = answers
            card.save(update_fields=["answers"])
            changed += 1
    return changed


def _text_keys(version: ScorecardVersion) -> set[str]:
    return {one["key"] for one in version.questions if one["kind"] == QuestionKind.TEXT}


def _asked(question: Any) -> dict[str, Any]:
    is_number = question.kind == QuestionKind.NUMBER
    lines = question.choices.splitlines() if question.kind == QuestionKind.CHOICE else []
    return {
        "key": str(question.pk),
        "text": question.text,
        "kind": str(question.kind),
        "required": question.required,
        "lowest": question.lowest if is_number else None,
        "highest": question.highest if is_number else None,
        "choices": [one for line in lines if (one := one_line(line))],
    }


def _typed_number(text: str) -> Any:
    for kind in (int, float):
        with suppress(ValueError):
            return kind(text)
    return text


def _typed_yes_no(text: str) -> Any:
    return {"yes": True, "no": False}.get(text, text)


def _number(question: Question, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(gettext("give a number."))
    if not -MOST <= value <= MOST:  # nor is it NaN
        raise ValueError(gettext("give a smaller number."))
    lowest, highest = question["lowest"], question["highest"]
    if lowest is not None and value < lowest:
        raise ValueError(gettext("give {lowest} or more.").format(lowest=lowest))
    if highest is not None and value > highest:
        raise ValueError(gettext("give {highest} or less.").format(highest=highest))
    return value


def _choice(question: Question, value: Any) -> str:
    if value not in question["choices"]:
        raise ValueError(
            gettext("choose one of: {join}.").format(join=", ".join(question["choices"]))
        )
    return str(value)


def _yes_no(_question: Question, value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError(gettext("answer yes or no (true or false)."))
    return value


def _text(_question: Question, value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(gettext("write a text."))
    tidy = clean(value).replace("\r\n", "\n").strip()
    if is_invisible(tidy):
        raise ValueError(str(UNSEEN))
    if len(tidy) > LONGEST_ANSWER:
        raise ValueError(
            gettext("an answer has {longest_answer} characters at most.").format(
                longest_answer=LONGEST_ANSWER
            )
        )
    return tidy


_READ: dict[str, Callable[[Question, Any], Any]] = {
    QuestionKind.NUMBER: _number,
    QuestionKind.CHOICE: _choice,
    QuestionKind.YES_NO: _yes_no,
    QuestionKind.TEXT: _text,
}
