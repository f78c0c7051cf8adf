"""Staff end a live call from its page."""

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.utils import timezone

from sessions_app.admin import call_page
from sessions_app.engine.core.states import CallState, EndReason
from sessions_app.models import AccessLog, Call
from sessions_app.services import calls


def page(call: Call, more: str = "change/") -> str:
    return f"/admin/sessions_app/call/{call.pk}/{more}"


def fresh(call: Call) -> Call:
    return Call.objects.get(pk=call.pk)


def test_it_is_asked_first_and_written_down(at_desk: Any, staff: User, call: Call) -> None:
    assert f'href="{page(call, "end/")}"' in at_desk.get(page(call)).content.decode()
    asks = at_desk.get(page(call, "end/")).content.decode()
    assert "told that staff ended the call" in asks
    assert fresh(call).end_asked_at is None
    answer = at_desk.post(page(call, "end/"), follow=True)
    assert answer.redirect_chain == [(page(call), 302)]
    text = answer.content.decode()
    assert "will end within a few seconds" in text
    assert "staff asked for its end" in text
    assert "/end/" not in text
    asked = fresh(call)
    assert (asked.ended_by, asked.is_live) == (staff, True)
    logged = LogEntry.objects.get()
    assert (logged.user, logged.object_id, logged.change_message) == (
        staff,
        str(call.pk),
        "Ended the live call.",
    )
    assert AccessLog.objects.filter(user=staff, action=AccessLog.Action.ENDED).count() == 1


def test_who_asks_again_is_told(at_desk: Any, call: Call) -> None:
    for _ in range(2):
        text = at_desk.post(page(call, "end/"), follow=True).content.decode()
    assert "Nothing was done" in text
    assert "Nothing was done" in at_desk.get(page(call, "end/"), follow=True).content.decode()
    assert LogEntry.objects.count() == 1


def test_who_asks_too_late_is_told(at_desk: Any, ended: Call) -> None:
    text = at_desk.post(page(ended, "end/"), follow=True).content.decode()
    assert "Nothing was done" in text
    assert fresh(ended).ended_by is None
    assert not LogEntry.objects.exists()


@pytest.mark.parametrize("others", [[], ["change_call"]])
def test_it_takes_a_permission_of_its_own(
    looking: Any, viewer: User, call: Call, others: list[str]
) -> None:
    viewer.user_permissions.add(*Permission.objects.filter(codename__in=others))
    assert "/end/" not in looking.get(page(call)).content.decode()
    assert looking.get(page(call, "end/")).status_code == 403
    assert looking.post(page(call, "end/")).status_code == 403
    assert fresh(call).end_asked_at is None
    viewer.user_permissions.add(Permission.objects.get(codename="end_call"))
    assert looking.post(page(call, "end/")).status_code == 302
    assert fresh(call).ended_by == viewer


def test_the_permission_alone_shows_no_call(client: Any, db: None, call: Call) -> None:
    blind = User.objects.create_user("blind", is_staff=True)
    blind.user_permissions.add(Permission.objects.get(codename="end_call"))
    client.force_login(blind)
    assert client.post(page(call, "end/")).status_code in (403, 404)
    assert fresh(call).end_asked_at is None


@pytest.mark.parametrize(
    ("reason", "shown"),
    [
        (EndReason.STAFF_ENDED, "Ended by staff (staff)"),
        (EndReason.CALLER_HUNG_UP, "Caller hung up"),
    ],
)
def test_the_record_says_who_ended_it(
    staff: User, call: Call, reason: EndReason, shown: str
) -> None:
    assert calls.asked_to_end([call.public_id]) == []
    assert calls.ask_to_end(call, staff)
    assert calls.asked_to_end([call.public_id, "another"]) == [call.public_id]
    for state in (CallState.ENDING, CallState.ENDED):
        calls.move(call.public_id, state, reason=reason, now=timezone.now())
    facts = dict(call_page.facts(fresh(call), 0))
    assert facts["Ended because"] == shown
    timeline = [moment.what for moment in call_page.timeline(fresh(call))]
    assert f"Ended: {shown}" in timeline
    assert "Ended the live call by staff" in timeline


def test_a_call_that_is_ending_cannot_be_ended(staff: User, call: Call) -> None:
    calls.move(call.public_id, CallState.ENDING)
    assert not calls.ask_to_end(fresh(call), staff)
    assert not AccessLog.objects.exists()
