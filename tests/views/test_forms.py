"""What the list of calls may be asked."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from sessions_app.engine.core.timestamps import OUT_OF_RANGE
from sessions_app.models import Agent, Call


@pytest.fixture
def retired(db: None) -> Agent:
    return Agent.objects.create(slug="project-x", name="Project X", is_active=False)


def shown(client: Client, slug: str) -> str:
    """Returns the list asked for an agent, without what differs from page to page."""
    html = client.get(f"/calls/?agent={slug}").content.decode()
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", html)


def test_nobody_finds_out_which_agents_are_switched_off(
    as_alice: Client, bob: User, finished: Callable[[User], Call], retired: Agent
) -> None:
    of_bob = finished(bob)
    Call.objects.filter(pk=of_bob.pk).update(agent=retired)
    there, nowhere = (shown(as_alice, "project-x"), shown(as_alice, "project-y"))
    assert "Project X" not in there
    assert there.replace("project-x", "project-y") == nowhere


def test_ones_own_calls_can_be_narrowed_to_an_agent_that_was_switched_off(
    as_alice: Client, alice: User, finished: Callable[[User], Call], retired: Agent
) -> None:
    mine, other = finished(alice), finished(alice)
    Call.objects.filter(pk=mine.pk).update(agent=retired)
    html = as_alice.get("/calls/?agent=project-x").content.decode()
    assert mine.public_id in html
    assert other.public_id not in html


@pytest.mark.parametrize("zone", ["Asia/Tokyo", "America/New_York", "UTC"])
@pytest.mark.parametrize(
    "query", ["since=0001-01-01", "until=9999-12-31", "since=9999-12-31", "until=0001-01-01"]
)
def test_days_at_the_edge_of_time_are_asked_or_refused(
    as_alice: Client, settings: Any, zone: str, query: str
) -> None:
    settings.TIME_ZONE = zone
    answer = as_alice.get(f"/calls/?{query}")
    assert answer.status_code == 200
    beyond = {"Asia/Tokyo": "since=0001-01-01", "America/New_York": "until=9999-12-31"}
    assert (OUT_OF_RANGE in answer.content.decode()) == (query == beyond.get(zone))
