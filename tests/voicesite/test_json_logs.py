"""Logs as JSON: an object a line, with the call and its trace; no more than plain ones."""

import asyncio
import io
import json
import logging
import logging.config
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import settings

from deploy.embedded.supervise import Terminal
from sessions_app.engine.core.traced_calls import current_call, shown_trace_id
from tests.fixtures.server import ROOT
from voicesite.logs import AsJson, WithoutWords

WORDS = "my card is forty two"
CALL = "abcDEF0123456789"
Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[Lines]:
    """Returns what the settings' handler has written since, each line an object."""
    current_call.set("")  # tests of jobs that ran here before have set it
    text = io.StringIO()
    configured: Any = settings.LOGGING
    handler = logging.StreamHandler(text)
    monkeypatch.setenv("METRICS_PROCESS", "media_0")
    handler.setFormatter(AsJson())
    for name in configured["handlers"]["console"]["filters"]:
        given = dict(configured["filters"][name])
        handler.addFilter(logging.config.BaseConfigurator({}).resolve(given["()"])())
    root = logging.getLogger()
    root.addHandler(handler)

    def read() -> list[dict[str, Any]]:
        found = [json.loads(line) for line in text.getvalue().splitlines()]
        text.seek(0)
        text.truncate()
        return found

    yield read
    root.removeHandler(handler)


def test_a_line_is_an_object_with_standard_fields(lines: Lines) -> None:
    logging.getLogger("a.b").warning("two\nlines of %d", 2)
    (one,) = lines()
    assert datetime.fromisoformat(one.pop("time")).utcoffset() == timedelta(0)
    assert one == {
        "level": "WARNING",
        "logger": "a.b",
        "message": "two\nlines of 2",
        "process": "media_0",
        "pid": os.getpid(),
    }


def test_an_exception_is_told_by_kind_and_place(lines: Lines) -> None:
    try:
        try:
            raise KeyError(WORDS)
        except KeyError as error:
            raise ValueError(f"cannot read {WORDS!r}") from error
    except ValueError as error:
        logging.getLogger("a").exception("it broke: %s", error)
    (one,) = lines()
    assert one["error"] == "ValueError (from KeyError)"
    assert "test_json_logs.py" in one["traceback"]
    assert one["message"] == "it broke: ValueError"
    assert WORDS not in json.dumps(one)
    assert issubclass(AsJson, WithoutWords)


def test_what_servers_log_tells_no_address(lines: Lines) -> None:
    address = "<_SelectorSocketTransport peer=('203.0.113.9', 4711)>"
    logging.getLogger("asyncio").warning("slow: %s", address)
    assert "203.0.113.9" not in json.dumps(lines())


async def test_a_line_names_the_call_that_it_is_about(lines: Lines) -> None:
    log = logging.getLogger("a")

    async def of_a_call() -> None:
        current_call.set(CALL)
        log.info("something of it")
        await asyncio.create_task(deeper())

    async def deeper() -> None:
        log.info("deeper")
        log.info("%s of call %s was refused", "work", "another-one")

    await asyncio.create_task(of_a_call())
    log.info("100 %% of call %s: tick failed", CALL)
    log.info("call %s ended", "no id, but\nwords")
    log.info("of none")
    found = lines()
    assert [one.get("call_id") for one in found] == [CALL, CALL, "another-one", CALL, None, None]
    assert found[0]["trace_id"] == shown_trace_id(CALL)
    assert len(found[0]["trace_id"]) == 32
    assert "trace_id" not in found[-1]


def test_the_terminal_shows_what_is_to_be_seen_of_it() -> None:
    terminal = Terminal()
    usual = '{"time": "2026-11-30T12:00:00.000+00:00", "level": "INFO", "logger": "a"}'
    assert terminal.translate(usual) is None
    assert terminal.translate(usual.replace("INFO", "ERROR")) is not None


CODE = """
import logging, warnings
logging.getLogger("a").error("said")
warnings.warn("is old")
print(settings.TRACING)
"""
ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"


@pytest.mark.parametrize(
    ("given", "traced"),
    [
        ({ENDPOINT: "http://127.0.0.1:4318", "LOG_JSON": "1"}, "True"),
        ({ENDPOINT: "http://127.0.0.1:4318", "OTEL_SDK_DISABLED": "true"}, "False"),
        ({ENDPOINT: "http://127.0.0.1:4317", "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}, ""),
    ],
)
def test_the_environment_turns_them_on(given: dict[str, str], traced: str) -> None:
    code = f"import django; django.setup(); from django.conf import settings\n{CODE}"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=os.environ | given,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.strip() == traced
    if not traced:
        assert "as http/protobuf, not as 'grpc'" in done.stderr
    elif "LOG_JSON" in given:
        said, old = (json.loads(line)["message"] for line in done.stderr.splitlines())
        assert (said, "UserWarning: is old" in old) == ("said", True)
