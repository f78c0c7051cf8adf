"""What the programs that test backups share: a second installation within their process."""

import copy
import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.services import killing

Rows = dict[str, list[str]]
Files = dict[str, str]

SEARCH = "sessions_app_search"


def filled(var: Path, calls: int) -> Any:
    """Fills this installation with all that calls can have, one of them live; returns a user."""
    from django.conf import settings
    from django.contrib.auth.models import User

    from sessions_app.engine.core.states import CallState
    from sessions_app.services import calls as call_service
    from tests.fixtures.spoken_call import exported, spoken_call

    owner = User.objects.create(username="owner")
    for _ in range(calls):
        spoken_call(owner, var)
    exported(User.objects.create(username="other"))  # not with a call that is erased
    shutil.rmtree(settings.VOICE["LANES_DIR"])  # they became recordings
    live = killing.live_call(owner)
    call_service.move(live.public_id, CallState.CONNECTING)
    lane = Path(settings.VOICE["LANES_DIR"]) / live.public_id / "caller.ogg"
    lane.parent.mkdir(parents=True, exist_ok=True)
    lane.write_bytes(b"OggS that goes on")
    return owner


def move_to(var: Path, **database: str) -> None:
    """Makes this process that of another installation; to be called in a child."""
    from django.conf import settings
    from django.core.files.storage import storages
    from django.db import connections

    connections["default"].close()
    connections["default"].settings_dict.update(database)
    settings.VAR_DIR = var
    settings.VOICE = copy.copy(settings.VOICE) | {"LANES_DIR": str(var / "lanes")}
    storage: Any = storages["recordings"]
    for name in ("base_location", "location"):
        storage.__dict__.pop(name, None)
    storage._location = str(var / "recordings")
    var.mkdir(exist_ok=True)


def rows() -> Rows:
    """Returns all rows of all tables, as text."""
    from django.db import connection

    found = {}
    with connection.cursor() as cursor:
        for table in sorted(connection.introspection.table_names(cursor)):
            if table == SEARCH:
                continue  # SQLite's index, which has no rows of its own
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            found[table] = sorted(map(repr, cursor.fetchall()))
    return found


def files(var: Path) -> Files:
    """Returns the SHA-256 of each recording and lane, by its name below `var`."""
    found = {}
    for folder in ("recordings", "lanes"):
        for path in sorted((var / folder).rglob("*")):
            if path.is_file() and not path.name.startswith("."):
                name = str(path.relative_to(var))
                found[name] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


def differing(one: Rows | Files, other: Rows | Files) -> list[str]:
    """Returns the names of which the two do not say the same."""
    return sorted(name for name in {*one, *other} if one.get(name) != other.get(name))


def in_a_child(act: Callable[..., object], *given: Any) -> None:
    """Does something in a process of its own, as in another installation."""
    assert not killing.killed(act, *given)
