"""What is kept of calls can be read after whoever acted in them was deleted."""

from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.db.models import SET_NULL
from django.test import Client

from sessions_app.engine.exports.registry import FORMATS
from sessions_app.models import Call, ErasureCause, Segment, StaffAct
from sessions_app.services import erasure
from sessions_app.services.erasure_work import carry_out
from tests.access_rows import VISITORS
from tests.api.conftest import call, ended, recording, summary  # noqa: F401 - fixtures
from tests.static_files import static_files  # noqa: F401 - a fixture
from tests.test_access_matrix import TABLE, check, keys, people  # noqa: F401 - fixtures

pytestmark = pytest.mark.usefixtures("static_files")


@pytest.fixture
def kim(db: None) -> User:
    """Somebody who did all that was done to any row, as far as it outlives who did it."""
    return User.objects.create_user("kim", first_name="Kim", is_staff=True)


def all_done_by(user: User) -> None:
    """Has every row name `user` that a deleted user only vanishes from."""
    for model in apps.get_app_config("sessions_app").get_models():
        fields: tuple[Any, ...] = model._meta.concrete_fields
        of_users = [field for field in fields if field.related_model is User]
        for field in of_users:
            if field.remote_field.on_delete is SET_NULL:
                model._base_manager.update(**{field.name: user})
    Segment.objects.filter(seq=1).update(speaker="agent", typed_by_staff=True)
    Segment.objects.exclude(seq=1).update(said_by=None)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def without_kim(
    kim: User,
    people: dict[str, User],  # noqa: F811
    keys: dict[str, Any],  # noqa: F811
) -> dict[str, Any]:
    spoken = Call.objects.get(pk=keys["call"])
    StaffAct.objects.create(call=spoken, deed="whisper", text="Offer a refund.", at_ms=1)
    all_done_by(kim)
    assert carry_out(erasure.erase_user(kim, people["staff"], ErasureCause.STAFF).pk)
    assert not User.objects.filter(username="kim").exists()
    return keys


def test_every_address_answers_as_before(
    without_kim: dict[str, Any],
    people: dict[str, User],  # noqa: F811
) -> None:
    for visitor in ("owner", "staff"):
        place = VISITORS.index(visitor)
        rows = [row for row in TABLE if row.method == "GET" and row.outcomes[place] == 200]
        assert len(rows) > 40
        check(signed_in(people[visitor]), visitor, rows, without_kim)


def test_that_staff_typed_a_line_is_known_without_who_did(
    without_kim: dict[str, Any],
    people: dict[str, User],  # noqa: F811
) -> None:
    staff, owner = signed_in(people["staff"]), signed_in(people["owner"])
    spoken = Call.objects.get(pk=without_kim["call"])
    mark = "Typed by <bdi>a deleted user</bdi>"
    at = f"/calls/{spoken.public_id}/"
    pages = at, f"/admin/sessions_app/call/{spoken.pk}/change/"
    for address in pages:
        assert staff.get(address).content.decode().count(mark) == 1
    assert mark not in owner.get(at).content.decode()
    told = staff.get(f"/api/v1{at}segments").json()["segments"]
    assert [line["typed_by"] for line in told][:2] == ["a deleted user", None]
    told = owner.get(f"/api/v1{at}segments").json()["segments"]
    assert {line["typed_by"] for line in told} == {None}
    for form in FORMATS:
        address = f"/api/v1{at}transcript.{form}"
        assert staff.get(address).content.decode().count("a deleted user") == 1, form
        assert "deleted user" not in owner.get(address).content.decode()
