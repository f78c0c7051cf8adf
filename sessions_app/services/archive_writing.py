"""Writes archives: zip files that anyone can open, built in parts on the disk.

Nothing is compressed: audio already is, and stored entries can be read directly. A call is
noted as part of the archive before anything of it is written.
"""

import hashlib
import json
import shutil
import time
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from django.conf import settings
from django.db.models import QuerySet, Sum
from django.template.loader import render_to_string
from django.utils import timezone

from sessions_app.engine.core.errors import VoiceError
from sessions_app.engine.exports import call_list
from sessions_app.engine.exports import json as as_json
from sessions_app.engine.exports.registry import FORMATS
from sessions_app.models import (
    AccessLog,
    Archive,
    ArchivedCall,
    ArchiveKind,
    Call,
    Note,
    Recording,
    SoundRedaction,
)
from sessions_app.models.work import UNDER_WAY, WorkState
from sessions_app.services import archives, call_lists, exports, redactions, summaries, work
from sessions_app.services.queueing import MAKE_ARCHIVE, queue
from sessions_app.services.stored_files import CHUNK_BYTES

SLICE_S = 20.0
"""How long a worker writes one archive before other work gets its turn.

Larger delays other work; smaller opens the zip file more often.
"""

ROWS_AT_ONCE = 500
"""Rows of one query: more take memory, fewer take more queries."""

FILES = {
    "recording.ogg": "Listen",
    "transcript.txt": "Transcript",
    "summary.txt": "Summary",
    "notes.txt": "Notes",
    "call.json": "All data",
}
"""A call's files, with what the page of the archive calls them."""

WAIT = timedelta(seconds=10)
"""Until an archive that cannot be written yet is tried again. Longer delays it; shorter tries more
often."""

NOT_COVERED = "The sound of hidden words has yet to be removed from a recording in it."
MORE = "It is being made; other work goes first."


class NoRoomError(VoiceError):
    """The disk has no room for the archive (retryable once there is room)."""


def make(archive_pk: int) -> None:
    """Makes a pending archive, or the next part of it; safe to be killed and run again."""
    with work.claimed(Archive, archive_pk) as row:
        if row is None:
            return
        part = archives.part_of(row, row.attempts)
        try:
            _turn(row, part)
        except BaseException:  # also when the worker stops: a half-written file is useless
            part.unlink(missing_ok=True)
            raise


def _turn(row: Archive, part: Path) -> None:
    if not _can_continue(row, part):
        _begin(row, part)
    if _write(row, part):
        archives.keep(row, part, _facts(row, part))
    else:
        _postpone(row, part)


def _can_continue(row: Archive, part: Path) -> bool:
    """Returns whether the partial file is unchanged since the last run."""
    return bool(row.reached) and part.exists() and part.stat().st_size == row.part_size


def _begin(row: Archive, part: Path) -> None:
    archives.delete_attempts(row, row.attempts)
    part.unlink(missing_ok=True)
    part.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    row.contents.all().delete()
    row.reached = 0
    if row.kind == ArchiveKind.OWN:
        own = Call.objects.filter(owner_id=row.subject_id).order_by("created_at", "pk")
        row.wanted = list(own.values_list("pk", flat=True))
    _check_room(row)


def _check_room(row: Archive) -> None:
    size = sum(_sizes(row.wanted))
    spare = float(settings.VOICE["MIN_FREE_MB"]) * 1e6
    free = shutil.disk_usage(settings.VOICE["LANES_DIR"]).free
    if size + spare > free:
        raise NoRoomError(
            f"The export needs {size / 1e6:.0f} MB, and the disk has {free / 1e6:.0f} MB free."
        )


def _sizes(keys: Sequence[int]) -> Iterator[int]:
    for some in _chunks(keys):
        found = Recording.objects.filter(call_id__in=some).exclude(file="")
        yield found.aggregate(total=Sum("size"))["total"] or 0


def _chunks(keys: Sequence[int]) -> Iterator[Sequence[int]]:
    for first in range(0, len(keys), ROWS_AT_ONCE):
        yield keys[first : first + ROWS_AT_ONCE]


