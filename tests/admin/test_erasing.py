"""Deleting a call or a user in the admin erases it; legal holds; receipts."""

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User

from sessions_app.admin import base, call_page
from sessions_app.models import AccessLog, Call, ErasureCause, ErasureReceipt
from sessions_app.services import erasure, erasure_work
from tests.conftest import CallMaker

LIST = "/admin/sessions_app/call/"
SURE = {"post": "yes"}


def chosen(action: str, *calls: Call, **more: str) -> dict[str, Any]:
    return {"action": action, "_selected_action": [call.pk for call in calls], **more}


def page(call: Call) -> str:
    return f"{LIST}{call.pk}/delete/"


def test_deleting_a_call_erases_it(at_desk: Any, staff: User, ended: Call) -> None:
    asks = at_desk.get(page(ended)).content.decode()
    assert "A receipt without content stays" in asks
    assert Call.objects.exists()
    assert at_desk.post(page(ended), SURE)["Location"] == LIST
    receipt = ErasureReceipt.objects.get()
    assert (receipt.kind, receipt.cause, receipt.asked_by) == ("call", "staff", staff)
    assert not Call.objects.exists()
    assert erasure_work.carry_out(receipt.pk)
    assert not Call.everything.exists()


def test_several_calls_at_once(at_desk: Any, ended: Call) -> None:
    asks = at_desk.post(LIST, chosen("delete_selected", ended)).content.decode()
    assert ended.public_id in asks
    assert Call.objects.exists()
    at_desk.post(LIST, chosen("delete_selected", ended, **SURE))
    assert not Call.objects.exists()


def test_a_live_call_is_not_erased_and_the_page_says_how(at_desk: Any, call: Call) -> None:
    for answer in (
        at_desk.get(page(call)),
        at_desk.post(page(call), SURE),
        at_desk.post(LIST, chosen("delete_selected", call, **SURE)),
    ):
        assert "end it on its page in the admin" in answer.content.decode()
    assert Call.objects.exists()
    assert not ErasureReceipt.objects.exists()


def test_it_takes_the_permission(looking: Any, viewer: User, ended: Call) -> None:
    assert looking.post(page(ended), SURE).status_code == 403
    looking.post(LIST, chosen("delete_selected", ended, **SURE))
    assert Call.objects.exists()
    viewer.user_permissions.add(Permission.objects.get(codename="delete_call"))
    assert looking.post(page(ended), SURE).status_code == 302
    assert not Call.objects.exists()


def test_deleting_a_user_erases_all_that_is_theirs(root: Any, alice: User, ended: Call) -> None:
    address = f"/admin/auth/user/{alice.pk}/delete/"
    assert "User alice, with 1 calls" in root.get(address).content.decode()
    assert root.post(address, SURE).status_code == 302
    alice.refresh_from_db()
    assert not alice.is_active
    assert not Call.objects.exists()
    assert erasure_work.carry_out(ErasureReceipt.objects.get(kind="user").pk)
    assert not User.objects.filter(pk=alice.pk).exists()
    assert not LogEntry.objects.filter(object_repr="alice").exists()


def test_a_user_under_legal_hold_stays(root: Any, alice: User, staff: User, ended: Call) -> None:
    assert erasure.hold(ended, staff, "a case")
    address = f"/admin/auth/user/{alice.pk}/delete/"
    assert "Lift the legal hold" in root.post(address, SURE).content.decode()
    alice.refresh_from_db()
    assert alice.is_active


def test_a_legal_hold_has_a_reason(at_desk: Any, staff: User, ended: Call) -> None:
    asks = at_desk.post(LIST, chosen("legal_hold", ended)).content.decode()
    assert 'name="reason"' in asks
    assert "Say why" in at_desk.post(LIST, chosen("legal_hold", ended, reason=" ")).content.decode()
    assert not Call.objects.get().is_held
    told = at_desk.post(LIST, chosen("legal_hold", ended, reason="the case"), follow=True)
    assert "1 now under legal hold" in told.content.decode()
    call = Call.objects.get()
    assert (call.held_by, call.hold_reason) == (staff, "the case")
    assert "by staff: the case" in dict(call_page.facts(call, 0))["Legal hold"]
    assert ended.public_id in at_desk.get(f"{LIST}?hold=yes").content.decode()
    assert ended.public_id not in at_desk.get(f"{LIST}?hold=no").content.decode()
    assert "Lift the legal hold" in at_desk.get(page(ended)).content.decode()
    again = at_desk.post(LIST, chosen("legal_hold", ended, reason="another"), follow=True)
    assert "Skipped 1" in again.content.decode()


def test_more_than_a_page_can_send_are_refused_in_words(
    at_desk: Any, alice: User, ended: Call, make_call: CallMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_call(alice, offer_key="2")
    monkeypatch.setattr(base, "MOST_AT_ONCE", 1)
    for action in ("legal_hold", "delete_selected"):
        given = chosen(action, ended, select_across="1", reason="the case")
        told = at_desk.post(LIST, given, follow=True).content.decode()
        assert "2 are chosen, and 1 at most can be at once" in told, action
        assert ended.public_id not in told or action == "legal_hold"
    assert not Call.objects.exclude(held_at=None).exists()


def test_lifting_it(at_desk: Any, staff: User, ended: Call) -> None:
    assert erasure.hold(ended, staff, "a case")
    told = at_desk.post(LIST, chosen("lift_hold", ended), follow=True).content.decode()
    assert "1 now no longer under legal hold" in told
    assert not Call.objects.get().is_held
    noted = AccessLog.objects.filter(call=ended, user=staff).order_by("pk")
    assert list(noted.values_list("action", flat=True)) == ["held", "released"]


@pytest.mark.parametrize("action", ["legal_hold", "lift_hold"])
def test_holds_take_a_permission_of_their_own(
    looking: Any, viewer: User, staff: User, ended: Call, action: str
) -> None:
    if action == "lift_hold":
        erasure.hold(ended, staff, "a case")
    before = Call.objects.get().is_held
    looking.post(LIST, chosen(action, ended, reason="mine"))
    assert Call.objects.get().is_held == before
    viewer.user_permissions.add(Permission.objects.get(codename="hold_call"))
    looking.post(LIST, chosen(action, ended, reason="mine"))
    assert Call.objects.get().is_held != before


def test_receipts_are_listed_with_what_keeps_them(
    at_desk: Any, staff: User, ended: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    receipt = erasure.erase_call(ended, staff, ErasureCause.STAFF)
    monkeypatch.setattr(erasure_work, "_stored", lambda _: 1 / 0)
    assert not erasure_work.carry_out(receipt.pk)
    listed = at_desk.get("/admin/sessions_app/erasurereceipt/").content.decode()
    assert ended.public_id in listed
    assert "The storage did not delete a file (ZeroDivisionError)" in listed
    monkeypatch.undo()
    assert erasure_work.carry_out(receipt.pk)
    one = f"/admin/sessions_app/erasurereceipt/{receipt.pk}/change/"
    assert "3 lines of transcripts" in at_desk.get(one).content.decode()
    assert at_desk.post(one, {"subject": "x"}).status_code == 403
    assert at_desk.post(f"{one[:-7]}delete/", SURE).status_code == 403
