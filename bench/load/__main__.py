"""Speed under load, side by side with peers on the same work.

    python -m bench.load [cost] [echo] [capacity] [leaks] [--peers NAME,…] [--rounds N]

Each server is a fresh process on one core, the generator on another; rounds are interleaved, so
that what else the machine does falls on all alike. Tables go to docs/performance.md.
"""

import argparse
import statistics
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from bench.load import tables
from bench.load.generator import fetch, memory_mib
from bench.load.servers import OURS, PEERS, Server, load, many, peer, voicesite
from tests.fixtures.server import wait_until

FIVE = "5"
REST_S = 10.0
Result = dict[str, float | None]
Serving = Callable[[str], AbstractContextManager[Server]]


def serving(name: str) -> Serving:
    """Returns what starts the server of that name for some work."""
    return voicesite if name == OURS else lambda work: peer(name, work)


def measure(name: str, work: str, *options: str, seconds: float) -> Result:
    """Returns one measurement of a fresh server."""
    with serving(name)(work) as server:
        result = load(server, *options, seconds=seconds)
    told = {key: round(value, 2) for key, value in result.items() if isinstance(value, float)}
    print(name, work, *options, told, result.get("errors"), flush=True)
    return result


def medians(results: list[Result]) -> dict[str, float]:
    """Returns the median of each figure that was measured."""
    keys = {key for result in results for key, value in result.items() if _is_figure(value)}
    return {
        key: statistics.median(float(r[key] or 0.0) for r in results if _is_figure(r.get(key)))
        for key in keys
    }


def _is_figure(value: object) -> bool:
    return isinstance(value, int | float)


def interleaved(
    names: list[str], work: str, asked: argparse.Namespace, *options: str
) -> dict[str, dict[str, float]]:
    """Returns each server's medians over the rounds."""
    found: dict[str, list[Result]] = {name: [] for name in names}
    for _ in range(asked.rounds):
        for name in names:
            found[name].append(measure(name, work, *options, seconds=asked.seconds))
    return {name: medians(results) for name, results in found.items()}


def cost(asked: argparse.Namespace) -> None:
    """CPU per call-second at five calls: everyone talking, and listening only."""
    names = [OURS, *asked.peers]
    talking = interleaved(names, "talk", asked, "--calls", FIVE)
    tables.cost("talk", talking, OURS)
    listening = interleaved(names, "listen", asked, "--calls", FIVE)
    tables.cost("listen", listening, OURS)


def echo(asked: argparse.Namespace) -> None:
    """How long a sound takes through one call and back."""
    found = {name: [] for name in [OURS, *asked.peers]}  # type: dict[str, list[Result]]
    for _ in range(asked.rounds):
        for name, results in found.items():
            work = "echo" if name == OURS else "talk"
            options = ("--calls", "1", "--probe")
            results.append(measure(name, work, *options, seconds=asked.seconds))
    tables.echo({name: medians(results) for name, results in found.items()})


def capacity(asked: argparse.Namespace) -> None:
    """How many calls one process holds: everyone talking, and at a natural mix.

    Of each size the round counts from which the machine's host took least.
    """
    shares = {"talk": "1", "mix": "0.4"}
    wanted = [("talk", size) for size in asked.talk] + [("mix", size) for size in asked.mix]
    found: dict[tuple[str, str], list[Result]] = {one: [] for one in wanted}
    for _ in range(asked.rounds):
        for (work, size), results in found.items():
            options = ("--calls", size, "--share", shares[work], "--ramp", "4")
            results.append(measure(OURS, work, *options, seconds=asked.seconds))
    best = {one: min(of, key=lambda r: r["stolen_pct"] or 0.0) for one, of in found.items()}
    tables.capacity([(work, size, medians([of])) for (work, size), of in best.items()])


def leaks(asked: argparse.Namespace) -> None:
    """What is left of calls that are over."""
    rows: list[tuple[int, dict[str, float]]] = []
    with voicesite("talk") as server:
        for count in (50, asked.calls, 3 * asked.calls):
            before = rows[-1][0] if rows else 0
            many(server, count - before)
            rows.append((count, at_rest(server)))
    tables.leaks(rows)


def at_rest(server: Server) -> dict[str, float]:
    """Returns what the server holds once no call is left, and some seconds after."""
    wait_until(lambda: fetch(server.stats)["calls"] == 0, REST_S, "the end of all calls")
    time.sleep(REST_S)
    stats = fetch(f"{server.stats}?held=1")
    held = {key: float(stats[key]) for key in ("objects", "tasks", "threads")}
    files = len(list(Path(f"/proc/{server.pid}/fd").iterdir()))
    return {**held, "files": float(files), "memory_mib": memory_mib(server.pid)}


def main() -> None:
    """Measures what was asked for."""
    works = {"cost": cost, "echo": echo, "capacity": capacity, "leaks": leaks}
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("works", nargs="*", choices=[[], *works], default=list(works))
    parser.add_argument("--peers", type=_names, default=list(PEERS))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=15.0)
    parser.add_argument("--talk", type=_names, default=["5", "10", "20", "30", "40"])
    parser.add_argument("--mix", type=_names, default=["25", "50", "75", "100"])
    parser.add_argument("--calls", type=int, default=500, help="how many short calls")
    asked = parser.parse_args()
    for work in asked.works or works:
        works[work](asked)


def _names(text: str) -> list[str]:
    return [name for name in text.split(",") if name]


if __name__ == "__main__":
    main()