def _write(row: Archive, part: Path) -> bool:
    """Writes calls until the slice is over; returns whether the archive is complete."""
    begun = time.monotonic()
    with ZipFile(part, "a" if row.reached else "w", ZIP_STORED) as archive:
        while row.reached < len(row.wanted):
            if _waits_for_redaction(row.wanted[row.reached]):
                return False
            _call(archive, row, row.wanted[row.reached])
            row.reached += 1
            if time.monotonic() - begun > SLICE_S and row.reached < len(row.wanted):
                return False
        _lists(archive, row)
    return True


def _waits_for_redaction(key: int) -> bool:
    """Returns whether the sound of hidden words must still be removed from a call's recording."""
    return SoundRedaction.objects.filter(call_id=key, state__in=UNDER_WAY).exists()


def _postpone(row: Archive, part: Path) -> None:
    """Queues the rest of the job behind the jobs that were queued meanwhile."""
    size = part.stat().st_size
    work.held_by(row).update(reached=row.reached, part_size=size, wanted=row.wanted)
    if _waits_for_redaction(row.wanted[row.reached]):
        work.postpone(row, NOT_COVERED, WAIT)
        return
    work.postpone(row, MORE, timedelta(0))
    queue(MAKE_ARCHIVE, row.pk)


def _facts(row: Archive, part: Path) -> dict[str, Any]:
    with part.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    return {"size": part.stat().st_size, "sha256": digest, "calls": row.contents.count()}


def _call(archive: ZipFile, row: Archive, key: int) -> None:
    """Writes one call, unless it was erased meanwhile."""
    if not Call.objects.filter(pk=key).exists():
        return
    ArchivedCall.objects.get_or_create(archive=row, call_id=key)
    # read only now: an erasure from here on finds that this archive holds the call
    related = ("agent", "owner", "recording", "summary")
    call = Call.objects.filter(pk=key).select_related(*related).first()
    if call is not None:
        for name, text in _texts(call, row.subject or row.user).items():
            _add(archive, f"{_folder(call)}/{name}", text, call.created_at)
        _sound(archive, call)


def _folder(call: Call) -> str:
    return f"calls/{timezone.localtime(call.created_at):%Y-%m-%d}-{call.public_id}"


def _texts(call: Call, reader: Any) -> dict[str, str]:
    """Returns what is stored of a call as text, by file name, as far as `reader` may see it."""
    header, rows = exports.header(call), exports.rows(call, reader)
    notes, summary = list(Note.objects.filter(call=call)), getattr(call, "summary", None)
    told = summaries.display_parts(summary) if summary is not None and summary.text else None
    document = as_json.document(header, rows) | {
        "visitor": call.visitor,
        "door": call.door,
        "end_reason": call.end_reason,
        "answered_at": _iso_time(call.answered_at),
        "ended_at": _iso_time(call.ended_at),
        "consented_at": _iso_time(call.consented_at),
        "gaps": call.gaps,
        "notes": [{"kind": n.kind, "text": n.text, "at_ms": n.at_ms} for n in notes],
        "summary": None if told is None else _summary(told),
    }
    made = {"call.json": json.dumps(document, ensure_ascii=False, indent=2) + "\n"}
    if rows:
        made["transcript.txt"] = FORMATS["txt"].render(header, rows)
    if notes:
        made["notes.txt"] = "".join(f"- {note.text}\n" for note in notes)
    if told is not None:
        made["summary.txt"] = render_to_string("archive/summary.txt", {"told": told})
    return made


def _summary(told: Any) -> dict[str, Any]:
    return {
        "text": told.text,
        "key_points": told.key_points,
        "action_items": told.action_items,
    }


