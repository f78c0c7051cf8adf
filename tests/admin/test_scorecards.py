"""Forms of scorecards in the admin."""

from typing import Any

from django.contrib.auth.models import Permission, User

from sessions_app.models import Call, ScorecardForm
from sessions_app.services import scorecards
from tests.admin.conftest import signed_in

FORMS = "/admin/sessions_app/scorecardform/"


def form_with(*questions: dict[str, Any], existing: int = 0) -> dict[str, Any]:
    """Returns what the admin's form sends; `existing` says how many questions there are."""
    given: dict[str, Any] = {
        "name": "Courtesy",
        "is_active": "on",
        "questions-TOTAL_FORMS": len(questions),
        "questions-INITIAL_FORMS": existing,
    }
    for number, question in enumerate(questions):
        plain = {"position": number, "kind": "number", "text": "Score"}
        given |= {f"questions-{number}-{name}": v for name, v in {**plain, **question}.items()}
    return given


def test_staff_define_a_form_and_change_it(at_desk: Any, ended: Call, staff: User) -> None:
    at_desk.post(f"{FORMS}add/", form_with({"lowest": 1, "highest": 5, "required": "on"}))
    form = ScorecardForm.objects.get()
    (first,) = scorecards.newest()
    assert first.questions[0]["highest"] == 5
    scorecards.score(ended, first, staff, {first.questions[0]["key"]: 4})
    shown = at_desk.get(f"/admin/sessions_app/call/{ended.pk}/change/").content.decode()
    assert '<dd dir="auto">4</dd>' in shown
    assert "Edit your answers: Courtesy" in shown
    own = {"id": form.questions.get().pk, "form": form.pk, "text": "Points"}
    at_desk.post(f"{FORMS}{form.pk}/change/", form_with(own, existing=1))
    assert [row.number for row in scorecards.newest()] == [2]
    assert '<td class="field-version">2</td>' in at_desk.get(FORMS).content.decode()
    deleted = at_desk.post(f"{FORMS}{form.pk}/delete/", {"post": "yes"}).content.decode()
    assert "would require deleting the following protected" in deleted


def test_questions_that_nobody_could_answer_are_refused(at_desk: Any, ended: Call) -> None:
    wrong = (
        {"lowest": 5, "highest": 1},
        {"kind": "choice", "choices": "one\none\n"},
        {"kind": "other"},
        {"text": ""},
    )
    for question in wrong:
        answer = at_desk.post(f"{FORMS}add/", form_with({"position": 1, **question}))
        assert "errorlist" in answer.content.decode(), question
    assert not ScorecardForm.objects.exists()


def test_the_export_needs_its_permission(at_desk: Any, ended: Call, staff: User) -> None:
    form = ScorecardForm.objects.create(name="Courtesy")
    form.questions.create(text="Score")
    version = scorecards.publish(form)
    scorecards.score(ended, version, staff, {version.questions[0]["key"]: 4})
    given = {"action": "export", "_selected_action": [form.pk]}
    answer = at_desk.post(FORMS, given)
    assert answer.headers["Content-Disposition"] == 'attachment; filename="scorecards.csv"'
    assert ended.public_id in answer.content.decode()
    other = User.objects.create_user("editor", is_staff=True)
    names = ("view_call", "view_scorecardform", "change_scorecardform")
    other.user_permissions.set(Permission.objects.filter(codename__in=names))
    assert ended.public_id not in signed_in(other).post(FORMS, given).content.decode()
