"""What an agent hides is said in its form, which refuses what cannot be."""

import json
from typing import Any

import pytest
from django.test import Client

from sessions_app.admin import persona
from sessions_app.admin.agents import AgentForm
from sessions_app.engine.core.agent_config import AgentConfig, RedactionSettings
from sessions_app.models import Agent, Call
from sessions_app.services.agents import config_of
from tests.admin.test_agents import AGENTS, GIVEN

pytestmark = pytest.mark.django_db


def form(**values: Any) -> AgentForm:
    return AgentForm(GIVEN | {"is_active": "on"} | values)


def test_it_becomes_the_settings_of_a_call() -> None:
    given = form(
        redact_kinds=["card", "iban"],
        redact_patterns="customer number: K-\\d{6}\r\n\r\n\\bX\\d+\\b",
        redact_keep_original="on",
    )
    assert given.is_valid(), given.errors
    hides = config_of(Agent.objects.get(pk=given.save().pk)).redaction
    patterns = ("customer number: K-\\d{6}", "\\bX\\d+\\b")
    assert hides == RedactionSettings(("card", "iban"), patterns, keep_original=True)


def test_without_anything_nothing_is_hidden() -> None:
    given = form()
    assert given.is_valid(), given.errors
    assert not config_of(given.save()).redaction.hides


def test_a_bad_pattern_says_which_one_and_why() -> None:
    given = form(redact_patterns="fine\\d\n(unclosed")
    assert not given.is_valid()
    (why,) = given.errors["redact_patterns"]
    assert "“(unclosed”" in why
    assert "missing )" in why


def test_an_unknown_kind_is_refused() -> None:
    assert "redact_kinds" in form(redact_kinds=["shoe size"]).errors


def test_the_page_shows_the_kinds_as_boxes(admin_client: Client) -> None:
    agent = form(redact_kinds=["card"]).save()
    page = admin_client.get(f"{AGENTS}{agent.pk}/change/").content.decode()
    assert "Payment cards" in page
    assert 'value="card"' in page
    assert page.count('name="redact_kinds"') >= 7


def test_a_calls_page_says_what_was_hidden() -> None:
    hides = AgentConfig(redaction=RedactionSettings(("card",), keep_original=True))
    stored = json.loads(json.dumps(hides.as_json()))
    rows = dict(persona.rows(Call(persona=stored)))
    assert (rows["Hidden"], rows["Original kept"]) == ("card", "yes")
    assert "Original kept" not in dict(persona.rows(Call(persona=AgentConfig().as_json())))
