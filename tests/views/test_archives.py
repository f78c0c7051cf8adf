"""A user's export on the account page, the start page, in the admin and over REST."""

import io
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.utils import timezone

from sessions_app import tasks
from sessions_app.models import Archive, Call, ErasureCause
from sessions_app.models.work import WorkState
from sessions_app.services import archives, erasure
from tests.admin.conftest import at_desk, looking, root
from tests.api.conftest import Program, viewer
from tests.conftest import CallMaker
from tests.fixtures.spoken_call import spoken_call
from tests.static_files import static_files

__all__ = ["at_desk", "looking", "root", "static_files", "viewer"]

pytestmark = pytest.mark.django_db

CALLS = "/admin/sessions_app/call/"
EXPORTS = "/admin/sessions_app/archive/"


@pytest.fixture
def spoken(alice: User, own_folders: Path) -> Call:
    return spoken_call(alice, own_folders)


def made() -> Archive:
    row = Archive.objects.first()
    assert row is not None
    tasks.make_archive(row.pk)
    row.refresh_from_db()
    assert row.state == WorkState.DONE
    return row


def text(client: Client, address: str) -> str:
    return client.get(address).content.decode()


def test_from_the_button_to_the_file(spoken: Call, alice: User, client: Client) -> None:
    client.force_login(alice)
    assert 'id="export-ask"' in text(client, "/account/")
    assert client.post("/account/export").url == "/account/"  # type: ignore[attr-defined]
    waiting = text(client, "/account/")
    assert "data-owed" in waiting
    assert 'id="export-ask"' not in waiting
    assert "export-ready" not in text(client, "/")
    row = made()
    address = f"/exports/{row.public_id}.zip"
    assert address in text(client, "/account/")
    assert address in text(client, "/")
    answer: Any = client.get(address)
    content = b"".join(answer.streaming_content)
    assert zipfile.ZipFile(io.BytesIO(content)).testzip() is None
    assert (answer["Content-Type"], answer["ETag"]) == ("application/zip", f'"{row.sha256}"')
    assert answer["Content-Disposition"].startswith('attachment; filename="voicesite-20')
    assert "export-ready" not in text(client, "/")


