"""What each page shows, and to whom."""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from sessions_app.engine.core.states import CallState, EndReason
from sessions_app.models import AccessLog, Agent, Call, Recording, Summary
from sessions_app.models.work import WorkState
from sessions_app.services import calls
from tests.conftest import PASSWORD, CallMaker
from tests.views.conftest import add_segment

Maker = Callable[[User], Call]
PAGES = ["/", "/call/", "/calls/"]


def config_in(html: str, name: str) -> Any:
    found = re.search(rf'<script id="{name}" type="application/json">(.*?)</script>', html)
    assert found is not None
    return json.loads(found.group(1))


def text_of(response: Any) -> str:
    """Returns what a reader sees: without tags, blanks made one."""
    html = re.sub(r"<(script|svg)\b.*?</\1>", "", response.content.decode(), flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


@pytest.fixture
def agent(db: None) -> Agent:
    calls.seed_agents()
    return Agent.objects.get(is_default=True)


# -- signing in and out --------------------------------------------------------------


@pytest.mark.parametrize("address", [*PAGES, "/calls/abcdefghij/", "/calls/abcdefghij/recording"])
def test_a_stranger_is_asked_to_sign_in(client: Client, db: None, address: str) -> None:
    response = client.get(address)
    assert response.status_code == 302
    assert response["Location"] == f"/login/?next={address}"


def test_signing_in_leads_where_one_wanted_to_go(client: Client, alice: User) -> None:
    form = {"username": "alice", "password": PASSWORD, "next": "/calls/?q=x"}
    assert client.post("/login/", form)["Location"] == "/calls/?q=x"


def test_a_wrong_password_is_said(client: Client, alice: User) -> None:
    response = client.post("/login/", {"username": "alice", "password": "wrong"})
    assert 'role="alert"' in response.content.decode()
    assert 'value="alice"' in response.content.decode()


def test_signing_out_needs_a_post(as_alice: Client) -> None:
    assert as_alice.get("/logout/").status_code == 405
    assert as_alice.post("/logout/")["Location"] == "/login/"
    assert as_alice.get("/").status_code == 302


# -- nothing from elsewhere, nothing inline ------------------------------------------


@pytest.mark.parametrize("address", [*PAGES, "/login/", "/no-such-page/"])
def test_pages_keep_to_the_content_security_policy(
    client: Client, alice: User, agent: Agent, address: str
) -> None:
    if address != "/login/":
        client.force_login(alice)
    response = client.get(address)
    html = response.content.decode()
    assert "script-src 'self';" in response["Content-Security-Policy"] + ";"
    assert not re.search(r"\sstyle=|\son[a-z]+=|javascript:", html)
    for tag in re.findall(r"<script\b[^>]*>", html):
        assert 'src="/static/' in tag or 'type="application/json"' in tag
    assert not re.search(r'(?:src|href|action)="(?:https?:)?//', html)


# -- start and call ------------------------------------------------------------------


def test_the_start_page_offers_a_call(as_alice: Client, agent: Agent) -> None:
    response = as_alice.get("/")
    html = response.content.decode()
    for name in ("start-call", "microphone", "consent-agree", "hang-up", "transcript"):
        assert f'id="{name}"' in html
    assert "Recognition by Moonshine" in text_of(response)
    assert "for trying out" not in text_of(response)
    assert "No calls yet" in text_of(response)
    assert config_in(html, "call-config")["notice"] == "2026-11-30"


def test_a_recogniser_for_trying_out_is_called_so(as_alice: Client, settings: Any) -> None:
    entries = {**settings.VOICE["RECOGNISERS"], "default": {"SAME_AS": "pocketsphinx"}}
    settings.VOICE = {**settings.VOICE, "RECOGNISERS": entries}
    assert "Recognition by PocketSphinx : built in, for trying" in text_of(as_alice.get("/"))


def test_one_agent_is_no_choice_and_two_are(as_alice: Client, agent: Agent) -> None:
    Agent.objects.exclude(pk=agent.pk).delete()
    assert "Who answers" not in text_of(as_alice.get("/"))
    Agent.objects.create(slug="notes", name="Notes", description="Takes notes.")
    Agent.objects.create(slug="old", name="Old", is_active=False)
    html = as_alice.get("/call/?agent=notes").content.decode()
    assert re.search(r'class="recogniser" data-agent="notes">', html)
    assert re.search(rf'class="recogniser" data-agent="{agent.slug}" hidden>', html)
    assert re.search(r'value="notes"\s+checked', html)
    assert 'data-answers="no"' in html
    assert 'value="old"' not in html


def test_an_unknown_agent_is_said_and_the_default_answers(as_alice: Client, agent: Agent) -> None:
    response = as_alice.get("/call/?agent=<b>gone</b>")
    assert "There is no agent called" in text_of(response)
    assert "<b>gone" not in response.content.decode()
    assert f'value="{agent.slug}"' in response.content.decode()


def test_without_an_agent_nothing_can_be_started(as_alice: Client, db: None) -> None:
    Agent.objects.all().delete()
    html = as_alice.get("/").content.decode()
    assert re.search(r'id="start-call"[^>]*disabled', html)
    assert "No agent is active" in html


def test_ice_servers_reach_the_page(as_alice: Client, agent: Agent, settings: Any) -> None:
    settings.VOICE = {**settings.VOICE, "ICE_SERVERS": ["stun:stun.example.org"]}
    config = config_in(as_alice.get("/").content.decode(), "call-config")
    found = as_alice.get(config["iceServers"]).json()
    assert found == {"iceServers": [{"urls": ["stun:stun.example.org"]}]}


def test_recent_calls_are_ones_own(as_alice: Client, bob: User, finished: Maker) -> None:
    other = finished(bob)
    own = finished(User.objects.get(username="alice"))
    html = as_alice.get("/").content.decode()
    assert own.public_id in html
    assert other.public_id not in html
    assert "Good morning everybody." in html


# -- the list ------------------------------------------------------------------------


def test_the_list_is_searched_in_what_was_said(
    as_alice: Client, alice: User, finished: Maker, make_call: CallMaker
) -> None:
    found, other = finished(alice), make_call(alice)
    response = as_alice.get("/calls/?q=FIFTEEN")
    html = response.content.decode()
    assert found.public_id in html
    assert other.public_id not in html
    assert "The price is <mark>fifteen</mark> euros." in html
    assert "1 call found" in text_of(response)


@pytest.fixture
def two_calls(alice: User, finished: Maker, make_call: CallMaker) -> dict[str, Call]:
    """One that has ended, and a live one with an agent of its own."""
    rows = {"ended": finished(alice), "live": make_call(alice)}
    notes = Agent.objects.create(slug="notes", name="Notes")
    Call.objects.filter(pk=rows["live"].pk).update(agent=notes, state=CallState.ACTIVE)
    return rows


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("state=live", {"live"}),
        ("state=ended", {"ended"}),
        ("state=failed", set()),
        ("agent=notes", {"live"}),
        ("since=2999-01-01", set()),
        ("until=1999-01-01", set()),
        ("since=nonsense", {"live", "ended"}),
        ("state=nonsense&page=nonsense", {"live", "ended"}),
    ],
)
def test_the_list_is_filtered(
    as_alice: Client, two_calls: dict[str, Call], query: str, expected: set[str]
) -> None:
    html = as_alice.get(f"/calls/?{query}").content.decode()
    shown = {name for name, call in two_calls.items() if f'data-call="{call.public_id}"' in html}
    assert shown == expected