def _iso_time(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _sound(archive: ZipFile, call: Call) -> None:
    """Copies the recording in chunks; leaves it out if its storage does not have it."""
    recording = getattr(call, "recording", None)
    if recording is None or recording.state != WorkState.DONE or not recording.file:
        return
    if redactions.needs_sound_redaction(call):
        return
    storage, name = recording.file.storage, str(recording.file.name)
    if storage.exists(name):
        info = _info(f"{_folder(call)}/recording.ogg", call.created_at)
        info.file_size = storage.size(name)  # tells whether it needs zip64
        with storage.open(name) as source, archive.open(info, "w") as target:
            shutil.copyfileobj(source, target, CHUNK_BYTES)


def _lists(archive: ZipFile, row: Archive) -> None:
    """Writes the files about all calls: the page with links to them, a table, and the account."""
    keys = list(row.contents.order_by("pk").values_list("call_id", flat=True))
    with archive.open(_info("calls.csv"), "w", force_zip64=True) as out:
        out.write(call_list.head().encode())
        for some in _chunks(keys):
            out.write(call_list.lines(map(call_lists.line, call_lists.read(some))).encode())
    if row.subject is not None:
        _account(archive, row.subject)
    _pages(archive, row, keys)


def _account(archive: ZipFile, subject: Any) -> None:
    _add(archive, "account.json", json.dumps(account_of(subject), ensure_ascii=False, indent=2))
    with archive.open(_info("who-looked.txt"), "w", force_zip64=True) as out:
        out.write(b"Who else looked at, listened to, saved or changed your calls:\n\n")
        for entry in accesses_by_others(subject).iterator(ROWS_AT_ONCE):
            out.write(_access_line(entry).encode())


def accesses_by_others(subject: Any) -> QuerySet[AccessLog]:
    """Returns what others did with a user's calls, the oldest first."""
    others = AccessLog.objects.filter(call__owner=subject, call__erasing_at=None)
    return others.exclude(user=subject).select_related("call", "user").order_by("at", "pk")


def _access_line(entry: AccessLog) -> str:
    who = "somebody whose account is gone" if entry.user is None else entry.user.get_username()
    at = f"{timezone.localtime(entry.at):%Y-%m-%d %H:%M}"
    detail = f" ({entry.detail})" if entry.detail else ""
    return f"{at}  {who}: {entry.get_action_display()}{detail}, call {entry.call.public_id}\n"


def account_of(user: Any) -> dict[str, Any]:
    """Returns the stored data of a user's account, without password and secrets of tokens."""
    return {
        "username": user.get_username(),
        "first_name": user.first_name,
        "last_name": user.last_name,
        "email": user.email,
        "date_joined": _iso_time(user.date_joined),
        "last_login": _iso_time(user.last_login),
        "groups": sorted(user.groups.values_list("name", flat=True)),
        "api_tokens": [
            {
                "name": token.name,
                "begins_with": token.prefix,
                "created_at": _iso_time(token.created_at),
                "last_used_at": _iso_time(token.last_used_at),
                "revoked_at": _iso_time(token.revoked_at),
                "scopes": token.scopes,
                "expires_at": _iso_time(token.expires_at),
            }
            for token in user.api_tokens.all()
        ],
        "sign_ins": [
            {"at": _iso_time(row.at), "browser": row.browser, "address": row.address}
            for row in user.sign_ins.all()
        ],
        "saved_views": [
            {
                "name": view.name,
                "query": view.query,
                "shared": view.shared,
                "created_at": _iso_time(view.created_at),
                "updated_at": _iso_time(view.updated_at),
            }
            for view in user.saved_views.all()
        ],
    }


def _pages(archive: ZipFile, row: Archive, keys: Sequence[int]) -> None:
    context = {"archive": row, "now": timezone.now(), "calls": len(keys)}
    there = set(archive.namelist())
    with archive.open(_info("index.html"), "w", force_zip64=True) as out:
        out.write(render_to_string("archive/head.html", context).encode())
        for some in _chunks(keys):
            for call in call_lists.read(some):
                out.write(_line(call, there).encode())
        out.write(render_to_string("archive/foot.html", context).encode())
    _add(archive, "style.css", render_to_string("archive/style.css"))
    _add(archive, "README.txt", render_to_string("archive/README.txt", context))


def _line(call: Call, there: set[str]) -> str:
    folder = _folder(call)
    files = [(label, f"{folder}/{name}") for name, label in FILES.items()]
    links = [(label, address) for label, address in files if address in there]
    return render_to_string("archive/row.html", {"call": call, "links": links})


def _add(archive: ZipFile, name: str, text: str, at: datetime | None = None) -> None:
    archive.writestr(_info(name, at), text.encode())


def _info(name: str, at: datetime | None = None) -> ZipInfo:
    moment = timezone.localtime(at)
    info = ZipInfo(name, moment.timetuple()[:6])
    info.external_attr = 0o600 << 16
    return info
