"""Scorecards: forms and their versions, answers, who sees them, and the export."""

import csv
import io
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.db.models import ProtectedError
from django.utils import translation

from sessions_app.models import (
    AccessLog,
    Call,
    ErasureCause,
    Scorecard,
    ScorecardForm,
    ScorecardVersion,
)
from sessions_app.services import erasure, scorecard_exports, scorecards
from sessions_app.services.scorecards import AnswersRefusedError, FormChangedError
from tests.conftest import CallMaker


@pytest.fixture
def call(alice: User, make_call: CallMaker) -> Call:
    return make_call(alice)


@pytest.fixture
def version(db: None) -> ScorecardVersion:
    """A form with a question of each kind, of which the last is optional."""
    form = ScorecardForm.objects.create(name="Courtesy")
    form.questions.create(position=1, text="Score", kind="number", lowest=1, highest=5)
    form.questions.create(position=2, text="Tone", kind="choice", choices="warm\n\ncold\n")
    form.questions.create(position=3, text="Solved", kind="yes_no")
    form.questions.create(position=4, text="Why", kind="text", required=False)
    return scorecards.publish(form)


def by_text(version: ScorecardVersion, **answers: Any) -> dict[str, Any]:
    keys = {question["text"]: question["key"] for question in version.questions}
    return {keys[text]: answer for text, answer in answers.items()}


GOOD = {"Score": 4, "Tone": "warm", "Solved": False}


def test_answers_are_kept_as_they_were_asked(
    call: Call, version: ScorecardVersion, staff: User
) -> None:
    card = scorecards.score(call, version, staff, by_text(version, **GOOD, Why=" So.\r\nAnd. "))
    card.refresh_from_db()
    told = [("Score", "4"), ("Tone", "warm"), ("Solved", "No"), ("Why", "So.\nAnd.")]
    assert scorecards.answered(card) == told
    detail = AccessLog.objects.get(call=call).detail
    assert detail == "scorecard: Courtesy"


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"Score": 0}, "1 or more"),
        ({"Score": 5.5}, "5 or less"),
        ({"Score": "4"}, "number"),
        ({"Score": True}, "number"),
        ({"Score": 10**400}, "smaller"),
        ({"Score": float("nan")}, "smaller"),
        ({"Score": None}, "required"),
        ({"Tone": "tepid"}, "warm, cold"),
        ({"Tone": ["warm"]}, "warm, cold"),
        ({"Tone": "  "}, "required"),
        ({"Solved": "yes"}, "true or false"),
        ({"Solved": 1}, "true or false"),
        ({"Why": 1}, "text"),
        ({"Why": "x" * 2001}, "2000"),
    ],
)
def test_what_cannot_be_an_answer_is_named(
    call: Call, version: ScorecardVersion, staff: User, changed: dict[str, Any], why: str
) -> None:
    with pytest.raises(AnswersRefusedError) as caught:
        scorecards.score(call, version, staff, by_text(version, **(GOOD | changed)))
    ((key, told),) = caught.value.fields.items()
    assert key in by_text(version, **changed)
    assert why in told
    assert not Scorecard.objects.exists()


def test_unknown_questions_are_named(call: Call, version: ScorecardVersion, staff: User) -> None:
    with pytest.raises(AnswersRefusedError, match="no question 'other'"):
        scorecards.score(call, version, staff, {**by_text(version, **GOOD), "other": 1})


def test_a_page_s_form_gives_the_same_answers(version: ScorecardVersion) -> None:
    typed = by_text(version, Score="4", Tone="warm", Solved="no", Why="")
    given = {f"q-{key}": text for key, text in typed.items()}
    read = scorecards.typed(version.questions, given)
    assert scorecards.checked(version.questions, read) == by_text(version, **GOOD)
    for wrong in ("four", "nan", "1e999", ""):
        given[f"q-{next(iter(typed))}"] = wrong
        with pytest.raises(AnswersRefusedError):
            scorecards.checked(version.questions, scorecards.typed(version.questions, given))


def test_each_reviewer_has_one_of_a_form(
    call: Call, version: ScorecardVersion, staff: User, bob: User
) -> None:
    scorecards.score(call, version, staff, by_text(version, **GOOD))
    scorecards.score(call, version, staff, by_text(version, **(GOOD | {"Score": 1})))
    scorecards.score(call, version, bob, by_text(version, **GOOD))
    shown = [card.answers for card in scorecards.visible(call, staff)]
    assert shown == [by_text(version, **(GOOD | {"Score": 1})), by_text(version, **GOOD)]


