"""What the tests of kill -9 share: a state to begin from, and processes that are killed at a step.

The programs `killed_*.py` run alone: to fork is safe where no thread holds a lock. `told_by` runs
one from a test.
"""

import contextlib
import gc
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import django

from tests.fixtures.server import ROOT

DATABASE = "db.sqlite3"

Told = list[dict[str, Any]]
Kill = Callable[[int], object]


def migrated_copy(var: Path) -> None:
    """Copies pytest's own database to where programs look for theirs: to migrate takes seconds.

    Where that is SQLite; it must have been set up.
    """
    from django.db import connection

    if connection.vendor == "sqlite":
        source = sqlite3.connect(connection.settings_dict["NAME"])
        target = sqlite3.connect(var / DATABASE)
        with contextlib.closing(source), contextlib.closing(target):
            source.backup(target)


def told_by(program: str, var: Path, database: str = "", **more: str) -> Told:
    """Runs a program of this folder, and returns what it prints as JSON."""
    given = {**os.environ, "VAR_DIR": str(var), **more}
    given["DATABASE_URL"] = database or f"sqlite:///{var / DATABASE}"
    command = [sys.executable, "-m", f"tests.services.{program}"]
    run = subprocess.run(command, env=given, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr[-3000:]
    found: Told = json.loads(run.stdout)
    return found


def begin() -> Path:
    """Sets Django up with a migrated database; returns the folder of all files."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "voicesite.settings"
    django.setup()
    from django.contrib.auth.hashers import PBKDF2PasswordHasher
    from django.core.management import call_command

    from sessions_app.services.backups import snapshots

    PBKDF2PasswordHasher.iterations = 1  # a million, and each password costs a second
    if not snapshots.is_migrated():
        call_command("migrate", verbosity=0)
    return Path(os.environ["VAR_DIR"])


def live_call(owner: Any) -> Any:
    """Returns a call that is recorded and not yet connected."""
    from django.utils import timezone

    from sessions_app.engine.core.party import Party
    from sessions_app.services import calls

    calls.seed_agents()
    call, _ = calls.create(
        Party(owner.pk, ""),
        calls.agent_for(""),
        door="signaling",
        transport="webrtc",
        recogniser="default",
        worker="test",
        offer_key="",
        consented_at=timezone.now(),
    )
    return call


class Killer:
    """Kills this process at a step: before or after one of the wrapped functions runs.

    Two steps with nothing but questions between them leave the same behind: one is enough.
    """

    def __init__(self, at: int) -> None:
        self.at = at
        self.steps = 0

    def step(self) -> None:
        self.steps += 1
        if self.steps == self.at:
            os.kill(os.getpid(), signal.SIGKILL)

    def around(self, holder: Any, *names: str, before: bool = True, after: bool = True) -> None:
        for name in names:
            self._wrap(holder, name, before, after)

    def before(self, holder: Any, *names: str) -> None:
        self.around(holder, *names, after=False)

    def after(self, holder: Any, *names: str) -> None:
        self.around(holder, *names, before=False)

    def _wrap(self, holder: Any, name: str, before: bool, after: bool) -> None:
        was: Callable[..., Any] = getattr(holder, name)

        def wrapped(*args: Any, **kwargs: Any) -> Any:
            if before:
                self.step()
            value = was(*args, **kwargs)
            if after:
                self.step()
            return value

        setattr(holder, name, wrapped)


def killed(act: Callable[..., object], *given: Any, kill: Kill = lambda _pid: None) -> bool:
    """Does something in a process of its own; returns whether that was killed.

    `kill` is told its number. Raises AssertionError where it ended by an error.
    """
    from django.db import connection

    connection.close()
    gc.collect()
    gc.freeze()  # what is never looked at need not be copied for the child
    child = os.fork()
    if not child:
        try:
            act(*given)
            os._exit(0)
        finally:  # it ends here, whatever was raised
            traceback.print_exc()
            os._exit(1)
    kill(child)
    status = os.waitpid(child, 0)[1]
    assert os.WIFSIGNALED(status) or os.waitstatus_to_exitcode(status) == 0
    return os.WIFSIGNALED(status)


class State:
    """A database and a folder of files as they are now, to be put back as often as wanted."""

    def __init__(self, var: Path) -> None:
        from django.db import connection

        self._var = var
        self._kept = Path(tempfile.mkdtemp(prefix="kept-", dir=var.parent))
        self._tables = [] if connection.vendor == "sqlite" else _quoted_tables()
        self._on_server("CREATE SCHEMA kept", "CREATE TABLE kept.{0} AS TABLE {0}")
        connection.close()
        shutil.copytree(var, self._kept, dirs_exist_ok=True)

    def put_back(self) -> None:
        from django.db import connection

        connection.close()
        shutil.rmtree(self._var)
        shutil.copytree(self._kept, self._var)
        without_keys = "SET session_replication_role = replica"
        self._on_server(without_keys, "DELETE FROM {0}; INSERT INTO {0} TABLE kept.{0}")
        connection.close()

    def forget(self) -> None:
        shutil.rmtree(self._kept)

    def _on_server(self, first: str, of_each: str) -> None:
        from django.db import connection, transaction

        if self._tables:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(";".join([first, *map(of_each.format, self._tables)]))


def _quoted_tables() -> list[str]:
    from django.db import connection

    return [connection.ops.quote_name(name) for name in connection.introspection.table_names()]
