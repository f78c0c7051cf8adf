"""How soon an answer sounds, side by side with Pipecat on the same stages.

    python -m bench.turns [--peer PYTHON]

PYTHON is an interpreter that has Pipecat; without one only our figures are told.
"""

import argparse
import asyncio
import json
import statistics
import subprocess
from pathlib import Path

from bench.turns import ours, stages

RUNS = 5


def peer(python: Path) -> list[float]:
    """Returns Pipecat's times."""
    script = Path(__file__).with_name("peer_pipecat.py")
    done = subprocess.run([python, script], capture_output=True, text=True, check=True, timeout=300)
    return [float(ms) for ms in json.loads(done.stdout.splitlines()[-1])]


def main() -> None:
    parser = argparse.ArgumentParser(description="End of turn to first sound.")
    parser.add_argument("--peer", type=Path, help="a Python that has Pipecat")
    python: Path | None = parser.parse_args().peer
    mine = statistics.median(asyncio.run(ours.measure(RUNS)))
    print(f"serial pipeline (sum of the stages): {stages.serial_ms():.0f} ms")
    print(f"voicesite: {mine:.0f} ms")
    if python is None:
        print("Pipecat was not run: give --peer a Python that has it.")
        return
    theirs = statistics.median(peer(python))
    print(f"Pipecat: {theirs:.0f} ms, {theirs / mine:.2f} times ours")


if __name__ == "__main__":
    main()
