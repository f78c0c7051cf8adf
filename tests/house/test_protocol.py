"""docs/protocol.md and the code say the same."""

import re
from typing import get_args

import pytest

from sessions_app.core import errors
from sessions_app.core.commands import Command
from sessions_app.core.states import CallState, EndReason
from sessions_app.dialects import control
from tests.fixtures.server import ROOT

PROTOCOL = (ROOT / "docs" / "protocol.md").read_text()
CODE_IN_SOURCE = re.compile(r'code(?:: str)? ?= ?"([a-z_]+)"')
NOT_ON_THIS_WIRE = {"error", "recogniser_unavailable", "language_not_supported", "bad_media"}


def test_every_error_code_is_explained() -> None:
    files = [
        *(ROOT / "sessions_app" / "dialects").glob("*.py"),
        *(ROOT / "sessions_app" / "consumers").glob("*.py"),
        *(ROOT / "sessions_app" / "transports").glob("*.py"),
    ]
    codes = {code for file in files for code in CODE_IN_SOURCE.findall(file.read_text())}
    codes |= {getattr(errors, name).code for name in dir(errors) if name.endswith("Error")}
    explained = set(re.findall(r"^\| `([a-z_]+)` \|", PROTOCOL, re.MULTILINE))
    assert codes - NOT_ON_THIS_WIRE <= explained


def test_every_message_of_the_client_is_explained() -> None:
    for kind in control._READERS:
        assert f"| `{kind}` |" in PROTOCOL
    assert len(get_args(Command)) == len(control._READERS)


@pytest.mark.parametrize("reason", EndReason)
def test_every_reason_is_named(reason: EndReason) -> None:
    assert f"`{reason.value}`" in PROTOCOL


@pytest.mark.parametrize("state", set(CallState) - {CallState.CREATED})
def test_every_state_is_named(state: CallState) -> None:
    assert f"`{state.value}`" in PROTOCOL


def test_every_feature_is_explained() -> None:
    for feature in (control.DETAILS, control.INTERIMS, control.STATUS, control.ON_CHANNEL):
        assert f"| `{feature}` |" in PROTOCOL
