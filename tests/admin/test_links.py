"""Share links in the admin: listed, and revoked by who may share."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.utils import timezone

from sessions_app.models import AccessLog, Call, ShareLink
from sessions_app.services import sharing
from sessions_app.services.sharing import ShareWish
from tests.api.conftest import call, ended  # noqa: F401 - fixtures
from tests.static_files import static_files  # noqa: F401 - a fixture

LIST = "/admin/sessions_app/sharelink/"


@pytest.fixture
def link(ended: Call, alice: User) -> ShareLink:  # noqa: F811
    wish = ShareWish(timezone.now() + timedelta(days=1), with_audio=True, note="for Bob")
    return sharing.share(ended, alice, wish)[0]


def test_staff_see_and_revoke(client: Client, staff: User, link: ShareLink) -> None:
    client.force_login(staff)
    sharing.note_page(link)
    shown = client.get(LIST).content.decode()
    assert "for Bob" in shown
    assert "transcript, recording" in shown
    assert f"{link.prefix}…" in client.get(f"{LIST}{link.pk}/change/").content.decode()
    client.post(LIST, {"action": "revoke", "_selected_action": link.pk})
    link.refresh_from_db()
    assert link.revoked_at is not None
    assert AccessLog.objects.filter(action=AccessLog.Action.UNSHARED, user=staff).exists()
    timeline = client.get(f"/admin/sessions_app/call/{link.call_id}/change/").content.decode()
    assert f"Read by link {link.prefix}…" in timeline
    log = client.get("/admin/sessions_app/accesslog/").content.decode()
    assert f"link {link.prefix}…" in log


def test_who_may_only_look_cannot_revoke(client: Client, link: ShareLink) -> None:
    viewer = User.objects.create_user("viewer", is_staff=True)
    may = ("view_call", "view_sharelink")
    viewer.user_permissions.set(Permission.objects.filter(codename__in=may))
    client.force_login(viewer)
    assert "for Bob" in client.get(LIST).content.decode()
    client.post(LIST, {"action": "revoke", "_selected_action": link.pk})
    link.refresh_from_db()
    assert link.revoked_at is None
