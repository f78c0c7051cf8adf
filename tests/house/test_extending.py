"""The examples of docs/extending.md work as they are printed."""

import os
import re
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.conf import settings

from sessions_app.engine.agent.tools import load_tools
from sessions_app.engine.core.agent_config import TurnSettings
from sessions_app.engine.core.errors import SynthesiserError
from sessions_app.engine.core.frames import AudioFrame
from sessions_app.engine.tts.base import Synthesiser
from sessions_app.engine.turns.endpointing.base import TurnSoFar
from sessions_app.engine.turns.interruption.base import OverlapWords, Verdict
from tests.contract import test_synthesisers as voices
from tests.engine.agent.responders.scribe.rooms import Room
from tests.fixtures.openai_server import running_model
from tests.fixtures.server import ROOT

Check = Callable[[Callable[[], Synthesiser]], Awaitable[None]]
"""What a contract tests of a voice, given what makes one."""

EXAMPLES = re.findall(r"```python\n(.*?)```", (ROOT / "docs/extending.md").read_text(), re.DOTALL)


ENTRIES = tuple(
    f'VOICE["{kind}"]'
    for kind in ("RECOGNISERS", "SYNTHESISERS", "ENDPOINTERS", "BARGE_INS", "RESPONDERS")
)


def example(word: str) -> dict[str, Any]:
    """Returns what the one example that holds `word` defines."""
    code = next(text for text in EXAMPLES if word in text)
    names: dict[str, Any] = {}
    exec(compile(code, "docs/extending.md", "exec"), names)
    return names


def test_examples_import_from_one_place() -> None:
    imported = re.findall(r"^from (sessions_app[\w.]*) import", "\n".join(EXAMPLES), re.MULTILINE)
    assert set(imported) == {"sessions_app.extending"}


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
        if start_ms == 3000:
            await stream.pause()
        await stream.send(AudioFrame(np.zeros(1600, np.int16), 16_000, float(start_ms)))
    await stream.flush()
    await stream.finish()
    told = [found async for found in stream.results()]
    assert [(found.text, found.whole, found.is_final) for found in told] == [
        ("1.0 seconds of speech", True, False),
        ("1.5 seconds of speech", False, True),
    ]
    assert [(found.start_ms, found.end_ms) for found in told] == [(2000, 3000), (2000, 3500)]
    await stream.aclose()


@pytest.mark.parametrize(
    "check",
    [
        voices.test_a_text_becomes_sound_of_a_likely_length,
        voices.test_words_lie_in_the_text_and_in_the_sound,
        voices.test_letters_beyond_ascii_keep_their_places,
        voices.test_closed_early_it_stops_and_the_next_text_is_right,
        voices.test_two_texts_at_once_are_both_right,
        voices.test_speed_is_a_factor,
    ],
)
async def test_the_voice_does_what_every_voice_must(check: Check) -> None:
    await check(example("class ToneSynthesiser")["ToneSynthesiser"])


async def test_the_voice_knows_its_voices() -> None:
    tones = example("class ToneSynthesiser")["ToneSynthesiser"]()
    assert [voice.name for voice in await tones.voices()] == ["low", "high"]
    low, high = [await voices.spoken(tones, "Yes.", voice=name) for name in ("low", "high")]
    assert not np.array_equal(low[0].samples, high[0].samples)
    with pytest.raises(SynthesiserError, match="no voice 'loud'"):
        await voices.spoken(tones, "Yes.", voice="loud")


@pytest.mark.parametrize(
    ("said", "waits"),
    [
        (TurnSoFar("I will call back."), 450.0),
        (TurnSoFar("I will call"), 2500.0),
        (TurnSoFar("I will call back.", 0.9), 450.0),
        (TurnSoFar("I will call back.", 0.1), 2500.0),
    ],
)
def test_the_rule_waits_by_words_and_by_how_sure_they_are(said: TurnSoFar, waits: float) -> None:
    patient = example("class PatientEndpointer")["PatientEndpointer"]()
    assert patient.wait_ms(said, TurnSettings(min_delay_ms=450, max_delay_ms=2500)) == waits


@pytest.mark.parametrize(
    ("heard", "verdict"),
    [
        (OverlapWords(True, 400, 0, "Wait.", False, 0.0), Verdict.INTERRUPT),
        (OverlapWords(True, 400, 0, "I mean", False, 0.0), Verdict.WAIT),
        (OverlapWords(True, 3100, 0, "I mean the other", False, 0.0), Verdict.RESUME),
        (OverlapWords(False, 400, 500, "I mean", True, 0.0), Verdict.RESUME),
        (OverlapWords(False, 400, 500, "", False, 0.0), Verdict.WAIT),
        (OverlapWords(False, 400, 1100, "", False, 0.0), Verdict.RESUME),
    ],
)
def test_the_rule_is_interrupted_by_its_words_alone(heard: OverlapWords, verdict: Verdict) -> None:
    rule = example("class StopWordBargeIn")["StopWordBargeIn"]()
    assert rule.judge(heard, TurnSettings()) is verdict


def test_every_entry_that_is_shown_is_of_a_kind_that_there_is() -> None:
    shown = {
        kind for text in EXAMPLES for kind in re.findall(r'^VOICE\["(\w+)"\]', text, re.MULTILINE)
    }
    engines, rules = {"RECOGNISERS", "SYNTHESISERS"}, {"ENDPOINTERS", "BARGE_INS"}
    assert shown == {"RESPONDERS", "TOOLS"} | engines | rules
    assert shown <= set(settings.VOICE)


def test_settings_of_ones_own_are_taken(tmp_path: Path) -> None:
    package = tmp_path / "mycompany"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "settings.py").write_text(
        "from voicesite.settings import *\n"
        + "".join(next(t for t in EXAMPLES if t.startswith(entry)) for entry in ENTRIES)
    )
    (package / "voice.py").write_text("".join(t for t in EXAMPLES if "class " in t))
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
