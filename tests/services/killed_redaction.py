"""Run by test_killed_redaction: takes hidden sound out, killed (SIGKILL) at each step in turn.

Prints, as JSON, what each came to.
"""

import asyncio
import hashlib
import json
import shutil
import sys
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

from tests.services import killing


def redacted_and_killed(step: int, call: Any) -> None:
    from django.core.files.storage import FileSystemStorage

    from sessions_app import tasks
    from sessions_app.runtime import sound_redaction
    from sessions_app.services import archives, work

    killer = killing.Killer(step)
    killer.around(FileSystemStorage, "save", "delete")
    killer.after(shutil, "copyfileobj")
    killer.after(sound_redaction, "mask_recording")
    killer.around(archives, "forget_calls")  # in the middle of a transaction
    killer.around(work, "complete")
    tasks.redact_sound(call.pk)


def later(call: Any) -> Any:
    """Does what beat and a worker do once the killed worker's lease is over."""
    from django.utils import timezone

    from sessions_app import tasks
    from sessions_app.models import SoundRedaction
    from sessions_app.models.work import WorkState
    from sessions_app.services import work

    now = timezone.now()
    running = SoundRedaction.objects.filter(state=WorkState.RUNNING)
    running.update(leased_until=now - timedelta(seconds=1))
    for key in work.due(SoundRedaction, now):
        tasks.redact_sound(key)
    return SoundRedaction.objects.get(call=call)


def told_of(row: Any, killed: bool, var: Path, before: str) -> dict[str, Any]:
    from sessions_app.models import Recording

    recording = Recording.objects.get(call=row.call_id)
    stored = var / "recordings"
    names = {str(path.relative_to(stored)) for path in stored.rglob("*") if path.is_file()}
    digests = {name: hashlib.sha256((stored / name).read_bytes()).hexdigest() for name in names}
    return {
        "killed": killed,
        "state": row.state,
        "masked": row.masked,
        "files": len(names),
        "sound": digests[str(recording.file.name)] == recording.sha256 != before,
        "original": digests[row.original] == before,
        "temporary": [path.name for path in Path(tempfile.gettempdir()).iterdir()],
    }


def recorded(owner: Any) -> Any:
    """Returns a call of a second, with a recording of a tone, whose originals are kept."""
    from sessions_app.models import Agent
    from sessions_app.runtime import finalising
    from sessions_app.runtime.settings import voice_config
    from tests.runtime.test_finalising import end, say, write_lane

    call = killing.live_call(owner)
    Agent.objects.update(redact_keep_original=True)
    asyncio.run(write_lane(voice_config().lanes_dir / call.public_id / "caller.ogg", 1.0))
    say(call, 1, 300, 600)
    call = end(call, 1000)
    finalising.record(call)
    return call


def main() -> None:
    var = killing.begin()
    from django.contrib.auth.models import User

    from sessions_app.models import Recording
    from sessions_app.services import redacting

    (var / "temporary").mkdir()
    tempfile.tempdir = str(var / "temporary")
    owner = User.objects.create(username="owner")
    call = recorded(owner)
    before = Recording.objects.get().sha256
    redacting.hide_by_hand(call, owner, 1, 0, 5)
    state, told = killing.State(var), list[dict[str, Any]]()
    while not told or told[-1]["killed"]:
        state.put_back()
        step = len(told) + 1
        killed = killing.killed(redacted_and_killed, step, call)
        told.append(told_of(later(call), killed, var, before))
    state.forget()
    json.dump(told, sys.stdout)


if __name__ == "__main__":
    main()
