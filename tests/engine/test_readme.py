"""The example of sessions_app/engine/README.md runs as it is printed, and without Django."""

import re
import subprocess
import sys
from pathlib import Path

from deploy.draw_imports import arrows_of_imports
from tests.fixtures.server import ROOT
from tests.fixtures.speech import mostly, speak

README = ROOT / "sessions_app" / "engine" / "README.md"
SENTENCES = ("Good morning and welcome to the meeting.", "The weather is very nice today.")
DJANGO = "import sys; import transcribe_wav; sys.exit('django' in sys.modules)"


def example(folder: Path) -> Path:
    """Returns the one example of the README as a file of that name."""
    (code,) = re.findall(r"```python\n(.*?)```", README.read_text(), re.DOTALL)
    path = folder / "transcribe_wav.py"
    path.write_text(code)
    return path


def run(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={"PYTHONPATH": f"{ROOT}:{folder}", "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )


def test_the_example_prints_each_utterance_with_its_times(tmp_path: Path) -> None:
    path = speak(tmp_path, *SENTENCES, lead_s=0.5, tail_s=0.5)
    done = run(tmp_path, str(example(tmp_path)), str(path))
    assert done.returncode == 0, done.stderr
    lines = [line.split(maxsplit=2) for line in done.stdout.splitlines()]
    assert len(lines) == len(SENTENCES)
    for (_, _, heard), said in zip(lines, SENTENCES, strict=True):
        assert mostly(heard, said)
    times = [float(time) for start, end, _ in lines for time in (start, end)]
    assert times == sorted(times)
    assert 0.2 < times[0] < 1.0


def test_the_example_needs_no_django(tmp_path: Path) -> None:
    example(tmp_path)
    assert run(tmp_path, "-c", DJANGO).returncode == 0


def test_the_rooms_are_listed_from_the_bottom_up() -> None:
    table = README.read_text().partition("## The rooms")[2].partition("\n## ")[0]
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    rooms = [room for row in rows for room in re.findall(r"`(\w+)/`", row)]
    below = {room: rooms[:place] for place, room in enumerate(rooms)}
    arrows = [(room, other) for room, other in arrows_of_imports() if room.startswith("engine.")]
    assert {room.removeprefix("engine.") for arrow in arrows for room in arrow} == set(rooms)
    for room, other in arrows:
        assert other.removeprefix("engine.") in below[room.removeprefix("engine.")]
