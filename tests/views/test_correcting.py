"""What a call's page shows of corrections, and to whom it offers them."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from sessions_app.models import Call, Segment, Summary
from sessions_app.services import corrections

Maker = Callable[[User], Call]


def line_of(html: str, seq: int) -> str:
    return html.partition(f'id="segment-{seq}"')[2].partition("</li>")[0]


def page_of(client: Client, call: Call) -> str:
    return client.get(f"/calls/{call.public_id}/").content.decode()


@pytest.fixture
def call(alice: User, finished: Maker) -> Call:
    return finished(alice)


def test_the_owner_is_offered_it_by_the_setting(
    as_alice: Client, call: Call, settings: Any
) -> None:
    html = page_of(as_alice, call)
    assert f'data-segments="/api/v1/calls/{call.public_id}/segments"' in html
    line = line_of(html, 1)
    assert 'data-text="Good morning everybody."' in line
    assert 'data-revision="0" ' in line
    assert 'aria-label="Edit the line at 0:01"' in line
    assert "data-correctable" in line
    assert "data-history" not in line
    settings.VOICE = {**settings.VOICE, "CORRECT_BY_OWNER": False}
    html = page_of(as_alice, call)
    assert "data-edit" not in html
    assert "data-correctable" not in html


def test_a_live_call_offers_none(as_alice: Client, call: Call) -> None:
    Call.objects.filter(pk=call.pk).update(state="active")
    assert "data-edit" not in page_of(as_alice, call)


def test_who_corrected_it_and_when_is_shown(as_alice: Client, call: Call, staff: User) -> None:
    now = corrections.correct(Segment.objects.get(call=call, seq=1), staff, "Good evening, all.")
    assert now.edited_at is not None
    line = line_of(page_of(as_alice, call), 1)
    assert "Corrected by <bdi>staff</bdi>, <time" in line
    assert now.edited_at.strftime("%Y-%m-%dT%H:%M") in line
    assert 'aria-label="History of the line at 0:01"' in line
    assert 'data-revision="1"' in line
    (words,) = re.findall(r'<span class="words" data-words="([^"]+)">([^<]+)<', line)
    # from 1000, 1300 and 1600 ms on
    assert words == ("4 0 250 8 50 250 4 50 250", "Good evening, all.")


def test_where_nothing_was_said_that_stands(as_alice: Client, call: Call, alice: User) -> None:
    line = Segment.objects.get(call=call, seq=1)
    corrections.correct(line, alice, "", nothing_said=True)
    shown = line_of(page_of(as_alice, call), 1)
    assert "Nothing was said here." in shown
    assert 'data-text=""' in shown
    assert "data-history" in shown


def test_a_summary_that_is_older_than_the_text_says_so(
    as_alice: Client, call: Call, alice: User, client: Client, bob: User
) -> None:
    address = f"/calls/{call.public_id}/summarise"
    assert "changed after this summary" not in page_of(as_alice, call)
    assert as_alice.post(address).status_code == 404
    corrections.correct(Segment.objects.get(call=call, seq=1), alice, "Good evening.")
    html = page_of(as_alice, call)
    assert "The transcript was changed after" in html
    assert "Summarise again" in html
    answer = as_alice.post(address)
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/calls/{call.public_id}/")
    assert Summary.objects.get(call=call).state == "pending"
    assert "changed after this summary" not in page_of(as_alice, call)


def test_from_the_admin_one_returns_there(client: Client, call: Call, staff: User) -> None:
    client.force_login(staff)
    answer = client.post(f"/calls/{call.public_id}/summarise?on=admin")
    assert answer.headers["Location"] == f"/admin/sessions_app/call/{call.pk}/change/"


def test_who_typed_a_line_is_shown_to_staff_and_by_the_setting_to_its_owner(
    as_alice: Client, call: Call, staff: User, settings: Any
) -> None:
    Segment.objects.filter(call=call, seq=1).update(speaker="agent", said_by=staff)
    assert "Typed by" not in page_of(as_alice, call)
    part = f"/calls/{call.public_id}/?part=lines:0-2"
    assert "Typed by" not in as_alice.get(part).content.decode()
    settings.VOICE = {**settings.VOICE, "REVIEW_FOR_OWNER": ["typed"]}
    assert "Typed by <bdi>staff</bdi>" in line_of(page_of(as_alice, call), 1)
    settings.VOICE = {**settings.VOICE, "REVIEW_FOR_OWNER": []}
    as_alice.force_login(staff)
    html = page_of(as_alice, call)
    assert "Typed by <bdi>staff</bdi>" in line_of(html, 1)
    assert html.count("Typed by") == 1
    assert "Typed by <bdi>staff</bdi>" in as_alice.get(part).content.decode()