def test_a_download_that_broke_off_goes_on(spoken: Call, alice: User, client: Client) -> None:
    client.force_login(alice)
    client.post("/account/export")
    address = f"/exports/{made().public_id}.zip"
    whole: Any = client.get(address)
    content = b"".join(whole.streaming_content)
    sign = {"Range": f"bytes={len(content) // 2}-", "If-Range": whole["ETag"]}
    rest: Any = client.get(address, headers=sign)
    assert rest.status_code == 206
    assert b"".join(rest.streaming_content) == content[len(content) // 2 :]
    other: Any = client.get(address, headers={**sign, "If-Range": '"another"'})
    assert (other.status_code, other["Content-Length"]) == (200, str(len(content)))


def test_only_who_asked_gets_it(spoken: Call, alice: User, bob: User, root: Client) -> None:
    archives.ask_own(alice, alice)
    row = made()
    client = Client()
    client.force_login(bob)
    address = f"/exports/{row.public_id}.zip"
    assert [one.get(address).status_code for one in (client, root)] == [404, 404]
    assert Program(bob).get(f"/api/v1/exports/{row.public_id}/").status_code == 404


def test_one_that_is_gone_or_failed_is_told(spoken: Call, alice: User, client: Client) -> None:
    client.force_login(alice)
    archives.ask_own(alice, alice)
    row = made()
    erasure.erase_call(spoken, alice, ErasureCause.OWNER)
    assert 'id="export-gone"' in text(client, "/account/")
    assert client.get(f"/exports/{row.public_id}.zip").status_code == 404
    Archive.objects.update(gone_because="", gone_at=None, state="failed", error="The disk is full.")
    assert "could not be made. The disk is full." in text(client, "/account/")


def test_staff_export_what_is_a_users(spoken: Call, alice: User, staff: User) -> None:
    staff.user_permissions.add(Permission.objects.get(codename="view_user"))
    client = Client()
    client.force_login(staff)
    chosen = {"action": "export_all", "_selected_action": [alice.pk]}
    assert client.post("/admin/auth/user/", chosen).status_code == 302
    row = made()
    assert (row.user, row.subject) == (staff, alice)
    page = text(client, EXPORTS)
    assert f'href="/exports/{row.public_id}.zip"' in page
    assert client.get(f"/exports/{row.public_id}.zip").status_code == 200
    staff.user_permissions.remove(Permission.objects.get(codename="export_user"))
    assert client.get(f"/exports/{row.public_id}.zip").status_code == 404
    assert "export_all" not in text(client, "/admin/auth/user/")
    assert f'href="/exports/{row.public_id}.zip"' not in text(client, EXPORTS)


def test_staff_export_chosen_calls(
    spoken: Call, at_desk: Client, looking: Client, staff: User
) -> None:
    chosen = {"action": "export_audio", "_selected_action": [spoken.pk]}
    assert "export_audio" not in text(looking, CALLS)
    looking.post(CALLS, chosen)
    assert not Archive.objects.exists()
    assert "The list of exports" in at_desk.post(CALLS, chosen, follow=True).content.decode()
    again = at_desk.post(CALLS, chosen, follow=True).content.decode()
    assert "still being made" in again
    row = made()
    assert (row.kind, row.user, row.calls) == ("calls", staff, 1)
    detail = text(at_desk, f"{EXPORTS}{row.pk}/change/")
    assert row.sha256 in detail


def test_over_rest(spoken: Call, alice: User, staff: User) -> None:
    program = Program(alice)
    asked = program.send("POST", "/api/v1/exports/", {})
    assert asked.status_code == 202
    told = asked.json()
    assert (told["kind"], told["user"], told["state"]) == ("own", "alice", "pending")
    assert program.send("POST", "/api/v1/exports/", {}).json()["id"] == told["id"]
    assert program.get(f"/api/v1/exports/{told['id']}/download").status_code == 404
    made()
    (listed,) = program.get("/api/v1/exports/").json()
    assert (listed["state"], listed["calls"]) == ("done", 1)
    answer = program.get(listed["url"].removeprefix("http://testserver"), Range="bytes=0-1")
    assert (answer.status_code, b"".join(answer.streaming_content)) == (206, b"PK")
    removed = program.send("DELETE", f"/api/v1/exports/{told['id']}/").json()
    assert removed["gone_because"] == "removed"
    assert program.get(f"/api/v1/exports/{told['id']}/download").status_code == 404
    theirs = Program(staff).send("POST", "/api/v1/exports/", {"user": "alice"})
    assert (theirs.status_code, theirs.json()["user"]) == (202, "alice")
    nobody = Program(staff).send("POST", "/api/v1/exports/", {"user": "nobody"})
    assert nobody.status_code == 400
    assert program.send("POST", "/api/v1/exports/", {"user": "nobody"}).status_code == 403


def test_calls_are_chosen_by_the_filters_of_the_list(
    spoken: Call, bob: User, staff: User, make_call: CallMaker
) -> None:
    make_call(bob)
    program = Program(staff)

    def ask(**wanted: Any) -> Any:
        return program.send("POST", "/api/v1/exports/", {"kind": "calls", "filter": wanted})

    wrong = ask(owners="alice").json()
    assert "did you mean 'owner'" in str(wrong["fields"])
    assert ask(state=["over"]).status_code == 400
    assert ask(owner="alice", state=["ended", "failed"]).status_code == 202
    assert Archive.objects.get().wanted == [spoken.pk]
    assert ask(owner="bob").status_code == 409
    made()
    assert ask(owner="bob", gaps=False).status_code == 202
    assert len(Archive.objects.filter(gone_at=None)) == 2


@pytest.mark.parametrize(
    "wanted",
    [
        {"created_after": {"a": 1}},
        {"created_after": [["2026-01-01"]]},
        {"created_after": 10**20},
        {"reviewed": [None]},
        {"state": {"ended": 1}},
        {"agent": "%"},
    ],
)
def test_a_filter_of_other_types_is_refused(staff: User, wanted: Any) -> None:
    body = {"kind": "calls", "filter": wanted}
    answer = Program(staff).send("POST", "/api/v1/exports/", body)
    assert answer.status_code == 400
    assert list(answer.json()["fields"]["filter"]) == list(wanted)


@pytest.mark.parametrize("wanted", [True, "true", ["true"]])
def test_reviewed_calls_are_chosen(spoken: Call, staff: User, bob: User, wanted: Any) -> None:
    body = {"kind": "calls", "filter": {"reviewed": wanted}}
    assert Program(staff).send("POST", "/api/v1/exports/", body).status_code == 202
    assert Archive.objects.get().wanted == [spoken.pk]


def test_it_says_until_when(spoken: Call, alice: User, client: Client) -> None:
    client.force_login(alice)
    archives.ask_own(alice, alice)
    row = made()
    assert row.expires_at is not None
    day = timezone.localtime(row.expires_at)
    assert f"available until {day.day} {day:%B %Y}" in text(client, "/account/")
    archives.expire(row.expires_at + timedelta(seconds=1))
    assert 'id="export-download"' not in text(client, "/account/")
