"""Calls in the admin: the list, and what can be done with them."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.auth.models import User

from sessions_app.admin.calls import CallAdmin
from sessions_app.models import AccessLog, Call, ErasureReceipt, Recording, Summary
from sessions_app.services import paging
from sessions_app.services.call_parts import FIRST_LINES
from tests.api.conftest import end, say
from tests.conftest import CallMaker

REVIEW = (
    r'<section[^>]* id="(review|comments|reviewed|scorecards)".*?</section>'
    r'|<details class="rv-rename">.*?</details>'
)
"""Parts with forms of their own: tests/admin/test_reviewing.py."""

LIST = "/admin/sessions_app/call/"


def shown(answer: Any) -> set[str]:
    return {call.public_id for call in answer.context["cl"].result_list}


def page(call: Call) -> str:
    return f"{LIST}{call.pk}/change/"


def test_columns(at_desk: Any, ended: Call) -> None:
    text = at_desk.get(LIST).content.decode()
    for cell in (
        '<span class="vs-badge vs-badge-ended">Ended</span>',
        '<td class="field-length">0:01:01</td>',
        '<td class="field-words">8</td>',
        '<td class="field-user">alice</td>',
        '<span class="vs-badge vs-badge-pending">Waiting</span>',
    ):
        assert cell in text


def test_the_list_asks_the_database_a_fixed_number_of_times(
    at_desk: Any, alice: User, make_call: CallMaker, django_assert_max_num_queries: Any
) -> None:
    for number in range(30):
        call = make_call(alice, consented=True, offer_key=str(number))
        say(call, "a few words")
        end(call)
    at_desk.get(LIST)
    with django_assert_max_num_queries(12):
        assert len(shown(at_desk.get(LIST))) == 30


@pytest.mark.parametrize(
    "query",
    ["q=report", "q=alice", "q={id}", "state__exact=ended", "recording=pending", "summary=pending",
     "agent__id__exact={agent}", "o=5", "_facets=True"],
)  # fmt: skip
def test_search_and_filters_find_it(at_desk: Any, ended: Call, query: str) -> None:
    address = f"{LIST}?{query.format(id=ended.public_id, agent=ended.agent_id)}"
    assert shown(at_desk.get(address)) == {ended.public_id}


@pytest.mark.parametrize(
    "query", ["q=elephant", "state__exact=active", "recording=none", "summary=done"]
)
def test_search_and_filters_leave_it_out(at_desk: Any, ended: Call, query: str) -> None:
    assert shown(at_desk.get(f"{LIST}?{query}")) == set()


def test_a_search_lists_the_newest_and_says_that_there_are_more(
    at_desk: Any, alice: User, make_call: CallMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paging, "MOST_COUNTED", 3)
    monkeypatch.setattr(CallAdmin, "list_per_page", 2)
    made = [make_call(alice, offer_key=str(number)) for number in range(8)]
    for number, call in enumerate(made):
        say(call, "a few words")
        Call.objects.filter(pk=call.pk).update(created_at=datetime(2020 + number, 1, 2, tzinfo=UTC))
    ids = [call.public_id for call in reversed(made)]
    first = at_desk.get(LIST, {"q": "words"})
    assert (shown(first), first.context["cl"].result_count) == (set(ids[:2]), 4)
    text = first.content.decode()
    assert "More than 4 calls were found" in text
    assert [year for year in range(2020, 2028) if f"created_at__year={year}" in text] == [
        *range(2020, 2028)
    ]
    assert shown(at_desk.get(LIST, {"q": "words", "p": "2"})) == set(ids[2:4])
    assert shown(at_desk.get(LIST, {"q": "words", "p": "3"})) == set(ids[4:6])
    last = at_desk.get(LIST, {"q": "words", "p": "4"})
    assert (shown(last), last.context["cl"].result_count) == (set(ids[6:]), 8)
    assert "were found. The newest" not in last.content.decode()
    old = at_desk.get(LIST, {"q": "words", "created_at__year": "2020"})
    assert shown(old) == {ids[-1]}
    assert "were found. The newest" not in old.content.decode()
    assert "were found. The newest" not in at_desk.get(LIST).content.decode()


def test_the_page_of_a_call_has_no_scripts_of_forms(at_desk: Any, ended: Call) -> None:
    text = at_desk.get(page(ended)).content.decode()
    assert "jquery" not in text
    assert "jsi18n" not in text
    assert "admin-voicesite/call-player.js" in text


def test_opening_a_call_is_logged(looking: Any, viewer: User, ended: Call) -> None:
    assert looking.get(page(ended)).status_code == 200
    entry = AccessLog.objects.get(call=ended)
    assert (entry.user, entry.action, entry.detail) == (
        viewer,
        AccessLog.Action.READ,
        "in the admin",
    )


def test_the_page_of_a_call(
    at_desk: Any, recording: Recording, summary: Summary, django_assert_max_num_queries: Any
) -> None:
    call = recording.call
    say(call, *[f"sentence number {number}" for number in range(300)])
    at_desk.get(page(call))
    with django_assert_max_num_queries(22):  # one a table, and one for where all lines are
        text = at_desk.get(page(call)).content.decode()
    assert text.count('class="line-time"') == FIRST_LINES
    parts = re.findall(r'data-part="(lines:[0-9]+-[0-9]+)"', text)
    later = "".join(at_desk.get(page(call), {"part": part}).content.decode() for part in parts)
    assert later.count('class="line-time"') == 300 - FIRST_LINES
    assert text.count(">Hide words<") == FIRST_LINES
    assert later.count(">Hide words<") == 300 - FIRST_LINES
    assert "<html" not in later
    own_tools = f'{REVIEW}|<div class="vs-above-lines">.*?</div>'
    assert re.sub(own_tools, "", text, flags=re.DOTALL).count("<input") < 10
    assert (
        f'<audio controls preload="none" src="/calls/{call.public_id}/recording?on=admin"' in text
    )
    assert "They spoke about a report." in text
    assert "Summarise again" in text
    assert not re.search(r"<style|style=|<script(?![^>]*(src=|json))|onclick=", text)


def test_what_was_said_is_escaped(at_desk: Any, ended: Call) -> None:
    say(ended, "<script>alert(1)</script>")
    assert b"<script>alert" not in at_desk.get(page(ended)).content


def test_a_live_call_can_be_looked_at(at_desk: Any, call: Call) -> None:
    text = at_desk.get(page(call)).content.decode()
    assert "will be made when the call ends" in text
    assert "in progress" in text


def test_a_failed_summary_says_why(at_desk: Any, ended: Call) -> None:
    Summary.objects.filter(call=ended).update(state="failed", error="The model is missing.")
    text = at_desk.get(page(ended)).content.decode()
    assert '<p class="vs-error">The model is missing.</p>' in text


def test_those_who_may_only_look_change_nothing(looking: Any, ended: Call) -> None:
    text = looking.get(page(ended)).content.decode()
    assert "Summarise again" not in text
    assert 'name="title"' not in text
    assert looking.post(page(ended), {"title": "x"}).status_code == 403
    assert looking.post(f"{LIST}{ended.pk}/summarise/").status_code == 403
    looking.post(LIST, {"action": "summarise_again", "_selected_action": [ended.pk]})
    ended.refresh_from_db()
    assert ended.title == ""
    assert not AccessLog.objects.exclude(action=AccessLog.Action.READ).exists()


def test_nobody_adds_calls_nor_deletes_one_without_a_receipt(root: Any, ended: Call) -> None:
    assert root.get(f"{LIST}add/").status_code == 403
    assert root.post(f"{LIST}{ended.pk}/delete/", {"post": "yes"}).status_code == 302
    assert ErasureReceipt.objects.get().subject == ended.public_id
    assert Call.everything.filter(pk=ended.pk).exists()


def test_staff_rename_and_nothing_else_is_written(at_desk: Any, call: Call) -> None:
    at_desk.get(page(call))
    Call.objects.filter(pk=call.pk).update(state="active")
    wanted = {"title": "Monday", "state": "failed"}
    assert at_desk.post(page(call), wanted).status_code == 302
    call.refresh_from_db()
    assert (call.title, call.state) == ("", "active")
    assert at_desk.post(f"/calls/{call.public_id}/title?on=admin", wanted).status_code == 302
    call.refresh_from_db()
    assert (call.title, call.state) == ("Monday", "active")
    assert AccessLog.objects.filter(call=call, action=AccessLog.Action.EDITED).count() == 1


def test_summarise_again_from_the_page(at_desk: Any, summary: Summary) -> None:
    address = f"{LIST}{summary.call_id}/summarise/"
    assert at_desk.get(address).status_code == 405
    assert at_desk.post(address).url == page(summary.call)
    summary.refresh_from_db()
    assert summary.state == "pending"


def test_summarise_again_from_the_list_leaves_live_calls_alone(
    at_desk: Any, summary: Summary, alice: User, make_call: CallMaker
) -> None:
    live = make_call(alice, offer_key="live")
    chosen = [summary.call_id, live.pk]
    answer = at_desk.post(
        LIST, {"action": "summarise_again", "_selected_action": chosen}, follow=True
    )
    said = [str(message) for message in answer.context["messages"]]
    assert said[0].startswith("1 will be summarised again")
    assert said[1].startswith("Skipped 1")
    summary.refresh_from_db()
    assert summary.state == "pending"
    assert not Summary.objects.filter(call=live).exists()