def test_a_backward_period_is_said(as_alice: Client, db: None) -> None:
    page = text_of(as_alice.get("/calls/?since=2026-02-02&until=2026-02-01"))
    assert "Choose the same day or a later one." in page


def test_the_days_of_a_period_belong_to_it(
    as_alice: Client, alice: User, make_call: CallMaker
) -> None:
    today = timezone.localdate().isoformat()
    call = make_call(alice)
    old = make_call(alice)
    Call.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=2))
    html = as_alice.get(f"/calls/?since={today}&until={today}").content.decode()
    assert call.public_id in html
    assert old.public_id not in html


def test_pages_keep_the_search(as_alice: Client, alice: User, make_call: CallMaker) -> None:
    for _ in range(21):
        add_segment(make_call(alice), 1, "hello there")
    first = as_alice.get("/calls/?q=hello").content.decode()
    assert first.count('data-testid="call-row"') == 20
    assert 'href="?q=hello&amp;page=2"' in first
    second = as_alice.get("/calls/?q=hello&page=2").content.decode()
    assert second.count('data-testid="call-row"') == 1


def test_the_list_asks_the_database_a_fixed_number_of_questions(
    as_alice: Client, alice: User, finished: Maker, django_assert_max_num_queries: Any
) -> None:
    for _ in range(8):
        finished(alice)
    with django_assert_max_num_queries(8):
        as_alice.get("/calls/?q=price")


