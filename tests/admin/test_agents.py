"""Agents in the admin."""

from typing import Any

import pytest

from sessions_app.models import Agent
from sessions_app.services import calls

AGENTS = "/admin/sessions_app/agent/"
GIVEN = {"name": "Clerk", "slug": "clerk", "language": "en-GB", "recogniser": "default"}


@pytest.fixture
def first(db: None) -> Agent:
    calls.seed_agents()
    return Agent.objects.get(is_default=True)


def problems(answer: Any) -> list[str]:
    return list(answer.context["adminform"].form.errors)


def test_an_agent_is_added(at_desk: Any, first: Agent) -> None:
    assert at_desk.post(f"{AGENTS}add/", GIVEN | {"is_active": "on"}).status_code == 302
    assert calls.agent_for("clerk").language == "en-GB"
    assert calls.agent_for("") == first


def test_ticking_default_moves_it(at_desk: Any, first: Agent) -> None:
    at_desk.post(f"{AGENTS}add/", GIVEN | {"is_active": "on", "is_default": "on"})
    assert calls.agent_for("").slug == "clerk"
    assert Agent.objects.filter(is_default=True).count() == 1


def test_there_is_always_a_default(at_desk: Any, first: Agent) -> None:
    address = f"{AGENTS}{first.pk}/change/"
    same = GIVEN | {"slug": first.slug}
    assert problems(at_desk.post(address, same | {"is_active": "on"})) == ["is_default"]
    assert problems(at_desk.post(address, same | {"is_default": "on"})) == ["is_active"]
    assert at_desk.post(f"{AGENTS}{first.pk}/delete/", {"post": "yes"}).status_code == 403
    assert calls.agent_for("") == first


def test_only_recognisers_that_exist_are_offered(at_desk: Any, first: Agent) -> None:
    answer = at_desk.post(f"{AGENTS}add/", GIVEN | {"recogniser": "acme", "is_active": "on"})
    assert problems(answer) == ["recogniser"]
    assert at_desk.get(AGENTS).status_code == 200
