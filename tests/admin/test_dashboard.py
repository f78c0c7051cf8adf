"""The dashboard of calls in the admin."""

import re
from datetime import timedelta
from typing import Any
from xml.etree import ElementTree

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from sessions_app.engine.exports.csv import BYTE_ORDER_MARK
from sessions_app.models import AccessLog, Agent, Call
from sessions_app.services import calls
from tests.conftest import CallMaker
from tests.services.test_dashboard import answered

DASHBOARD = "/admin/sessions_app/call/dashboard/"
TABLES = (
    "calls",
    "minutes",
    "agents",
    "ends",
    "failures",
    "latency",
    "confidence",
    "storage",
    "cost",
)


def shown(client: Any, query: str = "") -> str:
    """Returns the page below the site's header, which marks where one is, too."""
    answer = client.get(f"{DASHBOARD}?{query}")
    assert answer.status_code == 200
    return str(answer.content.decode().partition("</header>")[2])


def pictures(page: str) -> list[Any]:
    found = re.findall(r'<svg class="db-svg" role="img".*?</svg>', page, re.DOTALL)
    return [ElementTree.fromstring(one) for one in found]


def lines(client: Any, table: str, query: str = "") -> list[str]:
    answer = client.get(f"{DASHBOARD}{table}.csv?{query}")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    return str(answer.content.decode().removeprefix(BYTE_ORDER_MARK)).splitlines()


@pytest.mark.usefixtures("ended")
def test_every_picture_is_named_and_has_its_table(at_desk: Any) -> None:
    page = shown(at_desk)
    drawn = pictures(page)
    assert page.count("<details>") == len(TABLES)
    assert len(drawn) == page.count('class="results"') == 6  # nothing was answered, kept or paid
    for one in drawn:
        title, says = one[0], one[1]
        assert (title.tag, says.tag) == ("title", "desc")
        assert one.get("aria-labelledby") == title.get("id")
        assert one.get("aria-describedby") == says.get("id")
        assert title.text
        assert says.text
    assert "style=" not in page
    assert '<a href="?days=30" aria-current="true">Last 30 days</a>' in page
    assert page.count('aria-current="true"') == 1
    assert "No agent answered a caller." in page


def test_a_bar_and_its_line_lead_to_the_calls_of_the_day(at_desk: Any, ended: Call) -> None:
    page = shown(at_desk)
    today = timezone.localdate()
    found = re.search(rf'<th scope="row"><a href="([^"]+)">{today}</a>', page)
    assert found is not None
    assert page.count(f'<a href="{found[1]}" tabindex="-1">') == 2  # of calls, of minutes
    address = found[1].replace("&amp;", "&")
    assert ended.public_id in at_desk.get(address).content.decode()
    Call.objects.update(created_at=timezone.now() - timedelta(days=1))
    assert ended.public_id not in at_desk.get(address).content.decode()


@pytest.mark.usefixtures("ended")
def test_every_link_leads_to_a_list_that_understands_it(at_desk: Any) -> None:
    Call.objects.update(state="failed", end_reason="never_connected")
    page = shown(at_desk, "agent=transcribe-only")
    links = set(re.findall(r'<a href="(/admin/sessions_app/call/\?[^"]+)"', page))
    assert len(links) == 4  # of the day, the agent, the end, failed calls
    for link in links:
        listed = at_desk.get(link.replace("&amp;", "&"), follow=True).content.decode()
        assert "was not understood" not in listed
        assert "1 call" in listed


def test_tables_are_files_too(at_desk: Any, ended: Call) -> None:
    agent = ended.agent
    Agent.objects.filter(pk=agent.pk).update(name="=SUM(A1)")
    assert lines(at_desk, "agents") == ["Agent,Calls,Minutes,Failed", "\u2060=SUM(A1),1,1.0,0"]
    days = lines(at_desk, "calls", "days=7")
    assert len(days) == 8
    assert days[-1] == f"{timezone.localdate()},1,0"
    for table in TABLES:
        assert len(lines(at_desk, table)) >= 1
    assert not AccessLog.objects.exists()  # numbers tell of no single call


def test_a_table_that_there_is_not(at_desk: Any) -> None:
    assert at_desk.get(f"{DASHBOARD}nothing.csv").status_code == 404
    assert at_desk.get(f"{DASHBOARD}calls.csv?days=8").status_code == 400
    assert at_desk.get(f"{DASHBOARD}calls.csv?agent=nobody").status_code == 400


@pytest.mark.usefixtures("db")
def test_an_empty_installation_says_so(at_desk: Any) -> None:
    page = shown(at_desk)
    assert "There are no calls yet." in page
    assert "<details>" not in page


def test_a_period_without_calls_says_so(at_desk: Any, ended: Call) -> None:
    page = shown(at_desk, "since=2020-01-01&until=2020-01-31")
    assert "No calls began in this period, 2020-01-01 to 2020-01-31." in page
    calls.seed_agents()
    scribe = Agent.objects.get(slug="scribe")
    assert f"No calls of {scribe.name} began in this period" in shown(at_desk, "agent=scribe")
    assert f"Calls of {ended.agent.name} that began" in shown(at_desk, f"agent={ended.agent.slug}")


def test_the_days_that_are_shown_stand_in_the_form(at_desk: Any, ended: Call) -> None:
    page = shown(at_desk, f"days=7&agent={ended.agent.slug}")
    today = timezone.localdate()
    for name, day in (("since", today - timedelta(days=6)), ("until", today)):
        assert f'name="{name}" value="{day}"' in page
    assert f'<a href="?days=90&amp;agent={ended.agent.slug}">' in page
    assert 'name="days"' not in page  # what is filled in counts, not the period of before
    alone = shown(at_desk, f"since={today}&until={today}")
    assert "1 call in 1 day" in alone
    assert 'aria-current="true"' not in alone


@pytest.mark.usefixtures("ended")
@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("since=2026-05-02&until=2026-05-01", "The period ends before this day."),
        ("since=2024-01-01&until=2026-01-01", "A period has 366 days at most."),
        ("until=9999-12-31", "This day is still to come."),
        ("since=0001-01-01&until=0001-01-02", "greater than or equal to"),
        ("until=0001-01-01", "greater than or equal to"),
        ("since=yesterday", "Enter a valid date."),
        ("days=1000", "Select a valid choice."),
        ("agent=nobody", "Select a valid choice."),
    ],
)
def test_a_period_that_there_is_not_is_told(at_desk: Any, query: str, told: str) -> None:
    page = shown(at_desk, query)
    assert page.count('class="vs-error"') >= 1
    assert told in page
    assert "<details>" in page  # of the period that is shown without an address


def test_a_year_is_drawn_in_weeks(at_desk: Any, ended: Call) -> None:
    today = timezone.localdate()
    page = shown(at_desk, f"since={today - timedelta(days=364)}")
    assert "Calls per week" in page
    answered(ended, 1, 700)
    assert "p50 700 ms, p95 700 ms" in shown(at_desk)


def test_only_who_sees_all_calls_sees_it(
    looking: Any, client: Any, alice: User, make_call: CallMaker
) -> None:
    make_call(alice)
    assert "Calls per day" in shown(looking)
    assert DASHBOARD in looking.get("/admin/").content.decode()
    assert DASHBOARD in looking.get("/admin/sessions_app/call/").content.decode()
    client.force_login(User.objects.create_user("clerk", is_staff=True))
    assert client.get(DASHBOARD).status_code == 403
    assert client.get(f"{DASHBOARD}calls.csv").status_code == 403
    assert DASHBOARD not in client.get("/admin/").content.decode()
