"""No log line holds what was said, whatever raised and whoever logs it."""

import asyncio
import gc
import io
import logging
import logging.config
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from sessions_app.engine.core.errors import traced
from tests.fixtures.server import ROOT, Product, wait_until
from tests.fixtures.services import migrated_postgres
from voicesite import logs

WORDS = "my card is forty two"


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What a handler with the settings' own formatter writes."""
    text = io.StringIO()
    handler = logging.StreamHandler(text)
    logging_settings: Any = settings.LOGGING
    config = dict(logging_settings["formatters"]["line"])
    handler.setFormatter(
        logging.config.BaseConfigurator({}).resolve(config.pop("()"))(
            config["format"], style=config["style"]
        )
    )
    root = logging.getLogger()
    root.addHandler(handler)
    yield text
    root.removeHandler(handler)


def broken() -> None:
    try:
        raise KeyError(WORDS)
    except KeyError as error:
        raise ValueError(f"cannot read {WORDS!r}") from error


def test_a_traceback_tells_kinds_and_places(log: io.StringIO) -> None:
    try:
        broken()
    except ValueError:
        logging.getLogger("a").exception("it broke")
    text = log.getvalue()
    assert "it broke\nValueError (from KeyError)\n" in text
    assert "in broken" in text
    assert WORDS not in text


def test_no_other_handler_leaves_the_whole_text_behind(log: io.StringIO) -> None:
    try:
        broken()
    except ValueError:
        record = logging.LogRecord("a", 40, "", 1, "it broke", (), sys.exc_info())
    logging.Formatter().format(record)
    assert WORDS in (record.exc_text or "")
    logging.getLogger("a").handle(record)
    assert "ValueError" in log.getvalue()
    assert WORDS not in log.getvalue()


@pytest.mark.parametrize(
    ("message", "pick"),
    [
        ("failed: %s", lambda error: (error,)),
        ("failed: %r", lambda error: (error,)),
        ("failed: %s, %s", lambda error: (error, f"because {error}")),
        ("failed: %(exc)s", lambda error: ({"exc": error},)),
        ("failed: %s", lambda error: ([error, 1],)),
        ("failed", lambda error: ()),
    ],
)
def test_errors_in_a_message_are_told_by_kind(log: io.StringIO, message: str, pick: Any) -> None:
    error = ValueError(f"{WORDS} 1")
    logging.getLogger("a").error(message, *pick(error))
    logging.getLogger("a").error(f"{message} {error} {error!r}", *pick(error), exc_info=error)
    assert WORDS not in log.getvalue()
    assert "ValueError" in log.getvalue()


def test_an_error_that_is_the_whole_message_is_told_by_kind(log: io.StringIO) -> None:
    logging.getLogger("a").error(ValueError(WORDS))
    try:
        broken()
    except ValueError as error:
        logging.getLogger("a").error(error, exc_info=error.__cause__)
    assert log.getvalue().count(": ValueError\n") == 2
    assert WORDS not in log.getvalue()


def test_groups_are_told_by_kind(log: io.StringIO) -> None:
    group = ExceptionGroup(WORDS, [ValueError(WORDS), TypeError(WORDS)])
    logging.getLogger("a").error("failed %s", WORDS[:0], exc_info=group)
    assert traced(group).startswith("ExceptionGroup (from ValueError) (from TypeError)")
    assert WORDS not in log.getvalue()


def test_what_is_wrong_with_the_settings_is_told(log: io.StringIO) -> None:
    try:
        try:
            raise ImportError("no module named x")
        except ImportError as cause:
            raise ImproperlyConfigured(f"VOICE['A'] names nothing: {cause}") from cause
    except ImproperlyConfigured as error:
        logging.getLogger("a").exception("cannot start: %s", error)
    assert log.getvalue().count("VOICE['A'] names nothing: no module named x") == 2


async def test_a_forgotten_task_tells_nothing(log: io.StringIO) -> None:
    async def fails() -> None:
        broken()

    task = asyncio.create_task(fails())
    await asyncio.wait([task])
    del task
    gc.collect()
    assert "never retrieved" in log.getvalue()
    assert "ValueError" in log.getvalue()
    assert WORDS not in log.getvalue()


def test_a_thread_that_breaks_tells_nothing(
    log: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    logs.log_threads()
    thread = threading.Thread(target=broken, name="a-thread")
    thread.start()
    thread.join()
    assert "the thread 'a-thread' broke\nValueError" in log.getvalue()
    assert WORDS not in log.getvalue()


def test_a_task_of_the_worker_tells_nothing(tmp_path: Path) -> None:
    send = "from voicesite.celery import app; app.send_task({!r}, args=[{!r}])"
    with Product(tmp_path / "var").running("worker") as product:
        code = send.format("sessions_app.tasks.finalise_call", WORDS)
        product.manage("shell", "-v", "0", "-c", code)
        wait_until(lambda: "raised unexpected" in product.log("worker"), 30, "the failure")
    log = product.log("worker")
    assert "ValueError" in log
    assert WORDS not in log


STORE = """
import asyncio
from types import SimpleNamespace
from sessions_app.runtime.store import Store
from sessions_app.engine.core.events import SegmentFinal

async def main():
    store = Store()
    store.start()
    for seq in (1, 2):
        segment = SegmentFinal(seq, SimpleNamespace(value="nobody"), {words!r}, 0, 1)
        store.add_segment("abc", 1, segment)
    assert await store.drain(10)
    await store.aclose()

asyncio.run(main())
"""


@pytest.mark.services
def test_a_row_that_postgresql_refuses_is_not_quoted(tmp_path: Path) -> None:
    with migrated_postgres() as database:
        product = Product(tmp_path / "var", {"DATABASE_URL": database})
        code = STORE.format(words=WORDS)
        done = subprocess.run(
            [sys.executable, "manage.py", "shell", "-v", "0", "-c", code],
            cwd=ROOT,
            env=product._env,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    assert "segment 2 of call abc was refused: IntegrityError (from CheckViolation)" in done.stderr
    assert WORDS not in done.stderr
