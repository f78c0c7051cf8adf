"""What the admin's page of a call shows of corrections, and to whom it offers them."""

import re
from typing import Any

from django.contrib.auth.models import Permission, User
from django.test import Client

from sessions_app.models import Call, Segment, Summary
from sessions_app.services import corrections


def row_of(client: Client, call: Call, seq: int) -> str:
    html = client.get(f"/admin/sessions_app/call/{call.pk}/change/").content.decode()
    found = re.search(rf'<(li|tr)[^>]* id="segment-{seq}".*?</\1>', html, re.DOTALL)
    assert found is not None
    return found[0]


def test_it_is_offered_with_the_permission_alone(
    at_desk: Any, looking: Any, viewer: User, ended: Call
) -> None:
    assert "data-correctable" in row_of(at_desk, ended, 2)
    assert 'aria-label="Edit the line at 0:02"' in row_of(at_desk, ended, 2)
    assert "data-edit" not in row_of(looking, ended, 2)
    viewer.user_permissions.add(Permission.objects.get(codename="correct_transcript"))
    assert "data-edit" in row_of(looking, ended, 2)


def test_a_live_call_offers_none(at_desk: Any, call: Call) -> None:
    assert "data-edit" not in row_of(at_desk, call, 2)


def test_who_corrected_it_and_when_is_shown(
    at_desk: Any, looking: Any, ended: Call, staff: User
) -> None:
    line = Segment.objects.get(call=ended, seq=2)
    corrections.correct(line, staff, "Good evening")
    row = row_of(looking, ended, 2)
    assert "Corrected by <bdi>staff</bdi>, <time" in row
    assert "Recognised as: good morning" in row
    assert 'data-text="Good evening"' in row
    assert 'data-revision="1"' in row
    assert "data-history" in row
    corrections.correct(line, staff, "", nothing_said=True)
    row = row_of(looking, ended, 2)
    assert "Nothing was said here." in row
    assert "Recognised as: good morning" in row


def test_an_outdated_summary_is_made_again_from_here(
    looking: Any, viewer: User, summary: Summary
) -> None:
    viewer.user_permissions.add(Permission.objects.get(codename="correct_transcript"))
    call = summary.call
    address = f"/admin/sessions_app/call/{call.pk}/change/"
    assert "changed after this summary" not in looking.get(address).content.decode()
    corrections.correct(Segment.objects.get(call=call, seq=2), viewer, "Good evening")
    page = looking.get(address).content.decode()
    assert "changed after this summary" in page
    again = f"/calls/{call.public_id}/summarise?on=admin"
    assert f'action="{again}"' in page
    assert looking.post(again).headers["Location"] == address
    summary.refresh_from_db()
    assert summary.state == "pending"
