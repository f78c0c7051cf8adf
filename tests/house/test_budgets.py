"""The tree's own rules."""

import ast
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from tests.fixtures.server import ROOT

FILE_LINES = 400
FUNCTION_LINES = 60
CONSUMER_LINES = 160
TRACKED = subprocess.run(
    ["git", "ls-files", "*.py"], cwd=ROOT, capture_output=True, text=True, check=True
).stdout.split()
SOURCES = [ROOT / name for name in TRACKED if "/migrations/" not in name]


def test_files_stay_readable() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in SOURCES
        if path.exists() and (lines := len(path.read_text().splitlines())) > FILE_LINES
    }
    assert not long


def test_functions_stay_small() -> None:
    long = {}
    for path in SOURCES:
        if not path.exists() or "tests" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or 0) - node.lineno + 1
                if length > FUNCTION_LINES:
                    long[f"{path.name}:{node.name}"] = length
    assert not long


@pytest.mark.parametrize("path", sorted((ROOT / "sessions_app" / "consumers").glob("*.py")))
def test_consumers_only_parse_ask_and_relay(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= CONSUMER_LINES


def test_no_path_of_one_machine_is_kept() -> None:
    listed = subprocess.run(
        ["git", "grep", "-nIE", r"(^|[^A-Za-z0-9_.])/(home|root)/[a-z]"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    ).stdout.splitlines()
    assert not [line for line in listed if not re.search(r"tests/house/|\.md:", line)]


def test_every_log_handler_leaves_the_messages_of_errors_out() -> None:
    config: Any = settings.LOGGING
    formatters = config["formatters"]
    used = [handler.get("formatter", "") for handler in config["handlers"].values()]
    assert used
    assert {formatters[name]["()"] for name in used} == {"voicesite.logs.WithoutWords"}


def test_nobody_prints_tracebacks_past_the_log() -> None:
    listed = subprocess.run(
        ["git", "grep", "-nE", r"traceback\.(print|format)_exc|sys\.exc_info\(\)"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    ).stdout.splitlines()
    own = ("sessions_app/", "voicesite/")
    assert not [line for line in listed if line.startswith(own)]


SHARED = "tests.fixtures"
"""What tests and measurements both use."""


def imported(path: Path) -> set[str]:
    """Returns the modules that a file imports, wherever in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module is not None:
            found |= {node.module, *(f"{node.module}.{name.name}" for name in node.names)}
        elif isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
    return found


@pytest.mark.parametrize("folder", ["bench", "tests/fixtures"])
def test_what_is_shared_with_the_tests_depends_on_no_test(folder: str) -> None:
    tests = {
        str(path.relative_to(ROOT)): names
        for path in SOURCES
        if path.exists() and path.is_relative_to(ROOT / folder)
        if (
            names := {
                name
                for name in imported(path)
                if name.startswith("tests.") and not name.startswith(SHARED)
            }
        )
    }
    assert not tests


LIVE = tuple(
    f"engine/{room}/"
    for room in (
        *("core", "text", "audio", "recording", "rtc", "websocket"),
        *("turns", "agent", "session", "protocols"),
    )
)
GUARDS_A_NUMBER = {"sessions_app/engine/recording/append_files.py"}
"""Where two threads change one number; nothing is done while the lock is held."""
WAKES_A_THREAD = {"sessions_app/engine/audio/vad/silero.py"}
"""Where a thread of its own waits for an event that the loop sets; the loop waits for none."""


@pytest.mark.parametrize(
    ("pattern", "below", "allowed"),
    [
        (
            r"threading\.(R?Lock|Condition|Semaphore|Event)\b",
            LIVE,
            GUARDS_A_NUMBER | WAKES_A_THREAD,
        ),
        (r"asyncio\.wait_for\(", ("",), set()),
        (r"^from (django|channels)|^import (django|channels)", LIVE, set()),
        (r"time\.sleep\(", LIVE, set()),
    ],
)
def test_what_is_said_to_be_used_nowhere_is_not(
    pattern: str, below: tuple[str, ...], allowed: set[str]
) -> None:
    found = {
        name
        for name in TRACKED
        if name.startswith(tuple(f"sessions_app/{floor}" for floor in below))
        and (ROOT / name).exists()
        and re.search(pattern, (ROOT / name).read_text(), re.MULTILINE)
    }
    assert found == allowed


def test_no_link_leads_out_of_the_tree() -> None:
    """A link to a folder of one machine is a dead end on all others."""
    listed = subprocess.run(
        ["git", "ls-files", "-s"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    links = [
        line.split("\t")[1] for line in listed.stdout.splitlines() if line.startswith("120000")
    ]
    assert [name for name in links if (ROOT / name).readlink().is_absolute()] == []
