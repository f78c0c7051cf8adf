"""The rows of reviews in the table of tests/test_access_matrix.py."""

from typing import Any

from sessions_app.models import Call, ScorecardForm
from sessions_app.services import comments, scorecards, tags
from tests.access_rows import desk, desk_model, of_a_call, page, rest

PRIVATE = "xylophone"
"""A word that the table takes for private."""

TO_REVIEW = "/calls/{id}/#review"


def form(tail: str, *outcomes: int | str, body: Any = None) -> Any:
    """Returns the row of a form on a call's page: owner, other, staff, clerk."""
    row = page(f"calls/<slug:public_id>/{tail}", f"/calls/{{id}}/{tail}", *outcomes, method="POST")
    return type(row)(row.route, row.address, row.outcomes, row.method, body)


PAGES = [
    form("title", TO_REVIEW, 404, TO_REVIEW, 404, body={"title": "Monday"}),
    form("comments", 404, 404, "/calls/{id}/", 404, body={"what": "say", "at": "x", "text": "no"}),
    form("reviewed", 404, 404, "/calls/{id}/#reviewed", 404, body={"what": "done"}),
    form("scorecard", 404, 404, "/calls/{id}/#scorecards", 404, body={"form": "{scoreform}"}),
    form("tags", TO_REVIEW, 404, TO_REVIEW, 404, body={"add": "one, two"}),
]

REST = [
    *of_a_call("comments", owner=403),
    *of_a_call(
        "comments", owner=403, staff=201, method="POST", body={"at_ms": 100, "text": "Here."}
    ),
    *[
        row
        for method, status, body in (("PATCH", 200, {"resolved": True}), ("DELETE", 200, None))
        for row in of_a_call(
            "comments/{comment}",
            route="comments/<int:comment>",
            owner=403,
            staff=status,
            method=method,
            body=body,
        )
    ],
    *of_a_call("review", owner=403),
    *of_a_call("review", owner=403, method="PUT", body={"reviewed": True}),
    *rest("reviews/next", "reviews/next", 403, 403, 200, 403, method="POST", body={}),
    *of_a_call("scorecards", owner=403),
    *[
        row
        for method, body in (("PUT", {"answers": {}}), ("DELETE", None))
        for row in of_a_call(
            "scorecards/{scoreform}",
            route="scorecards/<int:form_id>",
            owner=403,
            method=method,
            body=body,
        )
    ],
    *rest("scorecard-forms", "scorecard-forms", 403, 403, 200, 403),
    *rest("scorecards.csv", "scorecards.csv", 403, 403, 200, 403),
    *of_a_call("tags"),
    *of_a_call("tags", method="PUT", body={"tags": ["a"]}),
    *rest("tags", "tags", 200, 200, 200, 200),
]

ADMIN = [
    *desk_model("sessions_app/scorecardform", "scoreform", add=200, delete=200, written=200),
    desk(
        "sessions_app/scorecardform/",
        200,
        method="POST",
        body={"action": "export", "_selected_action": "{scoreform}"},
    ),
    desk("sessions_app/call/waiting/", 200),
    desk("sessions_app/call/waiting/", "/admin/sessions_app/call/{call}/change/", method="POST"),
    *(
        desk(
            "sessions_app/call/",
            "/admin/sessions_app/call/",
            method="POST",
            body={"action": action, "_selected_action": "{call}"},
        )
        for action in ("mark_reviewed", "mark_not_reviewed")
    ),
]


def a_review(call: Call, people: dict[str, Any]) -> dict[str, Any]:
    """Gives the call all that a review can add; returns the keys of addresses."""
    tags.add(call, people["owner"], [PRIVATE])
    said = comments.say(call, people["staff"], 100, PRIVATE, staff_only=True)
    form = ScorecardForm.objects.create(name="Courtesy")
    form.questions.create(text="How was it?", kind="text", required=False)
    version = scorecards.publish(form)
    answers = {question["key"]: PRIVATE for question in version.questions}
    scorecards.score(call, version, people["staff"], answers)
    return {"comment": said.pk, "scoreform": form.pk}
