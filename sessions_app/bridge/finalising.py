"""After a call: its lanes become one recording, its transcript a summary."""

import logging
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from sessions_app.bridge.conf import load_backend, voice_config
from sessions_app.core.errors import MediaError
from sessions_app.media.merging import MergedRecording, merge_lanes
from sessions_app.models import Call, Recording, Summary
from sessions_app.services import recordings, summaries, transcripts, work

logger = logging.getLogger(__name__)

Check = dict[str, Any]


def record(call: Call) -> None:
    """Makes the stored recording of an ended call, if one is owed and nobody else is at it.

    Safe to be killed anywhere and run again: lanes go only after the file is stored.
    """
    row = work.take(Recording, call.pk)
    if row is None:
        return
    try:
        _record(call, row)
    except (MediaError, OSError) as error:
        logger.exception("call %s: the recording could not be made", call.public_id)
        work.fail(row, f"The recording could not be made: {error}")


def summarise(call: Call) -> None:
    """Makes the summary of an ended call, if one is owed and nobody else is at it."""
    row = work.take(Summary, call.pk)
    if row is None:
        return
    try:
        summaries.summarise(call, row, load_backend("SUMMARISERS", "default"))
    except ImproperlyConfigured as error:
        work.fail(row, str(error))
    except Exception as error:
        logger.exception("call %s: the summary could not be made", call.public_id)
        work.fail(row, f"The summary could not be made: {error}")


def _record(call: Call, row: Recording) -> None:
    folder = voice_config().lanes_dir / call.public_id
    caller, agent = _lane(folder, "caller"), _lane(folder, "agent")
    if caller is None and agent is None:
        detail = "The call ended before any audio came."
        recordings.keep_nothing(row, [{"name": "audio", "ok": False, "detail": detail}])
        recordings.note_length(call, 0)
        return
    with tempfile.TemporaryDirectory(prefix="voicesite-") as scratch:
        target = Path(scratch) / "call.ogg"
        merged = merge_lanes(caller, agent, call.duration_ms, target)
        recordings.keep(row, target, _facts(call, merged))
    recordings.note_length(call, merged.duration_ms)
    shutil.rmtree(folder, ignore_errors=True)


def _lane(folder: Path, name: str) -> Path | None:
    path = folder / f"{name}.ogg"
    return path if path.exists() and path.stat().st_size else None


def _facts(call: Call, merged: MergedRecording) -> dict[str, Any]:
    checks = [*merged.checks, merged.audio_under(_spans(call))]
    return {
        "duration_ms": merged.duration_ms,
        "size": merged.size,
        "sha256": merged.sha256,
        "peaks": merged.peaks,
        "checks": [{"name": n, "ok": ok, "detail": detail} for n, ok, detail in checks],
    }


def _spans(call: Call) -> Sequence[tuple[int, int, str]]:
    return [(s.start_ms, s.end_ms, s.speaker) for s in transcripts.in_order(call)]
