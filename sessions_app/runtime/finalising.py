"""After a call: its lanes become one recording, its transcript a summary."""

import math
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.db.models import F, Max

from sessions_app.engine.agent.responders.scribe.commands import without_commands
from sessions_app.engine.core.agent_config import AgentConfig
from sessions_app.engine.core.errors import MediaError
from sessions_app.engine.recording.lanes import lane_is_unreadable, lane_length_ms
from sessions_app.engine.recording.masking import ToneMask
from sessions_app.engine.recording.merging import MergedRecording, merge_lanes
from sessions_app.models import Call, Extraction, Recording, Summary
from sessions_app.models.work import WorkState
from sessions_app.runtime.settings import voice_config
from sessions_app.runtime.understanding import extractor_for, summariser_for
from sessions_app.services import (
    calls,
    extracting,
    recordings,
    redactions,
    summarising,
    transcripts,
    work,
)

MERGED, ORIGINAL = "merged.ogg", "original.ogg"


def record(call: Call) -> None:
    """Merges and stores an ended call's recording, if that is pending and no other worker does it.

    Safe to be killed at any point and run again: the lanes are deleted only after the recording
    is stored and in the database. Also sets the length of a call whose process died.
    """
    with work.claimed(Recording, call.pk) as row:
        if row is not None:
            _record(call, row)
    state = Recording.objects.filter(call=call).values_list("state", flat=True).first()
    if state == WorkState.DONE:
        shutil.rmtree(_folder(call), ignore_errors=True)
    if state in (None, WorkState.DONE, WorkState.FAILED):
        # no lane is left to take the length from
        calls.note_length(call, _words_end_ms(call))


def take_values(call: Call) -> None:
    """Takes the values of the agent's fields, if that is pending and no other worker does it."""
    with work.claimed(Extraction, call.pk) as row:
        if row is not None:
            extracting.extract(call, row, extractor_for(call))


def summarise(call: Call) -> None:
    """Writes an ended call's summary, if that is pending and no other worker does it."""
    with work.claimed(Summary, call.pk) as row:
        if row is not None:
            scribe = call.persona.get("responder") == summarising.SCRIBE
            remove_commands = without_commands if scribe else None
            summarising.summarise(call, row, summariser_for(call), remove_commands)


def _record(call: Call, row: Recording) -> None:
    """Merges the call's lanes into one file, and stores it with its checks."""
    caller, agent = _lane(call, "caller"), _lane(call, "agent")
    lanes = [path for path in (caller, agent) if path is not None]
    if not lanes:
        _keep_nothing(call, row)
        return
    if all(map(lane_is_unreadable, lanes)):
        raise MediaError("There is sound of this call, but none of it can be read.")
    # in the lanes' folder: it is deleted with them, whenever this process is killed
    target = _folder(call) / MERGED
    length, times = _length_ms(call, lanes), redactions.hidden_times(call)
    if times and AgentConfig.from_json(call.persona).redaction.keep_original:
        whole = target.with_name(ORIGINAL)
        merge_lanes(caller, agent, length, whole)
        redactions.note_original(call, recordings.keep_original(row, whole))
    merged = merge_lanes(caller, agent, length, target, ToneMask(times))
    calls.note_length(call, merged.duration_ms)
    recordings.keep(row, target, _facts(call, merged))


def _length_ms(call: Call, lanes: Sequence[Path]) -> int:
    """Returns the call's length; if its process died, an estimate by its lanes and words."""
    if call.duration_ms is not None:
        return call.duration_ms
    # the last second of a lane is lost with its process, the words in it may be stored
    ends = [math.ceil(lane_length_ms(path)) for path in lanes]
    return max(*ends, _words_end_ms(call))


def _keep_nothing(call: Call, row: Recording) -> None:
    """Closes the recording of a call without any audio; raises MediaError if there are words."""
    words = transcripts.in_order(call)
    # what was typed, or shown to a client that reads, takes no time and has no sound
    if words.filter(end_ms__gt=F("start_ms")).exists():
        raise MediaError(
            "There are spoken words but no sound of them. Let the background worker see the "
            "same VOICE_LANES_DIR as the process that carries the calls."
        )
    answered = call.answered_at is not None
    detail = "No sound was sent." if answered else "The call ended before it was connected."
    fine = not answered or words.exists()
    recordings.keep_nothing(row, [{"name": "audio", "ok": fine, "detail": detail}])


def _folder(call: Call) -> Path:
    return voice_config().lanes_dir / call.public_id


def _lane(call: Call, name: str) -> Path | None:
    """Returns the lane, or None where it is missing or nothing was ever written to it."""
    path = _folder(call) / f"{name}.ogg"
    if not path.exists():
        return None
    return path if lane_length_ms(path) > 0 or lane_is_unreadable(path) else None


def _words_end_ms(call: Call) -> int:
    """Returns where the last word ends on the call clock; 0 for none."""
    found = transcripts.in_order(call).aggregate(end=Max("end_ms"))["end"]
    return int(found or 0)


def _facts(call: Call, merged: MergedRecording) -> dict[str, Any]:
    spans = [
        (s.start_ms, s.end_ms, s.speaker)
        for s in transcripts.in_order(call).defer("words")
        if s.end_ms > s.start_ms  # what was typed, or shown for want of a voice, has no sound
    ]
    checks = [*merged.checks, merged.audio_under(spans)]
    return {
        "duration_ms": merged.duration_ms,
        "size": merged.size,
        "sha256": merged.sha256,
        "peaks": merged.peaks,
        "checks": [{"name": name, "ok": ok, "detail": detail} for name, ok, detail in checks],
    }
