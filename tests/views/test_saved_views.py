"""Saved views: on the page, over REST and in the admin; own ones and shared ones."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from sessions_app.models import SavedView
from sessions_app.services import saved_views
from sessions_app.services.saved_views import ViewRefusedError, ViewWish
from tests.api.conftest import Program, viewer  # noqa: F401 - a fixture
from tests.static_files import static_files  # noqa: F401 - a fixture

pytestmark = pytest.mark.usefixtures("static_files")

PAGE, REST = "/calls/views/", "/api/v1/saved-views/"
QUERY = "q=refund&last_days=7&failure=any"


def text(client: Client, address: str) -> str:
    return client.get(address).content.decode()


def test_a_view_is_saved_opened_changed_and_deleted(as_alice: Client, alice: User) -> None:
    assert "You have no saved views yet" in text(as_alice, PAGE)
    found = text(as_alice, f"/calls/?{QUERY}&page=1&color=red")
    to_save = QUERY.replace("&", "&amp;")
    assert f'href="{PAGE}?{to_save}"' in found
    assert "refund" in text(as_alice, f"{PAGE}?{QUERY}")
    as_alice.post(f"{PAGE}?{QUERY}&page=2", {"name": " Angry  callers "})
    view = SavedView.objects.get()
    assert (view.name, view.query, view.shared, view.owner) == (
        "Angry callers",
        QUERY,
        False,
        alice,
    )
    assert f'href="?{to_save}" aria-current="true"' in text(as_alice, f"/calls/?{QUERY}")
    as_alice.post(f"{PAGE}{view.pk}/", {"name": "Calm callers"})
    as_alice.post(f"{PAGE}?state=failed", {"into": view.pk})
    view.refresh_from_db()
    assert (view.name, view.query) == ("Calm callers", "state=failed")
    assert "State: Failed" in text(as_alice, PAGE)
    as_alice.post(f"{PAGE}{view.pk}/delete")
    assert not SavedView.objects.exists()


@pytest.mark.parametrize(
    ("query", "body", "told"),
    [
        ("", {"name": "All"}, "Search for something, or set a filter"),
        ("page=2", {"name": "All"}, "Search for something, or set a filter"),
        ("q=x", {"name": "  "}, "Give a name of 1 to 60"),
        ("q=x", {"name": "taken"}, "There is a view called taken already"),
        ("q=x&since=x", {"name": "New"}, "Give a day as year-month-day"),
        ("reviewed=true", {"name": "New"}, "Only staff see whether"),
        ("q=x", {"name": "New", "shared": "on"}, saved_views.NOT_TO_SHARE),
    ],
)
def test_what_cannot_be_saved_is_told(
    as_alice: Client, alice: User, query: str, body: dict[str, str], told: str
) -> None:
    saved_views.save(alice, ViewWish("taken", "q=y"))
    answer = as_alice.post(f"{PAGE}?{query}", body)
    assert (answer.status_code, SavedView.objects.count()) == (400, 1)
    assert str(told) in answer.content.decode()
    given = {"name": body["name"], "query": query or "page=1", "shared": "shared" in body}
    over_rest = Program(alice).send("POST", REST, given)
    assert over_rest.status_code == 400
    assert len(over_rest.json()["fields"]) == 1


def test_a_shared_view_is_there_for_staff_who_see_every_call(
    alice: User,
    staff: User,
    viewer: User,  # noqa: F811 - the fixture
) -> None:
    mine = Program(staff).send("POST", REST, {"name": "Lost", "query": QUERY, "shared": True})
    assert mine.status_code == 201
    number = mine.json()["id"]
    seen = Program(viewer).get(f"{REST}{number}").json()
    assert (seen["owner"], seen["shared"]) == ("staff", True)
    assert seen["filters"] == {"q": ["refund"], "last_days": ["7"], "failure": ["any"]}
    assert Program(viewer).get(seen["calls"]).status_code == 200
    assert Program(viewer).send("PATCH", f"{REST}{number}", {"name": "x"}).status_code == 403
    assert Program(alice).get(f"{REST}{number}").status_code == 404
    viewer.user_permissions.add(Permission.objects.get(codename="share_saved_view"))
    other = Program(User.objects.get(pk=viewer.pk))
    assert other.send("PATCH", f"{REST}{number}", {"name": "Gone"}).json()["name"] == "Gone"
    desk = Client()
    desk.force_login(viewer)
    page = text(desk, "/admin/sessions_app/call/?find-open=1")
    assert 'href="?q=refund&amp;find-last_days=7&amp;find-failure=any"' in page
    opened = text(desk, "/admin/sessions_app/call/?q=refund&find-last_days=7&state__exact=ended")
    assert f'href="{PAGE}?last_days=7&amp;q=refund&amp;state=ended"' in opened
    staff.is_active = False
    staff.save()
    assert other.get(REST).json() == []


def test_there_are_so_many_at_most(alice: User, monkeypatch: Any) -> None:
    monkeypatch.setattr(saved_views, "MOST", 1)
    saved_views.save(alice, ViewWish("One", "q=x"))
    with pytest.raises(ViewRefusedError):
        saved_views.save(alice, ViewWish("Two", "q=x"))
