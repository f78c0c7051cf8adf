"""Versions of agents: what makes one, what makes none, and which one a call runs with."""

from importlib import import_module

import pytest
from django.apps import apps
from django.contrib.auth.models import User

from sessions_app.models import Agent, AgentVersion
from sessions_app.services import agent_versions, calls
from sessions_app.services.agent_versions import GONE, LEFT_OUT, NEW, SAME
from tests.conftest import CallMaker

pytestmark = pytest.mark.django_db


def numbers(agent: Agent) -> list[int]:
    return list(AgentVersion.objects.filter(agent=agent).values_list("number", flat=True))


@pytest.fixture
def agent() -> Agent:
    """An agent at its first version."""
    made = Agent.objects.create(slug="clerk", name="Clerk", prompt="Be kind.\nBe brief.")
    agent_versions.keep(made)
    return made


def test_agents_that_every_installation_has_are_at_version_1() -> None:
    assert [numbers(agent) for agent in Agent.objects.all()] == [[1], [1]]
    Agent.objects.all().delete()
    calls.seed_agents()
    assert numbers(Agent.objects.get()) == [1]


def test_the_migration_keeps_what_agents_are_set_to() -> None:
    agent = Agent.objects.create(slug="old", name="Old", prompt="Be\r\nkind.", speed=1.5)
    module = import_module("sessions_app.migrations.0031_agent_versions")
    module.keep_first(apps, None)
    module.keep_first(apps, None)
    version = AgentVersion.objects.get(agent=agent)
    assert (version.number, version.made_by) == (1, None)
    assert version.config == agent_versions.config_of(agent)
    assert set(module.NOT_CONFIGURED) == agent_versions.NOT_CONFIGURED


def test_a_change_makes_a_version_with_who_and_all_settings(agent: Agent, alice: User) -> None:
    agent.prompt = "Be brief."
    agent.responder_options = {"temperature": 0.3}
    version = agent_versions.keep(agent, alice)
    assert (version.number, version.made_by, version.restores) == (2, alice, None)
    assert version.config["prompt"] == "Be brief."
    assert version.config["responder_options"] == {"temperature": 0.3}
    assert version.config["min_delay_ms"] == 450
    first = AgentVersion.objects.get(agent=agent, number=1)
    assert agent_versions.changed(first, version) == {
        "prompt": ("Be kind.\nBe brief.", "Be brief."),
        "responder_options": ({}, {"temperature": 0.3}),
    }


@pytest.mark.parametrize(
    ("field", "value"),
    [("is_default", True), ("extraction_version", 4), ("prompt", "Be kind.\r\nBe brief.")],
)
def test_what_is_no_change_of_settings_makes_none(agent: Agent, field: str, value: object) -> None:
    setattr(agent, field, value)
    agent_versions.keep(agent)
    assert numbers(agent) == [1]


def test_a_setting_of_a_later_release_has_its_default_in_older_versions(agent: Agent) -> None:
    version = AgentVersion.objects.get(agent=agent)
    del version.config["closing_words"]
    version.save()
    assert agent_versions.whole(version)["closing_words"] == ""
    agent_versions.keep(agent)
    assert numbers(agent) == [1]


def test_deleting_a_user_keeps_their_versions(agent: Agent, alice: User) -> None:
    agent.name = "Other"
    version = agent_versions.keep(agent, alice)
    alice.delete()
    version.refresh_from_db()
    assert (version.number, version.made_by) == (2, None)


def test_a_call_keeps_the_version_it_ran_with(alice: User, make_call: CallMaker) -> None:
    first = make_call(alice)
    Agent.objects.filter(pk=first.agent_id).update(prompt="Be brief.")  # by a program
    second = make_call(alice)
    assert (first.agent_version, second.agent_version) == (1, 2)
    first.refresh_from_db()
    assert first.agent_version == 1
    assert numbers(second.agent) == [2, 1]


def test_a_call_whose_agent_is_saved_meanwhile_ran_with_what_was_read(agent: Agent) -> None:
    read = Agent.objects.get(pk=agent.pk)
    agent.prompt = "Be brief."
    agent.save()
    agent_versions.keep(agent)
    assert agent_versions.number_of(read) == 1
    assert agent_versions.number_of(agent) == 2
    assert numbers(agent) == [2, 1]


def test_lines_that_changed_are_told_with_those_around_them() -> None:
    before = "\n".join("abcdefghij")
    after = before.replace("e", "E").replace("i\n", "")
    told = agent_versions.lines(before, after)
    assert [(line.kind, line.text) for line in told] == [
        (LEFT_OUT, ""),
        *((SAME, text) for text in "cd"),
        (GONE, "e"),
        (NEW, "E"),
        *((SAME, text) for text in "fgh"),
        (GONE, "i"),
        (SAME, "j"),
    ]
    assert [line.kind for line in agent_versions.lines("a\n" * 9, "b\n" + "a\n" * 9)] == [
        NEW,
        SAME,
        SAME,
        LEFT_OUT,
    ]
    assert agent_versions.lines("a\nb", "a\nb") == []
