"""Speed, side by side with peers: `make bench`.

python -m bench.speed [turns] [cost] [echo] [capacity] [leaks]
"""

import subprocess
import sys

from bench.load.servers import python_of
from tests.fixtures.server import ROOT

LOADS = ("cost", "echo", "capacity", "leaks")


def main() -> None:
    """Runs what is named, or all."""
    asked = sys.argv[1:] or ["turns", *LOADS]
    unknown = set(asked) - {"turns", *LOADS}
    if unknown:
        raise SystemExit(f"There is no {', '.join(sorted(unknown))}: {', '.join(LOADS)}, turns.")
    if "turns" in asked:
        _run("bench.turns", "--peer", python_of("Pipecat"))
    loads = [name for name in asked if name in LOADS]
    if loads:
        _run("bench.load", *loads)


def _run(module: str, *options: str) -> None:
    subprocess.run([sys.executable, "-m", module, *options], cwd=ROOT, check=True)


if __name__ == "__main__":
    main()
