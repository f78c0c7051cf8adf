# ruff: noqa: F811
"""Texts of which nobody sees anything are refused wherever somebody gives a name, by every door."""

from typing import Any

import pytest
from django import forms
from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.test import RequestFactory

from sessions_app.admin.base import CleanForm
from sessions_app.engine.protocols import desk
from sessions_app.engine.protocols.reading import ProtocolError
from sessions_app.models import AccessLog, ApiToken, Call, SavedView, ScorecardForm
from sessions_app.services import erasure, tags
from sessions_app.services.visible_texts import VisibleTexts
from sessions_app.views.accounts import CurrentPasswordForm
from sessions_app.views.passwords import ForgottenForm
from tests.admin.conftest import at_desk, looking, root  # noqa: F401 - fixtures
from tests.api.conftest import Program, call, ended, program, viewer  # noqa: F401 - fixtures
from tests.static_files import static_files  # noqa: F401 - a fixture
from tests.views.conftest import as_alice  # noqa: F401 - a fixture

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("static_files")]

UNSEEN = "\u200b"
TOLD = "Only invisible characters"

WITHOUT = {
    "FindingForm": "filters: nothing is kept",
    "QueueForm": "filters: nothing is kept",
    "PeriodFields": "filters: nothing is kept",
    "PatternsForm": "a pattern may look for such characters",
    "SetupForm": "refuses them itself",
    "AgentExtractionFields": "part of the agent's form",
    "AgentSummaryFields": "part of the agent's form",
    ForgottenForm.__name__: "a name that is looked up",
    CurrentPasswordForm.__name__: "a password",
    "SetPasswordForm": "passwords",
}
"""Forms of ours that need not refuse them, and why."""


def _forms(kind: Any = forms.BaseForm) -> set[type[Any]]:
    below = {one for child in kind.__subclasses__() for one in _forms(child)}
    return below | {one for one in kind.__subclasses__() if one.__module__[:13] == "sessions_app."}


def test_every_form_refuses_them() -> None:
    import voicesite.urls  # noqa: F401 - all views are loaded

    left = {
        form.__name__
        for form in _forms()
        if form.__module__.split(".")[1] in ("admin", "views", "services")
        and not issubclass(form, (CleanForm, VisibleTexts))
        and not any(base.__name__ in WITHOUT for base in form.__mro__)
    }
    assert left == set()


def test_every_page_of_the_admin_refuses_them(rf: RequestFactory, staff: User) -> None:
    request = rf.get("/")
    request.user = User(is_superuser=True, is_staff=True, is_active=True)
    for model, its_admin in admin.site._registry.items():
        if its_admin.has_add_permission(request) or its_admin.has_change_permission(request):
            for form in (its_admin.get_form(request), its_admin.get_form(request, change=True)):
                assert issubclass(form, (CleanForm, VisibleTexts)), model


@pytest.mark.parametrize(
    ("verb", "address", "body"),
    [
        ("PATCH", "calls/{id}/", {"title": UNSEEN}),
        ("PUT", "calls/{id}/tags", {"tags": ["good", UNSEEN]}),
        ("POST", "saved-views/", {"name": UNSEEN, "query": "q=x"}),
        ("POST", "calls/{id}/links", {"note": UNSEEN}),
        ("POST", "tickets/", {"visitor": "\u3164"}),
    ],
)
def test_over_rest(
    program: Program,
    ended: Call,
    verb: str,
    address: str,
    body: dict[str, Any],
) -> None:
    answer = program.send(verb, f"/api/v1/{address.format(id=ended.public_id)}", body)
    assert answer.status_code == 400, answer.content
    assert TOLD in str(answer.json()["fields"])
    assert tags.tags_of(ended) == []
    assert Call.objects.get(pk=ended.pk).title == ended.title
    assert not SavedView.objects.exists()


def test_on_the_pages(as_alice: Any, ended: Call) -> None:
    path = f"/calls/{ended.public_id}/"
    for form, given in (("title", {"title": UNSEEN}), ("tags", {"add": f"good,{UNSEEN}"})):
        as_alice.post(f"{path}{form}", given)
        assert TOLD in as_alice.get(path).content.decode(), form
    assert tags.tags_of(ended) == []
    assert Call.objects.get(pk=ended.pk).title == ended.title
    assert TOLD in as_alice.post("/calls/views/?q=x", {"name": UNSEEN}).content.decode()
    given = {"note": UNSEEN, "days": "7"}
    assert TOLD in as_alice.post(f"{path}share", given).content.decode()


def test_in_the_admin(at_desk: Any, root: Any, ended: Call) -> None:
    form = {"name": UNSEEN, "questions-TOTAL_FORMS": 1, "questions-INITIAL_FORMS": 0}
    form |= {"questions-0-position": 1, "questions-0-kind": "choice", "questions-0-text": UNSEEN}
    form |= {"questions-0-choices": f"yes\n{UNSEEN}"}
    shown = at_desk.post("/admin/sessions_app/scorecardform/add/", form).content.decode()
    assert shown.count(TOLD) == 3
    for address, given in (
        ("sessions_app/apitoken", {"name": UNSEEN}),
        ("auth/group", {"name": UNSEEN}),
        ("auth/user", {"username": "\u3164", "usable_password": "false"}),
    ):
        assert TOLD in root.post(f"/admin/{address}/add/", given).content.decode(), address
    held = {"action": "legal_hold", "_selected_action": [ended.pk], "reason": UNSEEN}
    assert "Say why" in at_desk.post("/admin/sessions_app/call/", held).content.decode()
    assert not ScorecardForm.objects.exists()
    assert not ApiToken.objects.filter(name=UNSEEN).exists()
    assert not Group.objects.filter(name=UNSEEN).exists()
    assert not User.objects.filter(username="\u3164").exists()
    assert not AccessLog.objects.filter(action=AccessLog.Action.HELD).exists()
    assert erasure.why_not(Call.objects.get(pk=ended.pk)) is None


def test_at_the_live_desk() -> None:
    for kind in ("whisper", "say"):
        with pytest.raises(ProtocolError, match="`text` must hold something that can be seen"):
            desk.parse(f'{{"type": "{kind}", "text": "{UNSEEN}"}}')
