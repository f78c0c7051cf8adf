"""What each kind of process imports: what it does not use costs it memory, and time to start."""

import os
import subprocess
import sys

import pytest
from django.core import checks

from tests.fixtures.server import ROOT

SKIP = "import os; os.environ['CELERY_SKIP_CHECKS'] = 'true'; "
CELERY = SKIP + "from voicesite.celery import app; app.loader.import_default_modules()"
TRACES = ("opentelemetry.sdk", "opentelemetry.exporter", "sessions_app.runtime.tracing")
HEAVY = ("sessions_app.admin", "sessions_app.engine.summaries.people", "aiortc", "twisted", *TRACES)


def imported(code: str, **given: str) -> set[str]:
    """Returns the modules of a new process after `code`, with more variables where `given`."""
    told = f"{code}\nimport sys\nprint(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", told],
        cwd=ROOT,
        env=os.environ | given,
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stdout.split())


@pytest.mark.parametrize(
    ("code", "lacks", "has"),
    [
        pytest.param(CELERY, HEAVY, "sessions_app.tasks", id="beat"),
        pytest.param(
            "import voicesite.asgi",
            (*HEAVY[1:2], *TRACES),
            "sessions_app.admin.agents",
            id="pages",
        ),
    ],
)
def test_it_imports_what_it_uses(code: str, lacks: tuple[str, ...], has: str) -> None:
    found = imported(code)
    assert has in found
    assert not found.intersection(lacks)


def test_a_process_that_carries_calls_imports_nothing_to_trace_them() -> None:
    given = {"VOICE_ROLE": "media", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318"}
    carries = "import voicesite.asgi; from sessions_app.runtime import engine; engine.current()"
    assert not imported(carries, **given).intersection(TRACES)


def test_the_admin_is_checked_though_it_is_imported_late() -> None:
    told = (
        "import django; django.setup()\n"
        "from django.contrib import admin\n"
        "assert not admin.site._registry\n"
        "from django.core import checks\n"
        "assert checks.run_checks(tags=[checks.Tags.admin]) == []\n"
        "assert admin.site._registry\n"
    )
    assert "sessions_app.admin.agents" in imported(
        "import os; os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'voicesite.settings')\n" + told
    )


def test_a_fault_of_the_admin_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    fault = checks.Error("It has no such field.", id="admin.E108")
    monkeypatch.setattr("voicesite.apps.check_admin_app", lambda _app_configs, **_given: [fault])
    assert fault in checks.run_checks(tags=[checks.Tags.admin])
