"""The fields of an agent, and what was taken, in the admin."""

import json
from typing import Any

import pytest

from sessions_app.admin.agents import AgentForm
from sessions_app.admin.extracting import EXAMPLE
from sessions_app.engine.understanding.fields import schema_problem
from sessions_app.models import AccessLog, Agent, Call, Extraction
from tests.admin.test_agents import GIVEN

pytestmark = pytest.mark.django_db

FIELDS = {"type": "object", "properties": {"mood": {"type": "string"}}}


def form(text: str) -> AgentForm:
    return AgentForm(GIVEN | {"is_active": "on", "extraction_schema": text})


def test_the_example_works() -> None:
    assert schema_problem(EXAMPLE) == ""
    made = form(json.dumps(EXAMPLE))
    assert made.is_valid(), made.errors
    assert made.save(commit=False).extraction_schema == EXAMPLE


def test_an_agent_needs_no_fields() -> None:
    made = form("")
    assert made.is_valid(), made.errors
    assert made.save(commit=False).extraction_schema == {}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "Enter a valid JSON"),
        ("[1]", '"type": "object"'),
        ('{"type": "object", "properties": {"a": {"type": "object"}}}', '"a": "type" must be'),
        ('{"type": "object", "properties": {"Mood": {}}}', "cannot be a field's name"),
    ],
)
def test_a_bad_schema_is_told(text: str, told: str) -> None:
    made = form(text)
    assert not made.is_valid()
    assert list(made.errors) == ["extraction_schema"]
    assert told in made.errors["extraction_schema"][0]


def test_a_changed_schema_has_another_number(at_desk: Any) -> None:
    agent = Agent.objects.create(slug="a", name="A", extraction_schema=FIELDS)
    address = f"/admin/sessions_app/agent/{agent.pk}/change/"

    def saved(schema: Any) -> int:
        body = GIVEN | {"is_active": "on", "extraction_schema": json.dumps(schema)}
        answer = at_desk.post(address, body)
        assert answer.status_code == 302, answer.context["adminform"].form.errors
        agent.refresh_from_db()
        return agent.extraction_version

    assert saved(FIELDS) == 0
    assert saved(EXAMPLE) == 1
    assert agent.extraction_schema == EXAMPLE


@pytest.fixture
def taken(ended: Call) -> Call:
    Extraction.objects.create(
        call=ended, state="done", schema=FIELDS, values={"mood": "angry"}, evidence={"mood": [3]}
    )
    return ended


def test_values_are_on_the_calls_page(at_desk: Any, taken: Call) -> None:
    page = at_desk.get(f"/admin/sessions_app/call/{taken.pk}/change/").content.decode()
    assert "Mood: <strong>angry</strong>" in page
    assert f"/calls/{taken.public_id}/extraction" in page


def test_values_read_as_on_the_calls_page_for_everybody(at_desk: Any, ended: Call) -> None:
    fields = {"wanted": {"type": "boolean"}, "goods": {"type": "array"}, "mood": {}}
    values = {"wanted": False, "goods": ["a chair", "a lamp"]}
    schema = {"type": "object", "properties": fields}
    Extraction.objects.create(call=ended, state="done", schema=schema, values=values)
    page = at_desk.get(f"/admin/sessions_app/call/{ended.pk}/change/").content.decode()
    assert "Wanted: <strong>No</strong>" in page
    assert "Goods: <strong>a chair, a lamp</strong>" in page
    assert "Mood: <strong>not said</strong>" in page


def test_values_are_exported(at_desk: Any, taken: Call) -> None:
    body = {"action": "export_extractions", "_selected_action": taken.pk}
    answer = at_desk.post("/admin/sessions_app/call/", body)
    assert answer["Content-Type"].startswith("text/csv")
    assert answer.content.decode().splitlines()[1].endswith(",angry")
    assert AccessLog.objects.get().action == "exported"
