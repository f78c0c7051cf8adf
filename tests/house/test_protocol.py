"""docs/protocol.md and the code say the same."""

import re
from pathlib import Path
from typing import get_args, get_type_hints

import pytest

from sessions_app.engine.core import errors
from sessions_app.engine.core.commands import Command
from sessions_app.engine.core.states import BYE_REASONS, CallState, EndReason
from sessions_app.engine.protocols import control, streaming, tables
from sessions_app.engine.protocols.messages import rtvi
from sessions_app.engine.protocols.schemas import kinds
from tests.fixtures.server import ROOT

PROTOCOL = (ROOT / "docs" / "protocol.md").read_text()
CODE_IN_SOURCE = re.compile(r'code(?:: str)? ?= ?"([a-z_]+)"')
MOST_SOURCES = 100
NOT_ON_THIS_WIRE = {
    "call_live",  # REST's, as the next
    "legal_hold",
    "nothing_to_undo",
    "bad_results",  # the check's page's, as the next
    "too_many_checks",
    "stale_revision",
    "stale_form",
    "error",
    "recogniser_unavailable",
    "sign_in_refused",
    "turn_model_failed",
}


def test_every_error_code_is_explained() -> None:
    files = [
        *sources("consumers"),
        *sources("runtime"),
        *sources("proxy"),
        *sources("services"),
        *(ROOT / "sessions_app" / "engine").rglob("*.py"),
    ]
    assert len(files) > MOST_SOURCES
    codes = {code for file in files for code in CODE_IN_SOURCE.findall(file.read_text())}
    codes |= {getattr(errors, name).code for name in dir(errors) if name.endswith("Error")}
    explained = set(re.findall(r"^\| `([a-z_]+)` \|", PROTOCOL, re.MULTILINE))
    assert codes - NOT_ON_THIS_WIRE <= explained


def test_every_message_of_the_client_does_something() -> None:
    only_here = {"session_start", "audio_end"}
    two_words_for_one = {"bye", "hang-up"}
    words = len(control._READERS) - len(two_words_for_one) + 1
    assert len(get_args(Command)) == words + len(only_here)


def test_the_tables_of_messages_are_current() -> None:
    assert tables.filled(PROTOCOL) == PROTOCOL, "docs/protocol.md is not current: `make protocol`"


@pytest.mark.parametrize("door", ["signaling", "stream"])
@pytest.mark.parametrize("side", ["client", "server"])
def test_every_message_is_explained(door: str, side: str) -> None:
    marked = {(found[2], found[3]): found[4] for found in tables.MARKED.finditer(PROTOCOL)}
    rows = re.findall(r"^\| `([a-z_-]+)` \|", marked[door, side], re.MULTILINE)
    assert set(rows) == kinds(door, side)
    assert len(rows) == len(set(rows))


def test_every_message_of_rtvi_is_named() -> None:
    section = PROTOCOL.partition("The data channel `chat` speaks RTVI")[2].partition("## ")[0]
    for shape in (rtvi.ClientMessage, rtvi.ServerMessage):
        for kind in get_args(get_type_hints(shape)["type"]):
            assert f"`{kind}`" in section


def test_the_reasons_of_bye_are_those_that_are_told() -> None:
    section = PROTOCOL.partition("### Reasons of `bye`")[2].partition("## ")[0]
    told = re.findall(r"^\| `([a-z_]+)` \|", section, re.MULTILINE)
    assert set(told) == {reason.value for reason in BYE_REASONS}
    assert len(told) == len(BYE_REASONS)
    assert all(f"`{reason.value}`" in section for reason in EndReason)


@pytest.mark.parametrize("reason", EndReason)
def test_every_reason_of_an_end_has_something_that_ends_a_call_so(reason: EndReason) -> None:
    rooms = ("engine/session", "runtime", "services")
    ends = [path for room in rooms for path in sources(room)]
    assert any(f"EndReason.{reason.name}" in path.read_text() for path in ends)


def sources(room: str) -> list[Path]:
    # what says a reason in words, or compares it, ends nothing
    tells = {"phrases.py"}
    found = [path for path in (ROOT / "sessions_app" / room).glob("*.py") if path.name not in tells]
    assert found, room
    return found


def all_of(room: str) -> list[Path]:
    """Returns the modules of a room of the engine, however deep they lie."""
    found = sorted((ROOT / "sessions_app" / "engine" / room).rglob("*.py"))
    assert found, room
    return found


@pytest.mark.parametrize("state", set(CallState) - {CallState.CREATED})
def test_every_state_is_named(state: CallState) -> None:
    assert f"`{state.value}`" in PROTOCOL


def test_every_feature_is_explained() -> None:
    for feature in (
        control.DETAILS,
        control.INTERIMS,
        control.STATUS,
        control.ON_CHANNEL,
        streaming.ACKS,
        streaming.MEDIA,
    ):
        assert f"| `{feature}` |" in PROTOCOL


def test_every_code_of_a_refused_request_is_explained() -> None:
    """Those that are no message's: they stand where the statuses of HTTP are told."""
    below = ROOT / "sessions_app"
    files = [
        below / "server" / "http" / "refusals.py",
        below / "services" / "entrance.py",
        below / "views" / "callers.py",
    ]
    refusal = re.compile(r'(?:RefusedError|Refusal|_refused)\(\s*[\w.]+,\s*"([a-z_]+)"')
    codes = {code for file in files for code in refusal.findall(file.read_text())}
    assert codes
    assert {code for code in codes if f"`{code}`" not in PROTOCOL} == set()
