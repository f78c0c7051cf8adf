import io
import json
import os
import shutil
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command

from sessions_app.models import Agent
from tests.fixtures.server import MIGRATED, ROOT, prepared
from tests.fixtures.services import migrated_postgres

pytestmark = pytest.mark.django_db


def test_the_migrations_say_what_the_models_say() -> None:
    call_command("makemigrations", "--check", "--dry-run", stdout=io.StringIO())


def test_a_new_database_has_an_agent_that_answers() -> None:
    agent = Agent.objects.get(is_default=True)
    assert (agent.slug, agent.is_default, agent.is_active) == ("transcribe-only", True, True)
    assert Agent.objects.filter(slug="scribe", is_active=True).exists()


@pytest.mark.parametrize(
    ("delays", "expected"), [((600, 2500), 450), ((600, 3000), 600), ((700, 2500), 700)]
)
def test_agents_of_the_usual_delays_answer_as_soon_as_new_ones(
    delays: tuple[int, int], expected: int
) -> None:
    low, high = delays
    agent = Agent.objects.create(slug="old", name="Old", min_delay_ms=low, max_delay_ms=high)
    import_module("sessions_app.migrations.0018_sooner_turns").sooner(apps, None)
    agent.refresh_from_db()
    assert agent.min_delay_ms == expected
    assert Agent().min_delay_ms == 450


def upgraded(database: str, folder: Path) -> dict[str, Any]:
    """Returns what a database of an older release says once it is migrated."""
    given = {**os.environ, "DATABASE_URL": database, "VAR_DIR": str(folder)}
    program = [sys.executable, "-m", "tests.models.filled"]
    run = subprocess.run(program, env=given, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr[-2000:]
    told: dict[str, Any] = json.loads(run.stdout)
    return told


def check_upgraded(told: dict[str, Any]) -> None:
    assert told["counts"] == [5, 4, 2, 0]
    assert told["total"] == 11
    assert told["found"] == ["i don't", "CAFÉ", "问一下", "两下", "three four", "four café", "cafe"]
    assert told["revisions"] == [[2, 1, "我想问一下", "我想问两下别的"]]
    assert told["may_correct"]
    assert told["best"] == {"four café": 1, "café": 1}


def test_words_that_are_there_already_are_counted_and_found(tmp_path: Path) -> None:
    if "TEST_PREPARED" in os.environ:  # it is migrated already, and goes back from there
        shutil.copy(prepared() / MIGRATED, tmp_path / "old.sqlite3")
    check_upgraded(upgraded(f"sqlite:///{tmp_path / 'old.sqlite3'}", tmp_path))


@pytest.mark.services
def test_and_on_postgresql(tmp_path: Path) -> None:
    with migrated_postgres() as database:
        check_upgraded(upgraded(database, tmp_path))
