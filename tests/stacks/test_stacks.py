"""WebRTC stacks of other people, as they come from their packages, each in a whole call."""

import base64
import importlib.util
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from sessions_app.call_client.microphone import read_sound
from sessions_app.engine.audio.speech_encoder import SpeechEncoder
from tests.end_to_end.conftest import product
from tests.fixtures.server import ROOT, Product, wait_until
from tests.fixtures.speech import mostly, speak

__all__ = ["product"]

FOLDER = ROOT / "tests" / "stacks"
MODULES = FOLDER / "node_modules"
DEBIAN_PYTHON = "/usr/bin/python3"
SPOKEN = "good morning and welcome to the meeting"
LIMIT_S = 60.0
HEARD = 30

pytestmark = pytest.mark.timeout(300)


def _of_npm(script: str, package: str) -> tuple[list[str], str]:
    there = (MODULES / package).exists()
    return ["node", f"{script}.mjs"], "" if there else f"{package} is missing: deploy/js-clients"


def _of_pypi() -> tuple[list[str], str]:
    there = importlib.util.find_spec("webrtc") is not None
    command = [sys.executable, "-m", "tests.stacks.pythonic", "webrtc.aiortc"]
    return command, "" if there else "wrtc is missing: deploy/venv dev"


def _of_our_own() -> tuple[list[str], str]:
    return [sys.executable, "-m", "tests.stacks.pythonic", "aiortc"], ""


def _of_debian() -> tuple[list[str], str]:
    probe = (
        "import gi; gi.require_version('GstWebRTC', '1.0'); from gi.repository import Gst, "
        "GstWebRTC; Gst.init(None); [Gst.ElementFactory.make(n).name for n in "
        "('webrtcbin', 'nicesrc', 'opusenc', 'dtlsenc', 'srtpenc')]"
    )
    there = (
        Path(DEBIAN_PYTHON).exists()
        and not subprocess.run(
            [DEBIAN_PYTHON, "-c", probe], capture_output=True, check=False
        ).returncode
    )
    return [DEBIAN_PYTHON, "gstreamer.py"], "" if there else "webrtcbin is missing (apt)"


STACKS: dict[str, Callable[[], tuple[list[str], str]]] = {
    "werift": lambda: _of_npm("werift", "werift"),
    "@roamhq/wrtc": lambda: _of_npm("roamhq", "@roamhq/wrtc"),
    "node-datachannel": lambda: _of_npm("datachannel", "node-datachannel"),
    "libwebrtc": _of_pypi,
    "aiortc": _of_our_own,
    "GStreamer": _of_debian,
}


HOLDS = {"node-datachannel": "sendrecv"}
"""What is offered in between: a track of libdatachannel that changes its direction is closed."""

SHOWING = ("werift", "@roamhq/wrtc", "node-datachannel")
"""They add a line of video in mid-call, and stop it."""

SILENT = ("werift", "node-datachannel", "GStreamer")
"""They say no goodbye: the call ends after the grace that a lost network has."""


