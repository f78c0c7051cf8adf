"""Who summarises an agent's calls, in the admin."""

from typing import Any

import pytest

from sessions_app.admin.agent_summaries import LONGEST_TEMPLATE, summariser_names
from sessions_app.admin.agents import AgentForm
from tests.admin.test_agents import GIVEN

pytestmark = pytest.mark.django_db


def form(**more: Any) -> AgentForm:
    return AgentForm(GIVEN | {"is_active": "on"} | more)


def test_an_agent_may_leave_it_to_the_installation() -> None:
    made = form()
    assert made.is_valid(), made.errors
    agent = made.save(commit=False)
    assert (agent.summariser, agent.summary_template) == ("", "")
    assert [name for name, _ in summariser_names()] == ["", "extractive"]


def test_an_agent_names_one_and_says_how() -> None:
    made = form(summariser="extractive", summary_template="Name the order.\u202e")
    assert made.is_valid(), made.errors
    agent = made.save(commit=False)
    assert (agent.summariser, agent.summary_template) == ("extractive", "Name the order.")


@pytest.mark.parametrize(
    ("field", "value"),
    [("summariser", "gone"), ("summary_template", "x" * (LONGEST_TEMPLATE + 1))],
)
def test_what_cannot_be_is_refused(field: str, value: str) -> None:
    made = form(**{field: value})
    assert not made.is_valid()
    assert list(made.errors) == [field]