def test_a_form_with_answers_gets_a_new_version(
    call: Call, version: ScorecardVersion, staff: User
) -> None:
    form = version.form
    assert scorecards.publish(form) == version
    form.questions.filter(text="Why").delete()
    assert scorecards.publish(form).number == 1  # nobody has answered it yet
    version.refresh_from_db()
    card = scorecards.score(call, version, staff, by_text(version, **GOOD))
    form.questions.filter(text="Score").update(text="Points", highest=10)
    form.questions.filter(text="Tone").delete()
    second = scorecards.publish(form)
    assert second.number == 2
    assert scorecards.newest() == [second]
    card.refresh_from_db()
    assert scorecards.answered(card) == [("Score", "4"), ("Tone", "warm"), ("Solved", "No")]
    assert by_text(second, Points=0).keys() == by_text(version, Score=0).keys()
    again = scorecards.score(call, second, staff, by_text(second, Points=9, Solved=True))
    assert (again.pk, again.version) == (card.pk, second)


def test_forms_without_questions_or_out_of_use_are_not_offered(version: ScorecardVersion) -> None:
    scorecards.publish(ScorecardForm.objects.create(name="Empty"))
    assert scorecards.newest() == [version]
    ScorecardForm.objects.update(is_active=False)
    assert scorecards.newest() == []


def test_a_form_with_answers_cannot_be_deleted(
    call: Call, version: ScorecardVersion, staff: User
) -> None:
    scorecards.score(call, version, staff, by_text(version, **GOOD))
    with pytest.raises(ProtectedError):
        version.form.delete()
    call.delete()
    version.form.delete()
    assert not ScorecardVersion.objects.exists()


def test_who_sees_which(
    call: Call, version: ScorecardVersion, bob: User, staff: User, settings: Any
) -> None:
    alice = call.owner
    scorecards.score(call, version, staff, by_text(version, **GOOD))
    scorecards.score(call, version, bob, by_text(version, **GOOD))
    bob.is_staff = True
    bob.save()
    names = ("view_call", "score_call")
    bob.user_permissions.set(Permission.objects.filter(codename__in=names))

    def seen(user: User) -> list[str]:
        who = User.objects.get(pk=user.pk)
        return [str(card.reviewer) for card in scorecards.visible(call, who)]

    assert (seen(staff), seen(bob), seen(alice)) == (["staff", "bob"], ["bob"], [])
    settings.VOICE = {**settings.VOICE, "REVIEW_FOR_OWNER": ["scorecards"]}
    assert seen(alice) == ["staff", "bob"]


def test_texts_go_with_the_call_s_words_and_scores_stay(
    call: Call, version: ScorecardVersion, staff: User
) -> None:
    card = scorecards.score(call, version, staff, by_text(version, **GOOD, Why="They said no."))
    Call.objects.update(state="ended")
    receipt = erasure.erase_text(call, staff, ErasureCause.STAFF)
    assert receipt is not None
    assert receipt.counts["scorecard"] == 1
    card.refresh_from_db()
    assert card.answers == by_text(version, **GOOD)


def test_the_export_has_a_line_an_answer(
    call: Call, version: ScorecardVersion, staff: User, alice: User
) -> None:
    scorecards.score(call, version, staff, by_text(version, **GOOD, Why="=1+1\nno"))
    text = scorecard_exports.render(Scorecard.objects.all(), alice)
    head, *lines = csv.reader(io.StringIO(text.removeprefix("\ufeff")))
    assert head == list(scorecard_exports.COLUMNS)
    assert [line[5:] for line in lines] == [
        ["Score", "number", "4"],
        ["Tone", "choice", "warm"],
        ["Solved", "yes_no", "No"],
        ["Why", "text", "\u2060=1+1 no"],
    ]
    assert lines[0][:4] == [call.public_id, "Courtesy", "1", "staff"]
    entry = AccessLog.objects.get(call=call, action="exported")
    assert (entry.user, entry.detail) == (alice, "scorecards")


def test_answers_to_other_questions_are_not_kept(
    call: Call, version: ScorecardVersion, staff: User
) -> None:
    score, before = version.form.questions.get(text="Score"), scorecards.questions_id(version)
    score.text = "Rudeness"
    score.save()
    now = scorecards.publish(version.form)
    assert (now.number, now.pk) == (1, version.pk)  # nobody had answered: it is the same version
    assert scorecards.questions_id(now) != before
    version.refresh_from_db()
    stale = ScorecardVersion.objects.get(pk=version.pk)
    stale.questions = [{**one, "text": "Score"} for one in stale.questions]
    with pytest.raises(FormChangedError):
        scorecards.score(call, stale, staff, by_text(version, Rudeness=4, Tone="warm", Solved=True))
    assert not Scorecard.objects.exists()
    ScorecardForm.objects.update(is_active=False)
    with pytest.raises(FormChangedError):
        scorecards.score(call, now, staff, by_text(now, Rudeness=4, Tone="warm", Solved=True))


def test_files_have_the_same_words_in_every_language(
    call: Call, version: ScorecardVersion, staff: User
) -> None:
    scorecards.score(call, version, staff, by_text(version, **GOOD))
    plain = scorecard_exports.render(Scorecard.objects.all(), staff)
    with translation.override("de"):
        assert scorecard_exports.render(Scorecard.objects.all(), staff) == plain
    assert ",yes_no,No" in plain