class Stack:
    """One caller in a process of its own."""

    def __init__(self, name: str, command: list[str], speech: Path) -> None:
        self.name = name
        folder = ROOT if "-m" in command else FOLDER
        self._process = subprocess.Popen(
            [*command, str(speech)],
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self, what: str, **given: Any) -> Any:
        """Returns what it answers; fails with its error."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"do": what, **given}) + "\n")
        self._process.stdin.flush()
        told = json.loads(self._process.stdout.readline() or '{"error": "it ended"}')
        assert "error" not in told, told["error"]
        return next(iter(told.values()))

    def end(self) -> None:
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            pipe.close()


@pytest.fixture(scope="module")
def outcomes(
    product: Product, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Future[str]]]:
    """What became of a call of each stack that is there: its goodbye, or what was wrong.

    All call at once, since each mostly waits.
    """
    said = speech(tmp_path_factory.mktemp("stacks"))
    with ThreadPoolExecutor(len(STACKS)) as pool:
        made = {name: find() for name, find in STACKS.items()}
        yield {
            name: pool.submit(calls, product, Stack(name, command, said))
            for name, (command, lacking) in made.items()
            if not lacking
        }


def speech(folder: Path) -> Path:
    """What is said, coded and not, in a file that every stack reads."""
    samples = read_sound(speak(folder, SPOKEN, tail_s=1.5))
    encoder = SpeechEncoder()
    packets = [*encoder.feed(samples[::2], 24_000), *encoder.finish()]
    path = folder / "speech.json"
    coded = [base64.b64encode(packet).decode() for packet in packets]
    path.write_text(
        json.dumps({"packets": coded, "pcm": base64.b64encode(samples.tobytes()).decode()})
    )
    return path


class Call:
    """The call of a stack, by the HTTP door, and what the server knows of it."""

    def __init__(self, product: Product, stack: Stack) -> None:
        self._product, self._stack = product, stack
        self.call_id = ""

    def offer(self, direction: str) -> str:
        """Returns what the answer says of the audio."""
        body = {"sdp": self._stack.ask("offer", direction=direction), "agentId": "scribe"}
        answer = self._product.post("/api/voice/offer", body)
        assert self.call_id in ("", answer["callId"])
        self.call_id = answer["callId"]
        assert self._stack.ask("answer", sdp=answer["sdp"])
        ways = ("sendrecv", "sendonly", "recvonly", "inactive")
        return next(way for way in ways if f"a={way}" in answer["sdp"])

    def hears(self, more: int = HEARD) -> None:
        before = self._stack.ask("heard")
        wait_until(lambda: self._stack.ask("heard") > before + more, LIMIT_S, "the agent's voice")

    def is_understood(self, times: int) -> None:
        """Waits for the words; fails with all that was written instead."""

        def written() -> list[tuple[int, str, str]]:
            rows = self._product.json(f"/api/v1/calls/{self.call_id}/segments?after=0")["segments"]
            return [(row["start_ms"], row["speaker"], row["text"]) for row in rows]

        def understood() -> bool:
            return sum(mostly(text, SPOKEN) for _, _, text in written()) >= times

        try:
            wait_until(understood, LIMIT_S, f"the words, {times} times,")
        except AssertionError as error:
            raise AssertionError(f"{error}: {self.call_id} has {written()}") from error

    def ended(self) -> str:
        path = f"/api/v1/calls/{self.call_id}/"
        return str(wait_until(lambda: self._product.json(path)["end_reason"], LIMIT_S, "the end"))


def calls(product: Product, stack: Stack) -> str:
    """Talks, holds its line, goes on, mutes, goes on, and leaves; returns how that was told."""
    try:
        call = Call(product, stack)
        assert call.offer("sendrecv") == "sendrecv"
        call.hears()
        stack.ask("speak")
        call.is_understood(1)
        held = HOLDS.get(stack.name, "inactive")
        assert call.offer(held) == held
        assert call.offer("sendrecv") == "sendrecv"
        stack.ask("speak")
        call.is_understood(2)
        for shows in (True, False) if stack.name in SHOWING else ():
            stack.ask("picture", on=shows)
            assert call.offer("sendrecv") == "sendrecv"
        stack.ask("mute", on=True)
        stack.ask("mute", on=False)
        stack.ask("speak")
        call.is_understood(3)
        stack.ask("close")
        return "" if stack.name in SILENT else call.ended()
    finally:
        stack.end()


@pytest.mark.parametrize("name", STACKS)
def test_a_stack_talks_holds_its_line_mutes_and_leaves(
    outcomes: dict[str, Future[str]], name: str
) -> None:
    if lacking := STACKS[name]()[1]:
        pytest.skip(lacking)
    assert outcomes[name].result() == ("" if name in SILENT else "caller_left")