def test_staff_see_whose_call_it_is(
    client: Client, staff: User, alice: User, finished: Maker
) -> None:
    finished(alice)
    client.force_login(staff)
    assert "alice" in text_of(client.get("/calls/"))


# -- one call ------------------------------------------------------------------------


def test_a_finished_call_is_all_there(as_alice: Client, alice: User, finished: Maker) -> None:
    call = finished(alice)
    response = as_alice.get(f"/calls/{call.public_id}/")
    page, html = text_of(response), response.content.decode()
    for said in (
        "Good morning everybody.",
        "The price is fifteen euros.",
        "They spoke about the price.",
        "Somebody sends the offer.",
        "The caller hung up",
        "1 min 5 s",
        "Moonshine, en-US",
        "Agreed to at",
        "Corrected",
    ):
        assert said in page
    assert 'href="#segment-2"' in html
    assert 'data-words="4 0 250 7 50 250 10 50 250">Good morning everybody.</span>' in html
    for form in ("txt", "srt", "vtt", "csv", "json"):
        assert f'href="/api/v1/calls/{call.public_id}/transcript.{form}"' in html
    assert f'href="/calls/{call.public_id}/recording?download"' in html
    config = config_in(html, "detail-config")
    assert config["owed"] is False
    assert config["peaks"] == [[1, 50, 100], [0, 0, 0]]


def test_reading_is_noted_once(as_alice: Client, alice: User, finished: Maker) -> None:
    call = finished(alice)
    for _ in range(3):
        as_alice.get(f"/calls/{call.public_id}/")
    entry = AccessLog.objects.get(call=call)
    assert (entry.action, entry.user, entry.detail) == ("read", alice, "on the page")


def test_reading_again_later_is_noted_again(as_alice: Client, alice: User, finished: Maker) -> None:
    call = finished(alice)
    as_alice.get(f"/calls/{call.public_id}/")
    AccessLog.objects.update(at=timezone.now() - timedelta(minutes=11))
    as_alice.get(f"/calls/{call.public_id}/")
    assert AccessLog.objects.filter(call=call).count() == 2


@pytest.mark.parametrize("path", ["", "recording"])
def test_anothers_call_is_not_there(
    client: Client, bob: User, alice: User, finished: Maker, path: str
) -> None:
    call = finished(alice)
    client.force_login(bob)
    response = client.get(f"/calls/{call.public_id}/{path}")
    assert response.status_code == 404
    assert "There is nothing here" in text_of(response)
    assert not AccessLog.objects.exists()


