import io

import pytest
from django.core.management import call_command

from sessions_app.models import Agent

pytestmark = pytest.mark.django_db


def test_the_migrations_say_what_the_models_say() -> None:
    call_command("makemigrations", "--check", "--dry-run", stdout=io.StringIO())


def test_a_new_database_has_an_agent_that_answers() -> None:
    agent = Agent.objects.get(is_default=True)
    assert (agent.slug, agent.is_default, agent.is_active) == ("transcribe-only", True, True)
    assert Agent.objects.filter(slug="scribe", is_active=True).exists()
