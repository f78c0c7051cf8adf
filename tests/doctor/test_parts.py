"""What the doctor says of storage, background work, mail and models."""

from contextlib import nullcontext
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from sessions_app.doctor import configured, parts, speaking, storing
from sessions_app.doctor.findings import PartState
from sessions_app.models import SignOfLife
from sessions_app.runtime import health_checks
from sessions_app.services import heartbeats, recordings
from sessions_app.services.backups import work_folder
from tests.fixtures.ports import free_port


@pytest.mark.django_db
def test_background_work_that_fell_silent_is_a_problem() -> None:
    assert storing.check_worker().state == PartState.PROBLEM
    heartbeats.give(heartbeats.WORKER)
    assert storing.check_worker().state == PartState.OK
    SignOfLife.objects.update(at=timezone.now() - timedelta(hours=1))
    assert "3600 s ago" in storing.check_worker().detail
    assert storing.check_beat().state == PartState.PROBLEM


@pytest.mark.django_db
def test_database_and_migrations(settings: Any, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path
    assert storing.check_database().state == PartState.OK
    assert storing.check_migrations().state == PartState.OK
    work_folder.note_restoring("20260101")
    assert storing.check_migrations().state == PartState.PROBLEM


def test_storage_is_written_read_and_emptied() -> None:
    folder = recordings.folder()
    assert folder is not None
    assert storing.check_recordings().state == PartState.OK
    assert not list(folder.glob(".doctor*"))


def test_disks(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.VAR_DIR = tmp_path
    settings.VOICE = {**settings.VOICE, "LANES_DIR": str(tmp_path / "lanes"), "MIN_FREE_MB": 100.0}
    for free_mb, state in ((50, PartState.PROBLEM), (300, PartState.WARNING), (999, PartState.OK)):
        monkeypatch.setattr(health_checks, "free_bytes", lambda _, mb=free_mb: mb * storing.MB)
        assert storing.check_disks().state == state


def test_mail_is_tried_where_it_is_set(settings: Any) -> None:
    settings.EMAIL_BACKEND = configured.OWN_MAIL
    assert configured.check_mail().state == PartState.NOT_SET
    given = {**settings.VOICE["MAIL"], "HOST": "127.0.0.1", "PORT": free_port()}
    settings.VOICE = {**settings.VOICE, "MAIL": given}
    found = configured.check_mail()
    assert (found.state, "cannot be reached" in found.detail) == (PartState.PROBLEM, True)
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    assert configured.check_mail().state == PartState.WARNING


def test_mail_that_would_not_be_sent_or_leads_nowhere_is_told(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("django.core.mail.get_connection", nullcontext)
    settings.EMAIL_BACKEND = configured.OWN_MAIL
    given = {**settings.VOICE["MAIL"], "HOST": "mail.example.org", "FROM": ""}
    settings.VOICE = {**settings.VOICE, "MAIL": given}
    settings.PUBLIC_URL = ""
    found = configured.check_mail()
    assert (found.state, found.advice) == (PartState.PROBLEM, "Set MAIL_FROM.")
    given["FROM"] = "voice@example.org"
    found = configured.check_mail()
    assert (found.state, found.advice) == (PartState.WARNING, "Set PUBLIC_URL.")
    settings.PUBLIC_URL = "https://voice.example.org"
    assert configured.check_mail().state == PartState.OK


def test_channels_in_memory_are_not_set(settings: Any) -> None:
    memory = "channels.layers.InMemoryChannelLayer"
    settings.CHANNEL_LAYERS = {"default": {"BACKEND": memory}}
    assert configured.check_channels().state == PartState.NOT_SET


@pytest.mark.django_db
def test_a_model_is_asked_where_it_is_set(settings: Any) -> None:
    settings.VOICE = {**settings.VOICE, "RESPONDERS": {}}
    assert speaking.check_model().state == PartState.NOT_SET
    engine = "sessions_app.engine.agent.responders.scripted.ScriptedResponder"
    said = {"BACKEND": engine, "OPTIONS": {"default": "Yes."}}
    settings.VOICE = {**settings.VOICE, "RESPONDERS": {"chat": said}}
    assert speaking.check_model().state == PartState.OK
    settings.VOICE = {**settings.VOICE, "RESPONDERS": {"chat": {"BACKEND": "no.such"}}}
    assert speaking.check_model().state == PartState.PROBLEM


def test_every_part_says_what_to_do() -> None:
    names = [one.name for one in parts.all_parts("")]
    assert len(names) == len(set(names)) == 18
    assert all(one.advice.endswith(".") and one.limit_s <= 90 for one in parts.all_parts(""))
