"""Known users, a call to look at, and folders and a broker that are the test's own."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Empty
from typing import Any

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.contrib.auth.models import Permission, User
from django.core.files.storage import FileSystemStorage
from django.db import connections
from django.utils import timezone
from hypothesis import HealthCheck
from hypothesis import settings as examples

from sessions_app.engine.core.party import Party
from sessions_app.models import Call, Recording
from sessions_app.services import calls, queueing
from tests.fixtures.server import MIGRATED, prepared
from voicesite.celery import app

PASSWORD = "correct horse battery"

# how long an example takes by the clock tells of what else the machine does
examples.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
examples.load_profile("unhurried")

CallMaker = Callable[..., Call]
Queued = Callable[[], list[tuple[str, int]]]


@pytest.fixture(autouse=True)
def own_folders(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Lanes and recordings in a folder of this test, which is returned."""
    settings.VOICE = {**settings.VOICE, "LANES_DIR": str(tmp_path / "lanes")}
    storage = FileSystemStorage(tmp_path / "recordings")
    monkeypatch.setattr(Recording._meta.get_field("file"), "storage", storage)
    return tmp_path


@pytest.fixture(scope="session")
def database_file(tmp_path_factory: pytest.TempPathFactory) -> Path | None:
    """SQLite in a file, as the product has it: in memory, threads would not wait for each other.

    Where several processes share the tests, it is a copy of what one of them migrated:
    all migrations take 6 s of CPU. None for another database.
    """
    if connections["default"].vendor != "sqlite":
        return None
    path = tmp_path_factory.mktemp("database") / "test.sqlite3"
    if "TEST_PREPARED" in os.environ:
        shutil.copy(prepared() / MIGRATED, path)
    return path


@pytest.fixture(scope="session")
def django_db_modify_db_settings(database_file: Path | None) -> None:
    wanted = connections["default"].settings_dict["TEST"]
    if database_file is not None:
        wanted["NAME"] = str(database_file)
    elif "TEST_TEMPLATE" in os.environ:  # of PostgreSQL: a database that was migrated
        wanted["TEMPLATE"] = os.environ["TEST_TEMPLATE"]


@pytest.fixture(scope="session")
def django_db_keepdb(database_file: Path | None) -> bool:
    return database_file is not None and database_file.exists()


@pytest.fixture(autouse=True, scope="session")
def quick_passwords() -> Iterator[None]:
    """Passwords hashed once instead of a million times: each cost a second."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(PBKDF2PasswordHasher, "iterations", 1)
        yield


@pytest.fixture(autouse=True, scope="session")
def own_broker() -> Iterator[None]:
    """A broker in memory, for all tests of this process."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(app.conf, "broker_url", "memory://")
        yield


@pytest.fixture
def queued() -> Iterator[Queued]:
    """Returns what takes the tasks, each with its call or 0, from the broker: oldest first."""

    def taken() -> list[tuple[str, int]]:
        found = []
        with app.connection_for_read() as connection:
            tasks = connection.SimpleQueue(app.conf.task_default_queue)
            while True:
                try:
                    message = tasks.get_nowait()
                except Empty:
                    break
                message.ack()
                given = message.payload[0]
                found.append((message.headers["task"], given[0] if given else 0))
            tasks.close()
        return found

    queueing.pause.end()
    taken()
    yield taken
    queueing.pause.end()


@pytest.fixture
def alice(db: None) -> User:
    return User.objects.create_user("alice", password=PASSWORD)


@pytest.fixture
def bob(db: None) -> User:
    return User.objects.create_user("bob", password=PASSWORD)


@pytest.fixture
def staff(db: None) -> User:
    """Staff who may see and change all of the product's rows, and nothing else."""
    user = User.objects.create_user("staff", password=PASSWORD, is_staff=True)
    user.user_permissions.set(Permission.objects.filter(content_type__app_label="sessions_app"))
    return user


@pytest.fixture
def make_call(db: None) -> CallMaker:
    """Returns what makes a call, live and not yet connected, of a user."""

    def make(
        owner: User, *, consented: bool = False, offer_key: str = "", visitor: str = ""
    ) -> Call:
        calls.seed_agents()
        call, _ = calls.create(
            Party(owner.pk, visitor),
            calls.agent_for(""),
            door="signaling",
            transport="webrtc",
            recogniser="default",
            worker="test",
            offer_key=offer_key,
            consented_at=timezone.now() if consented else None,
        )
        return call

    return make
