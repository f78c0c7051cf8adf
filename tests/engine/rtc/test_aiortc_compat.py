"""What is used of aiortc's and aioice's internals: that it is there, and calls where it is not."""

import tomllib
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sessions_app.engine.rtc.aiortc_compat import guard
from tests.engine.audio.signals import tone
from tests.engine.rtc.rtp.test_session import calling, heard

ROOT = Path(__file__).parents[3]
METHODS = [pytest.param(owner, name, id=name) for owner, names in guard._METHODS for name in names]


def test_the_installed_versions_have_all_that_is_used() -> None:
    assert guard.missing() == []
    assert guard.available()


def test_the_installed_versions_are_those_that_it_was_tested_with() -> None:
    assert {name: version(name) for name in guard.TESTED_WITH} == guard.TESTED_WITH


def test_the_project_asks_for_those_versions() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    pinned = dict(one.split("==") for one in project["dependencies"] if "==" in one)
    asked = {name: pinned[name] for name in guard.TESTED_WITH if name in pinned}
    assert {"aiortc", "aioice"} <= asked.keys()
    assert asked.items() <= guard.TESTED_WITH.items()


@pytest.mark.parametrize(("owner", "name"), METHODS)
def test_a_method_that_is_gone_is_named(
    monkeypatch: pytest.MonkeyPatch, owner: Any, name: str
) -> None:
    monkeypatch.delattr(owner, name)
    (gone,) = guard.missing()
    assert gone.endswith(f".{name}")
    assert gone.startswith(("aiortc.", "aioice."))


def test_an_attribute_that_is_gone_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    class Sender:
        def __init__(self) -> None:
            self._stream = 7

    monkeypatch.setattr(guard, "_ATTRIBUTES", ((Sender.__init__, ("_stream", "_ssrc")),))
    (gone,) = guard.missing()
    assert gone.endswith("Sender._ssrc")


async def test_a_call_without_any_of_it_goes_through_aiortcs_tracks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: set[str] = set()

    def has(*names: str) -> bool:
        asked.update(names)
        return False

    monkeypatch.setattr(guard, "has", has)
    async with calling(own_path=False) as (transport, _, microphone):
        microphone.push(tone(440, 1.0, 48_000))
        frames = await heard(transport, 20)
    assert np.abs(np.concatenate([frame.samples for frame in frames])).max() > 1_000
    assert "aiortc.RTCRtpTransceiver._offerDirection" in asked
    assert "aioice.Connection.data_received" in asked
