"""Database, background work, recordings and disks."""

import secrets
import time
from pathlib import Path

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import connection
from django.utils import timezone

from sessions_app.doctor.findings import PartFinding, ok, problem, warning
from sessions_app.models.recording import recordings_storage
from sessions_app.runtime import health_checks, service_trials
from sessions_app.runtime.settings import voice_config
from sessions_app.services import database, heartbeats, recordings
from sessions_app.services.backups import snapshots, work_folder

SCARCE = 4
"""Times VOICE_MIN_FREE_MB below which free space is scarce; more warns sooner."""

MB = 1_000_000
"""Bytes."""


def check_database() -> PartFinding:
    """Writes a row and takes it back."""
    began = time.monotonic()
    database.connect(health_checks.LOCK_S, health_checks.STATEMENT_S)
    with connection.cursor() as cursor:
        version = ".".join(map(str, connection.get_database_version()))
        cursor.execute("SELECT 1")
    if snapshots.is_migrated():
        heartbeats.try_to_write(keep=False)
    took = _ms(began)
    return ok(f"{connection.display_name} {version} answered in {took}.")


def check_migrations() -> PartFinding:
    """Compares the database with this release."""
    if work_folder.restoring():
        return problem("A restore is not finished.", work_folder.UNFINISHED)
    if snapshots.is_migrated():
        return ok("The database is that of this release.")
    return problem("The database is older than this release.", "Run `manage.py migrate`.")


def check_broker() -> PartFinding:
    """Connects to the broker."""
    began = time.monotonic()
    kind = service_trials.try_broker()
    return ok(f"{kind} took a connection in {_ms(began)}.")


def check_worker() -> PartFinding:
    """Asks when a background worker last gave a sign of life."""
    return _alive(heartbeats.WORKER, "Start the worker, or look into its log.")


def check_beat() -> PartFinding:
    """Asks when beat last gave a sign of life."""
    return _alive(heartbeats.BEAT, "Start beat, or look into its log.")


def _alive(name: str, advice: str) -> PartFinding:
    last = heartbeats.given().get(name)
    if last is None:
        return problem("It has never given a sign of life.", advice)
    silent_s = (timezone.now() - last).total_seconds()
    told = f"The last sign of life was {silent_s:.0f} s ago."
    limit_s = voice_config().worker_silent_s or health_checks.SILENT_S
    return ok(told) if silent_s <= limit_s else problem(told, advice)


def check_recordings() -> PartFinding:
    """Writes a small file where recordings go, reads it and deletes it."""
    began, storage = time.monotonic(), recordings_storage()
    content = secrets.token_bytes(1000)
    name = storage.save(f".doctor-{secrets.token_hex(8)}", ContentFile(content))
    try:
        with storage.open(name) as file:
            same = file.read() == content
    finally:
        storage.delete(name)
    if not same:
        return problem("A file came back as another.", "Use another RECORDINGS_URL.")
    if storage.exists(name):
        return problem("A file is still there after it was deleted.", "Let voicesite delete there.")
    where = "a folder" if recordings.folder() is not None else "object storage"
    return ok(f"A file was written to {where}, read and deleted in {_ms(began)}.")


def check_disks() -> PartFinding:
    """Looks at the free space of each disk that is written, and writes to it."""
    config = voice_config()
    folders = {"var": Path(settings.VAR_DIR), "lanes": config.lanes_dir}
    if (kept := recordings.folder()) is not None:
        folders["recordings"] = kept
    free: dict[str, float] = {}
    for name, folder in folders.items():
        if why := health_checks.disk_fault(name, folder, config.min_free_mb):
            return problem(why, "Free space there, or name another folder (docs/settings.md).")
        free[name] = health_checks.free_bytes(folder) / MB
    told = ", ".join(f"{name} {mb / 1000:.1f} GB" for name, mb in free.items())
    if min(free.values()) < SCARCE * config.min_free_mb:
        return warning(f"Free: {told}.", "Free space soon, or let recordings expire sooner.")
    return ok(f"Free: {told}.")


def _ms(began: float) -> str:
    return f"{1000 * (time.monotonic() - began):.0f} ms"
