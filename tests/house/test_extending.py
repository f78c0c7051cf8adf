"""The examples of docs/extending.md work as they are printed."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np

from sessions_app.agent.tools import load_tools
from sessions_app.core.audio import AudioFrame
from tests.agent.responders.rooms import Room
from tests.fixtures.openai_server import running_model
from tests.fixtures.server import ROOT

EXAMPLES = re.findall(r"```python\n(.*?)```", (ROOT / "docs/extending.md").read_text(), re.DOTALL)


def example(word: str) -> dict[str, Any]:
    """Returns what the one example that holds `word` defines."""
    code = next(text for text in EXAMPLES if word in text)
    names: dict[str, Any] = {}
    exec(compile(code, "docs/extending.md", "exec"), names)
    return names


async def test_the_responder_keeps_numbers_from_the_model() -> None:
    careful = example("class RedactingResponder")["RedactingResponder"]
    with running_model(answers={"card": "Thank you."}) as model:
        responder = careful(model="test", base_url=model.url)
        answer = await Room(responder).ask("my card is 4111 1111 1111 1111 thanks")
        await responder.aclose()
        told = model.chats[0].body["messages"][-1]["content"]
    assert answer == "Thank you."
    assert "4111" not in told
    assert "[number]" in told


async def test_the_tool_is_told_and_used(monkeypatch: Any) -> None:
    function = example("def opening_hours")["opening_hours"]
    monkeypatch.setattr("tests.house.test_extending.opening_hours", function, raising=False)
    tool = load_tools({"hours": {"PATH": "tests.house.test_extending.opening_hours"}})["hours"]
    assert tool.description == "Tells when the shop is open on a day of the week."
    assert await tool.run(None, '{"day": "Sunday"}') == "closed"  # type: ignore[arg-type]


async def test_the_recogniser_says_what_it_was_sent() -> None:
    stream = example("class LengthRecogniser")["LengthRecogniser"]().open("en-US")
    for start_ms in range(2000, 3500, 100):
        await stream.send(AudioFrame(np.zeros(1600, np.int16), 16_000, float(start_ms)))
    await stream.flush()
    await stream.finish()
    said = [(found.text, found.start_ms, found.is_final) async for found in stream.results()]
    assert said == [("1.5 seconds of speech", 2000.0, True)]
    await stream.aclose()


def test_settings_of_ones_own_are_taken(tmp_path: Path) -> None:
    package = tmp_path / "mycompany"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "settings.py").write_text(
        "from voicesite.settings import *\n"
        'VOICE["RECOGNISERS"]["length"] = {"BACKEND": "mycompany.voice.LengthRecogniser"}\n'
    )
    (package / "voice.py").write_text(next(t for t in EXAMPLES if "class LengthRecogniser" in t))
    own = {"PYTHONPATH": str(tmp_path), "DJANGO_SETTINGS_MODULE": "mycompany.settings"}
    done = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=ROOT,
        env=os.environ | own | {"VAR_DIR": str(tmp_path / "var")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
