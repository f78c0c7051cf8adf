"""A language model's summary on the pages, and older ones."""

import re
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from sessions_app.models import AccessLog, Call, Summary, SummaryVersion

Maker = Callable[[User], Call]
TODO = {"text": "Call Bob.", "seq": 1, "seqs": [1, 2, 99], "who": "Ann", "due": "2026-12-01"}


@pytest.fixture
def call(alice: User, staff: User, finished: Maker) -> Call:
    made = finished(alice)
    told = {
        "engine": "model",
        "model": "m",
        "title": "The price",
        "note": "The model named a place that the call does not have: left out.",
        "decisions": [{"text": "It is fifteen.", "seq": 2, "seqs": [2]}],
        "action_items": [TODO],
    }
    Summary.objects.filter(call=made).update(number=2, **told)
    now = timezone.now()
    SummaryVersion.objects.create(call=made, number=1, made_at=now, text="An old one.")
    SummaryVersion.objects.create(
        call=made,
        number=2,
        made_at=now,
        asked_by=staff,
        requests=1,
        tokens_in=12,
        tokens_out=3,
        cost=Decimal("0.050000"),
        text="A new one.",
        **told,
    )
    return made


def part(page: str, mark: str) -> str:
    found = page.partition(f'id="{mark}"')[2]
    return found.partition("</ul>")[0] if "<ul" not in mark else found


def test_it_has_title_decisions_and_links_to_the_second(as_alice: Client, call: Call) -> None:
    page = as_alice.get(f"/calls/{call.public_id}/").content.decode()
    assert ">The price<" in page
    assert "It is fifteen." in part(page, "decisions")
    listed = part(page, "action-items")
    assert re.findall(r'href="(#segment-\d+)"', listed) == ["#segment-1", "#segment-2"]
    assert ">Ann</bdi>" in listed
    assert 'datetime="2026-12-01"' in listed
    assert "named a place that the call does not have" in page


def test_older_ones_are_reached_from_the_call(as_alice: Client, call: Call) -> None:
    page = as_alice.get(f"/calls/{call.public_id}/").content.decode()
    listed = part(page, "summary-versions")
    assert "All 2 summaries" in listed
    assert re.findall(r'href="([^"]+)"', listed) == [f"/calls/{call.public_id}/summaries/1"]
    assert "asked for by <bdi>staff</bdi>" in listed


def test_an_older_one_is_read_and_that_is_logged(as_alice: Client, call: Call) -> None:
    page = as_alice.get(f"/calls/{call.public_id}/summaries/1").content.decode()
    assert "An old one." in page
    assert "Tokens" not in page
    entry = AccessLog.objects.get()
    assert (entry.action, entry.detail) == ("read", "summary 1")


def test_its_page_tells_what_it_cost_and_leads_to_the_places(as_alice: Client, call: Call) -> None:
    page = as_alice.get(f"/calls/{call.public_id}/summaries/2").content.decode()
    facts = page.partition('id="summary-facts"')[2].partition("</dl>")[0]
    assert "12 read, 3 written, in 1 request<" in facts
    assert "<dd>0.05</dd>" in facts
    assert f'href="/calls/{call.public_id}/#segment-1"' in part(page, "action-items")


def test_there_is_no_other(as_alice: Client, call: Call) -> None:
    assert as_alice.get(f"/calls/{call.public_id}/summaries/3").status_code == 404


def test_a_call_with_one_summary_lists_none(as_alice: Client, alice: User, finished: Maker) -> None:
    page = as_alice.get(f"/calls/{finished(alice).public_id}/").content.decode()
    assert "summary-versions" not in page


def test_staff_see_them_in_the_admin(client: Client, staff: User, call: Call) -> None:
    client.force_login(staff)
    page = client.get(f"/admin/sessions_app/call/{call.pk}/change/").content.decode()
    assert f"/calls/{call.public_id}/summaries/1" in page
    assert "12 + 3 tokens, cost 0.05" in page
    assert "It is fifteen." in page
