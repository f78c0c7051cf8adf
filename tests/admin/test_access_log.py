"""The access log in the admin."""

from typing import Any

from django.contrib.auth.models import User

from sessions_app.models import AccessLog, Call
from sessions_app.services import access

LOG = "/admin/sessions_app/accesslog/"


def test_it_is_read_only_even_for_superusers(root: Any, alice: User, ended: Call) -> None:
    access.log(ended, alice, AccessLog.Action.LISTENED, "on the page")
    entry = AccessLog.objects.get()
    assert ended.public_id in root.get(f"{LOG}?q={ended.public_id}").content.decode()
    assert root.get(f"{LOG}{entry.pk}/change/").status_code == 200
    assert root.post(f"{LOG}{entry.pk}/change/", {"detail": "x"}).status_code == 403
    assert root.post(f"{LOG}{entry.pk}/delete/", {"post": "yes"}).status_code == 403
    assert root.get(f"{LOG}add/").status_code == 403
    assert AccessLog.objects.get().detail == "on the page"
