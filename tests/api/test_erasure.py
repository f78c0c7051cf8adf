"""DELETE of a call: who may, what they are told, and what is refused."""

from typing import Any

import pytest
from django.contrib.auth.models import User

from sessions_app.models import Call, ErasureReceipt
from sessions_app.services import erasure, erasure_work
from tests.api.conftest import Program, openapi


@pytest.fixture
def desk(staff: User) -> Program:
    return Program(staff)


@pytest.fixture
def owners_may(settings: Any) -> None:
    settings.VOICE = {**settings.VOICE, "ERASE_BY_OWNER": True}


def path(call: Call) -> str:
    return f"/api/v1/calls/{call.public_id}/"


def test_staff_with_the_permission_erase(desk: Program, staff: User, ended: Call) -> None:
    answer = desk.send("DELETE", path(ended))
    assert answer.status_code == 202
    receipt = ErasureReceipt.objects.get()
    assert (receipt.cause, receipt.asked_by) == ("staff", staff)
    assert answer.json() == {
        "id": receipt.pk,
        "call": ended.public_id,
        "state": "pending",
        "asked_at": answer.json()["asked_at"],
    }
    assert desk.get(path(ended)).status_code == 404
    assert desk.send("DELETE", path(ended)).status_code == 404
    assert erasure_work.carry_out(receipt.pk)
    assert not Call.everything.exists()


def test_an_owner_only_where_the_setting_allows(program: Program, ended: Call) -> None:
    refused = program.send("DELETE", path(ended))
    assert (refused.status_code, refused.json()["code"]) == (403, "not_allowed")
    assert "ERASE_BY_OWNER" in refused.json()["message"]


@pytest.mark.usefixtures("owners_may")
def test_an_owner_erases(program: Program, alice: User, bob: User, ended: Call) -> None:
    assert Program(bob).send("DELETE", path(ended)).status_code == 404
    assert program.send("DELETE", path(ended)).status_code == 202
    receipt = ErasureReceipt.objects.get()
    assert (receipt.cause, receipt.asked_by) == ("owner", alice)


def test_who_may_only_look_is_refused(viewer: User, ended: Call) -> None:
    assert Program(viewer).send("DELETE", path(ended)).status_code == 403
    assert Call.objects.filter(pk=ended.pk).exists()


def test_a_live_call_is_refused_with_the_way_out(desk: Program, call: Call) -> None:
    refused = desk.send("DELETE", path(call))
    assert (refused.status_code, refused.json()["code"]) == (409, "call_live")
    assert "end it on its page in the admin" in refused.json()["message"]


def test_a_legal_hold_is_refused_with_the_way_out(desk: Program, staff: User, ended: Call) -> None:
    assert erasure.hold(ended, staff, "a case")
    refused = desk.send("DELETE", path(ended))
    assert (refused.status_code, refused.json()["code"]) == (409, "legal_hold")
    assert "Lift the legal hold" in refused.json()["message"]
    assert desk.send("GET", path(ended)).status_code == 200


def test_the_document_says_so() -> None:
    told = openapi()["paths"]["/api/v1/calls/{call_id}/"]["delete"]
    assert set(told["responses"]) == {"202", "400", "401", "403", "404", "409"}
