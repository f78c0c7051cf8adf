"""Counts of the jobs that are not done, and of what is kept: for those who watch the server."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.db.models import Count, F, Min, OuterRef, Q, Subquery, Sum

from sessions_app.models import (
    Archive,
    AudioCopy,
    ErasureReceipt,
    Extraction,
    PasswordLink,
    Recording,
    Redaction,
    SoundRedaction,
    Summary,
    Version,
    WebhookDelivery,
)
from sessions_app.models.work import UNDER_WAY, LeasedJob, WorkState
from sessions_app.services import recordings
from sessions_app.services.work import kind_of

NOT_DONE = [*UNDER_WAY, WorkState.FAILED]

_NEWEST = Redaction.objects.filter(call=OuterRef("call")).order_by("-created_at")
SINCE: dict[type[LeasedJob], F | Subquery] = {
    Recording: F("call__ended_at"),
    Summary: F("call__ended_at"),
    Extraction: F("call__ended_at"),
    Version: F("created_at"),
    SoundRedaction: Subquery(_NEWEST.values("created_at")[:1]),
    ErasureReceipt: F("asked_at"),
    WebhookDelivery: F("created_at"),
    AudioCopy: F("asked_at"),
    Archive: F("asked_at"),
    PasswordLink: F("created_at"),
}
"""Since when each kind of job is due. For a summary that was asked for again it is too early."""


@dataclass(frozen=True, slots=True)
class OwedJobs:
    """The jobs of one kind in one state; `oldest_s`: how long the oldest is due, if known."""

    kind: str
    state: str
    count: int
    oldest_s: float | None


def jobs(now: datetime) -> Iterator[OwedJobs]:
    """Yields the counts of all jobs that are not done, with one query for each kind."""
    for model, since in SINCE.items():
        rows = model._default_manager.filter(state__in=NOT_DONE).order_by().annotate(since=since)
        found = rows.values_list("state").annotate(count=Count("pk"), oldest=Min("since"))
        by_state = {state: (count, oldest) for state, count, oldest in found}
        for state in NOT_DONE:
            count, oldest = by_state.get(state, (0, None))
            age_s = max(0.0, (now - oldest).total_seconds()) if oldest is not None else None
            yield OwedJobs(kind_of(model), str(state), count, age_s if count else 0.0)


def storage() -> dict[str, int]:
    """Returns the bytes of finished recordings, copies, exports, lanes and the database.

    Files whose size the database does not know are left out.
    """
    kept = {
        "recordings": Recording.objects.filter(~Q(file="")),
        "copies": AudioCopy.objects.filter(~Q(file_name="")),
        "exports": Archive.objects.filter(~Q(file_name="")),
    }
    sizes = {what: rows.aggregate(all=Sum("size"))["all"] or 0 for what, rows in kept.items()}
    return sizes | {"lanes": _bytes_below(lanes_folder()), "database": _database_bytes()}


def lanes_folder() -> Path:
    """Returns where the sound of live calls is written."""
    return Path(settings.VOICE["LANES_DIR"])


def folders() -> dict[str, Path]:
    """Returns the folders whose disks may fill, by the names that /readyz gives them."""
    kept = recordings.folder()
    return {"lanes": lanes_folder()} | ({"recordings": kept} if kept is not None else {})


def _bytes_below(folder: Path) -> int:
    total = 0
    for path in folder.rglob("*") if folder.is_dir() else ():
        try:
            total += path.stat().st_size if path.is_file() else 0
        except OSError:
            continue  # it became a recording meanwhile
    return total


def _database_bytes() -> int:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_database_size(current_database())")
            return int(cursor.fetchone()[0])
    name = Path(str(connection.settings_dict["NAME"]))
    files = (name, name.with_name(f"{name.name}-wal"))
    return sum(path.stat().st_size for path in files if path.is_file())
