"""Versions of agents in the admin."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from sessions_app.models import Agent, AgentVersion
from sessions_app.services import agent_versions
from tests.admin.test_agents import AGENTS, GIVEN
from tests.conftest import CallMaker

pytestmark = pytest.mark.django_db
CLERK = GIVEN | {"is_active": "on", "prompt": "Be kind.\r\nSay who you are.\r\nBe brief."}


def save(desk: Any, address: str, **changed: str) -> None:
    assert desk.post(address, CLERK | changed).status_code == 302


@pytest.fixture
def clerk(at_desk: Any) -> Agent:
    """An agent that was added in the admin."""
    save(at_desk, f"{AGENTS}add/")
    return Agent.objects.get(slug="clerk")


def versions_of(agent: Agent) -> list[AgentVersion]:
    return list(AgentVersion.objects.filter(agent=agent))


def page(desk: Any, agent: Agent, tail: str = "change/") -> str:
    answer = desk.get(f"{AGENTS}{agent.pk}/{tail}")
    assert answer.status_code == 200
    return str(answer.content.decode())


def go_back(desk: Any, agent: Agent, number: int) -> Any:
    return desk.post(f"{AGENTS}{agent.pk}/versions/{number}/restore/")


def test_who_saves_an_older_page_is_told_first(at_desk: Any, root: Any, clerk: Agent) -> None:
    change = f"{AGENTS}{clerk.pk}/change/"
    assert 'name="seen_version" value="1"' in page(at_desk, clerk)
    save(root, change, speed="1.2", seen_version="1")
    told = at_desk.post(change, CLERK | {"greeting": "Hello.", "seen_version": "1"})
    shown = told.content.decode()
    assert "Version 2 was saved meanwhile (by root)" in shown
    assert 'name="seen_version" value="2"' in shown
    assert ">\nHello.</textarea>" in shown
    assert len(versions_of(clerk)) == 2
    save(at_desk, change, greeting="Hello.", seen_version="2")
    assert len(versions_of(clerk)) == 3


def test_each_save_that_changes_something_is_a_version(
    at_desk: Any, clerk: Agent, staff: User
) -> None:
    change = f"{AGENTS}{clerk.pk}/change/"
    save(at_desk, change)
    assert [version.number for version in versions_of(clerk)] == [1]
    save(at_desk, change, speed="1.2")
    newest, first = versions_of(clerk)
    assert (newest.number, newest.made_by) == (2, staff)
    assert (first.config["speed"], newest.config["speed"]) == (1, 1.2)
    shown = page(at_desk, clerk)
    assert "First version" in shown
    assert shown.count("in use</span>") == 1
    assert shown.index(f"/{clerk.pk}/versions/2/") < shown.index("in use</span>")
    assert shown.index("in use</span>") < shown.index(f"/{clerk.pk}/versions/1/")
    assert "<td>Speed</td>" in shown


def test_what_a_program_changed_is_a_version_of_its_own(at_desk: Any, clerk: Agent) -> None:
    Agent.objects.filter(pk=clerk.pk).update(greeting="Hi.")
    save(at_desk, f"{AGENTS}{clerk.pk}/change/", greeting="Hello.")
    told = [(one.config["greeting"], one.made_by is None) for one in versions_of(clerk)]
    assert told == [("Hello.", False), ("Hi.", True), ("", False)]


def test_making_another_the_default_is_no_change_of_the_first(at_desk: Any, clerk: Agent) -> None:
    first = Agent.objects.get(is_default=True)
    save(at_desk, f"{AGENTS}{clerk.pk}/change/", is_default="on")
    assert len(versions_of(first)) == len(versions_of(clerk)) == 1


def test_two_versions_are_compared(at_desk: Any, clerk: Agent) -> None:
    change = f"{AGENTS}{clerk.pk}/change/"
    prompt = CLERK["prompt"].replace("Say who you are", "Say <b>no</b> name")
    save(at_desk, change, prompt=prompt, speed="1.2")
    save(at_desk, change, prompt=prompt, greeting="Hello.")
    second = page(at_desk, clerk, "versions/2/")
    assert "Removed: </span>Say who you are.</del>" in second
    assert "Added: </span>Say &lt;b&gt;no&lt;/b&gt; name.</ins>" in second
    assert "<span>Be kind.</span>" in second
    assert "<del>1.0</del>" in second
    assert "<del>(empty)</del>" in page(at_desk, clerk, "versions/3/")
    assert "Greeting</h3>" not in second
    both = page(at_desk, clerk, "versions/3/?against=1")
    assert "From version 1 to version 3" in both
    assert "Greeting</h3>" in both
    assert "<del>1.0</del>" not in both
    assert "From version 2 to version 3" in page(at_desk, clerk, "versions/3/?against=%C2%B2")
    assert at_desk.get(f"{AGENTS}{clerk.pk}/versions/4/").status_code == 404


def test_going_back_makes_a_new_version(at_desk: Any, clerk: Agent, staff: User) -> None:
    save(at_desk, f"{AGENTS}{clerk.pk}/change/", prompt="Be brief.", keep_text_days="3")
    assert go_back(at_desk, clerk, 1).status_code == 302
    newest, second, first = versions_of(clerk)
    assert (newest.number, newest.restores, newest.made_by) == (3, 1, staff)
    assert newest.config == first.config != second.config
    clerk.refresh_from_db()
    assert agent_versions.config_of(clerk) == first.config
    assert "Went back to version 1" in page(at_desk, clerk)
    assert "Went back to version 1." in page(at_desk, clerk, "history/")
    go_back(at_desk, clerk, 3)
    assert len(versions_of(clerk)) == 3


def test_going_back_asks_for_other_values_anew(at_desk: Any, clerk: Agent) -> None:
    schema = '{"type": "object", "properties": {"gist": {"type": "string"}}}'
    save(at_desk, f"{AGENTS}{clerk.pk}/change/", extraction_schema=schema)
    go_back(at_desk, clerk, 1)
    clerk.refresh_from_db()
    assert (clerk.extraction_schema, clerk.extraction_version) == ({}, 2)


def test_a_version_that_is_no_longer_valid_is_refused(at_desk: Any, clerk: Agent) -> None:
    Agent.objects.filter(pk=clerk.pk).update(responder="scribe", voice="klingon9")
    save(at_desk, f"{AGENTS}{clerk.pk}/change/", responder="scribe", voice="en-gb+f3")
    answer = go_back(at_desk, clerk, 2)
    shown = answer.content.decode()
    assert "version 2 is no longer valid" in shown
    assert "Voice: " in shown
    assert "klingon9" in shown
    clerk.refresh_from_db()
    assert (clerk.voice, len(versions_of(clerk))) == ("en-gb+f3", 3)


def test_nor_is_the_present_voice_taken_on_trust(at_desk: Any, clerk: Agent) -> None:
    gone = Agent.objects.filter(pk=clerk.pk)
    gone.update(responder="scribe", voice="klingon9")
    clerk.refresh_from_db()
    agent_versions.keep(clerk)
    gone.update(greeting="Hello.")
    assert "Voice: " in go_back(at_desk, clerk, 2).content.decode()


def test_the_default_mark_stays_where_it_is(at_desk: Any, clerk: Agent) -> None:
    change = f"{AGENTS}{clerk.pk}/change/"
    save(at_desk, change, greeting="Hello.", is_default="on")
    go_back(at_desk, clerk, 1)
    clerk.refresh_from_db()
    assert (clerk.greeting, clerk.is_default) == ("", True)


def test_who_may_view_agents_sees_versions_and_goes_back_to_none(
    client: Client, clerk: Agent
) -> None:
    user = User.objects.create_user("viewer", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_agent"))
    Agent.objects.filter(pk=clerk.pk).update(greeting="Hello.")
    agent_versions.number_of(Agent.objects.get(pk=clerk.pk))
    client.force_login(user)
    assert "Go back to version 1" not in page(client, clerk, "versions/1/")
    assert "Version 2" in page(client, clerk, "versions/")
    assert go_back(client, clerk, 1).status_code == 403
    assert len(versions_of(clerk)) == 2


def test_the_list_tells_where_there_are_more(at_desk: Any, clerk: Agent) -> None:
    for count in range(11):
        clerk.greeting = "Hi. " * count
        agent_versions.keep(clerk)
    clerk.save()
    shown = page(at_desk, clerk)
    assert "All 11 versions" in shown
    assert "/versions/1/" not in shown
    assert "/versions/1/" in page(at_desk, clerk, "versions/")


def test_a_call_leads_to_its_version(
    at_desk: Any, alice: User, make_call: CallMaker, looking: Any
) -> None:
    call = make_call(alice)
    call.persona = {"prompt": "Be kind."}
    call.save()
    address = f"/admin/sessions_app/call/{call.pk}/change/"
    link = f"/admin/sessions_app/agent/{call.agent_id}/versions/1/"
    assert f'<dd><a href="{link}">1</a></dd>' in at_desk.get(address).content.decode()
    assert "1 call ran with it." in at_desk.get(link).content.decode()
    assert link not in looking.get(address).content.decode()
    assert at_desk.get(f"/api/v1/calls/{call.public_id}").json()["agent_version"] == 1
    type(call).objects.filter(pk=call.pk).update(agent_version=None)
    assert "versions/1/" not in at_desk.get(address).content.decode()
    assert at_desk.get(f"/api/v1/calls/{call.public_id}").json()["agent_version"] is None
