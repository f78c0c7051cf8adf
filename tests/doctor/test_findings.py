"""No check holds up the others or breaks them, and no finding quotes a secret."""

import os
import threading
import time

import pytest
from django.db import OperationalError

from sessions_app.doctor import configured, parts
from sessions_app.doctor.findings import PartCheck, PartFinding, PartState, ok, run
from sessions_app.engine.core.errors import VoiceError
from sessions_app.management.commands.doctor import Command
from sessions_app.runtime import stored_settings


def test_one_that_hangs_or_breaks_is_a_problem_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHAT_API_KEY", "sk-very-secret")
    monkeypatch.setenv("DATABASE_URL", "postgres://voice:pass%2Fword@db/voice")
    monkeypatch.setattr(stored_settings, "secrets", lambda: {"set in the admin"})
    over = threading.Event()

    def hangs() -> PartFinding:
        over.wait(60)
        return ok("late")

    def breaks() -> PartFinding:
        raise ValueError("voice:pass/word")

    def tells() -> PartFinding:
        raise VoiceError(
            "The key sk-very-secret is not set in the admin for pass/word, pass%2Fword."
        )

    began = time.monotonic()
    found = run(
        [
            PartCheck("hangs", hangs, "Wait less.", limit_s=0.3),
            PartCheck("breaks", breaks, "Mend it."),
            PartCheck("tells", tells, "Ask."),
            PartCheck("works", lambda: ok("It works."), ""),
        ]
    )
    over.set()
    assert time.monotonic() - began < 5
    assert list(found) == ["hangs", "breaks", "tells", "works"]
    late = PartFinding(PartState.PROBLEM, "It gave no answer within 0 s.", "Wait less.")
    assert found["hangs"] == late
    assert found["breaks"] == PartFinding(PartState.PROBLEM, "It failed: ValueError.", "Mend it.")
    assert found["tells"].detail == "The key … is not … for …, …."
    assert found["works"].state == PartState.OK


def test_what_needs_the_database_is_not_blamed_for_it() -> None:
    def breaks() -> PartFinding:
        raise OperationalError("connection refused for voice:password")

    found = run([PartCheck(name, breaks, "Mend it.") for name in ("database", "voice")])
    told = "It failed: OperationalError."
    assert found["database"] == PartFinding(PartState.PROBLEM, told, "Mend it.")
    assert (found["voice"].state, told in found["voice"].detail) == (PartState.NOT_CHECKED, True)


def test_the_command_ends_though_a_check_hangs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As a channel layer does whose Redis takes connections and says nothing."""
    over, codes = threading.Event(), list[int]()

    def hangs() -> PartFinding:
        over.wait(60)
        return ok("late")

    hanging = PartCheck("hangs", hangs, "Wait less.", limit_s=0.2)
    monkeypatch.setattr(parts, "all_parts", lambda _: [hanging])
    monkeypatch.setattr(configured, "take_stored", lambda: None)
    monkeypatch.setattr(os, "_exit", codes.append)
    Command().run_from_argv(["manage.py", "doctor"])
    over.set()
    assert codes == [1]
    assert "It gave no answer within 0 s. Wait less." in capsys.readouterr().out
