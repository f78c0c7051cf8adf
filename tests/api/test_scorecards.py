"""Scorecards over REST."""

from typing import Any

import pytest
from django.contrib.auth.models import User

from sessions_app.models import Call, Scorecard, ScorecardForm, ScorecardVersion
from sessions_app.services import scorecards
from tests.api.conftest import Program

FORMS = "/api/v1/scorecard-forms"


@pytest.fixture
def desk(staff: User) -> Program:
    return Program(staff)


@pytest.fixture
def version(db: None) -> ScorecardVersion:
    form = ScorecardForm.objects.create(name="Courtesy")
    form.questions.create(text="Score", kind="number", lowest=1, highest=5)
    return scorecards.publish(form)


def test_a_form_is_read_and_filled_in(desk: Program, call: Call, version: ScorecardVersion) -> None:
    (form,) = desk.get(FORMS).json()
    assert (form["id"], form["name"], form["version"]) == (version.form_id, "Courtesy", 1)
    (question,) = form["questions"]
    assert (question["kind"], question["required"], question["highest"]) == ("number", True, 5)
    path = f"/api/v1/calls/{call.public_id}/scorecards"
    own = f"{path}/{form['id']}"
    card = desk.send("PUT", own, {"answers": {question["key"]: 4}}).json()
    assert (card["answers"], card["reviewer"]) == ({question["key"]: 4}, "staff")
    assert desk.get(path).json() == [card]
    assert desk.send("DELETE", own).json() == card
    assert desk.send("DELETE", own).status_code == 404
    assert desk.get(path).json() == []


def test_what_cannot_be_kept_is_named(desk: Program, call: Call, version: ScorecardVersion) -> None:
    own = f"/api/v1/calls/{call.public_id}/scorecards/{version.form_id}"
    key = version.questions[0]["key"]
    wrong: list[dict[str, Any]] = [{key: 9}, {key: {}}, {}, {"x": 1, key: 1}]
    for answers in wrong:
        answer = desk.send("PUT", own, {"answers": answers})
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
        assert answer.json()["fields"]
    bodies: list[dict[str, Any]] = [{}, {"answers": []}, {"answer": {}}]
    for body in bodies:
        assert desk.send("PUT", own, body).status_code == 400
    assert desk.send("PUT", f"{own}9", {"answers": {key: 1}}).status_code == 404
    assert not Scorecard.objects.exists()


def test_the_file_is_for_who_sees_all(
    desk: Program, viewer: User, call: Call, version: ScorecardVersion, staff: User
) -> None:
    scorecards.score(call, version, staff, {version.questions[0]["key"]: 4})
    path = "/api/v1/scorecards.csv"
    assert Program(viewer).get(path).status_code == 403
    answer = desk.get(path, {"form": version.form_id})
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert f"{call.public_id},Courtesy,1,staff," in answer.content.decode()
    for wrong in ("x", "", "9" * 30, version.form_id + 1):
        assert desk.get(path, {"form": wrong}).status_code == 400


def test_viewers_may_neither_read_nor_fill_in(
    viewer: User, call: Call, version: ScorecardVersion
) -> None:
    program, path = Program(viewer), f"/api/v1/calls/{call.public_id}/scorecards"
    assert program.get(FORMS).status_code == 403
    assert program.get(path).status_code == 403
    answers = {"answers": {version.questions[0]["key"]: 4}}
    assert program.send("PUT", f"{path}/{version.form_id}", answers).status_code == 403


def test_answers_to_questions_that_were_changed_are_refused(
    desk: Program, call: Call, version: ScorecardVersion
) -> None:
    (seen,) = desk.get(FORMS).json()
    own = f"/api/v1/calls/{call.public_id}/scorecards/{version.form_id}"
    body = {"answers": {version.questions[0]["key"]: 4}, "questions_id": seen["questions_id"]}
    version.form.questions.update(text="Rudeness")
    scorecards.publish(version.form)
    refused = desk.send("PUT", own, body)
    assert (refused.status_code, refused.json()["code"]) == (409, "stale_form")
    assert not Scorecard.objects.exists()
    (now,) = desk.get(FORMS).json()
    assert desk.send("PUT", own, body | {"questions_id": now["questions_id"]}).status_code == 200