def test_what_is_still_to_come_is_said(as_alice: Client, alice: User, finished: Maker) -> None:
    call = finished(alice)
    Recording.objects.filter(call=call).update(state=WorkState.RUNNING)
    Summary.objects.filter(call=call).update(state=WorkState.PENDING, text="")
    response = as_alice.get(f"/calls/{call.public_id}/")
    assert "The recording is being made." in text_of(response)
    assert "The summary is being written." in text_of(response)
    assert config_in(response.content.decode(), "detail-config")["owed"] is True


def test_a_summary_made_anew_shows_the_one_before(
    as_alice: Client, alice: User, finished: Maker
) -> None:
    call = finished(alice)
    Summary.objects.filter(call=call).update(state=WorkState.PENDING)
    page = text_of(as_alice.get(f"/calls/{call.public_id}/"))
    assert "A new summary is being written." in page
    assert "They spoke about the price." in page


def test_a_live_call_is_marked_and_watched(
    as_alice: Client, alice: User, make_call: CallMaker
) -> None:
    call = make_call(alice)
    Call.objects.filter(pk=call.pk).update(state=CallState.ACTIVE)
    response = as_alice.get(f"/calls/{call.public_id}/")
    assert "This call is not recorded" in text_of(response)
    config = config_in(response.content.decode(), "detail-config")
    assert config["liveSocket"] == f"/ws/calls/{call.public_id}/live"
    assert config["live"] is True


@pytest.mark.parametrize("reason", list(EndReason))
def test_every_end_has_plain_words(
    as_alice: Client, alice: User, finished: Maker, reason: EndReason
) -> None:
    call = finished(alice)
    Call.objects.filter(pk=call.pk).update(end_reason=reason)
    page = text_of(as_alice.get(f"/calls/{call.public_id}/"))
    assert "How it ended" in page
    assert "_" not in page.partition("How it ended")[2].partition("Agent")[0]


@pytest.mark.parametrize("state", list(CallState))
def test_every_state_has_a_page(
    as_alice: Client, alice: User, make_call: CallMaker, state: CallState
) -> None:
    call = make_call(alice)
    Call.objects.filter(pk=call.pk).update(state=state)
    assert as_alice.get(f"/calls/{call.public_id}/").status_code == 200
    assert as_alice.get("/calls/").status_code == 200


# -- the summary again ---------------------------------------------------------------


def test_staff_run_a_failed_summary_again(
    client: Client, staff: User, alice: User, finished: Maker, queued: Callable[[], Any]
) -> None:
    call = finished(alice)
    Summary.objects.filter(call=call).update(state=WorkState.FAILED, error="It took too long.")
    client.force_login(staff)
    assert "It took too long." in text_of(client.get(f"/calls/{call.public_id}/"))
    response = client.post(f"/calls/{call.public_id}/summarise")
    assert response["Location"] == f"/calls/{call.public_id}/"
    assert Summary.objects.get(call=call).state == WorkState.PENDING


def test_owners_are_not_offered_to_run_it_again(
    as_alice: Client, alice: User, finished: Maker
) -> None:
    call = finished(alice)
    assert "summarise-again" not in as_alice.get(f"/calls/{call.public_id}/").content.decode()
    assert as_alice.post(f"/calls/{call.public_id}/summarise").status_code == 404
    assert Summary.objects.get(call=call).state == WorkState.DONE


def test_running_again_needs_a_post(client: Client, staff: User, finished: Maker) -> None:
    client.force_login(staff)
    call = finished(staff)
    assert client.get(f"/calls/{call.public_id}/summarise").status_code == 405


# -- errors --------------------------------------------------------------------------


def test_a_failure_of_ours_has_a_page(
    client: Client, alice: User, agent: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.force_login(alice)
    client.raise_request_exception = False
    monkeypatch.delitem(settings.VOICE, "RECOGNISERS")
    response = client.get("/")
    assert response.status_code == 500
    assert "Something went wrong on our side" in text_of(response)


def test_a_form_without_its_key_has_a_page(alice: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    response = client.post("/logout/")
    assert response.status_code == 403
    assert "This form has expired" in text_of(response)
