"""docs/performance.md: a section a measurement, each replaced by its command."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from os import cpu_count

from bench.load import plot
from bench.tables import commit, processor
from tests.fixtures.server import ROOT

PAGE = ROOT / "docs" / "performance.md"
PLOT = ROOT / "docs" / "images" / "capacity.svg"
HEAD = """# Performance

Every figure is made by one command, on one machine, side by side: `python -m bench.load`
(servers and generator each on a core of their own, fresh processes, rounds interleaved, medians).
The work is the same for all: 50 Opus packets a second each way for each call, decoded to 16 kHz
for a recogniser that hears nothing, and speech coded live as the answer. Clients code what an
answer takes, as browsers do: wideband where it says so. voicesite is the whole
product (`VOICE_ROLE=media`): signalling, data channel, VAD, recording, store. The machine is a
virtual one, whose speed changes with what its host does: the yardstick is how long libopus took
to decode one packet meanwhile. Of how many calls a process holds, the round is shown from which
the host took least.
"""
Figures = Mapping[str, float]
_TITLES = {"talk": "Everyone talking, 5 calls", "listen": "Listening only, 5 calls"}


def cost(work: str, found: Mapping[str, Figures], ours: str) -> None:
    """Writes what a call-second costs."""
    mine = found[ours]["cpu_ms"]
    rows = [
        [
            name,
            f"{f['cpu_ms']:.1f}",
            f"{mine / f['cpu_ms']:.2f}",
            f"{f['in_on_time_pct']:.1f}",
            f"{f['out_on_time_pct']:.1f}" if work == "talk" else "",
            f"{f['lag_p99_ms']:.1f}",
            f"{f['memory_per_call_mib']:.1f}",
            f"{f['connected_ms']:.0f}",
        ]
        for name, f in found.items()
    ]
    head = [
        "server",
        "CPU ms per call-second",
        "voicesite's share of it",
        "frames in on time, %",
        "out, %",
        "loop lag p99, ms",
        "MiB per call",
        "connected after, ms",
    ]
    _write(_TITLES[work], "python -m bench.load cost", head, rows)


def echo(found: Mapping[str, Figures]) -> None:
    """Writes how long a sound takes there and back."""
    rows = [[name, f"{f['echo_ms']:.0f}"] for name, f in found.items() if "echo_ms" in f]
    _write("Echo, one call", "python -m bench.load echo", ["server", "ms"], rows)


def capacity(rows: Sequence[tuple[str, str, Figures]]) -> None:
    """Writes how a process does as calls are added."""
    works = {"talk": "all the time", "mix": "caller 40 %, agent 35 % of it"}
    lines = [
        [
            works[work],
            size,
            *(f"{f[key]:.1f}" for key in _CAPACITY),
            f"{f['failed']:.0f}",
        ]
        for work, size, f in rows
    ]
    head = ["they talk", "calls", *_CAPACITY.values(), "failed"]
    picture = "![What a call costs, by how many there are](images/capacity.svg)"
    command = "python -m bench.load capacity"
    _write("Calls in one process on one core", command, head, lines, picture)
    drawn: dict[str, list[tuple[float, float]]] = {}
    for work, size, f in rows:
        drawn.setdefault(works[work], []).append((float(size), f["cpu_ms"]))
    title = "What a call costs"
    plot.write(PLOT, title, "calls in one process", "CPU ms per call-second", drawn)


def leaks(rows: Sequence[tuple[int, Mapping[str, float]]]) -> None:
    """Writes what a process holds after that many calls."""
    head = ["calls placed and ended", "memory, MiB", "objects", "tasks", "threads", "open files"]
    keys = ("memory_mib", "objects", "tasks", "threads", "files")
    lines = [[str(count), *(f"{held[key]:.0f}" for key in keys)] for count, held in rows]
    _write("What is left of calls that are over", "python -m bench.load leaks", head, lines)


def mix(found: Sequence[Mapping[str, object]]) -> None:
    """Writes how the whole product does; all that was measured is in docs/campaigns/mix.md."""
    head = ["calls", *_MIX]
    lines = [[str(one["case"]), *(str(one[key]) for key in _MIX)] for one in found]
    after = "All that was measured of them: [docs/campaigns/mix.md](campaigns/mix.md)."
    _write(MIX, "make campaign ONLY=mix", head, lines, after)


MIX = "With recognition, a voice and recordings: calls at once on all cores"
_MIX = (
    "frames in on time, %",
    "frames out on time, %",
    "loop lag p50 / p99 / max, ms",
    "words wrong, %",
    "final after speech ended p50 / p95, ms",
    "agent heard after speech ended p50 / p95, ms",
    "told `busy`",
    "failed calls",
    "the product, cores",
)
_CAPACITY = {
    "cpu_ms": "CPU ms per call-second",
    "core_pct": "core, %",
    "in_on_time_pct": "frames in on time, %",
    "out_on_time_pct": "out, %",
    "lag_p99_ms": "loop lag p99, ms",
    "lag_max_ms": "max, ms",
    "memory_per_call_mib": "MiB per call",
    "generator_core_pct": "generator's core, %",
    "stolen_pct": "taken by the host, %",
    "yardstick_us": "yardstick, µs",
}


def _write(
    title: str,
    command: str,
    head: Sequence[str],
    rows: Sequence[Sequence[str]],
    after: str = "",
) -> None:
    lines = [
        f"## {title}",
        "",
        f"`{command}`, commit {commit()}, {datetime.now(UTC):%Y-%m-%d}, {processor()}, "
        f"{cpu_count()} cores.",
        "",
        f"| {' | '.join(head)} |",
        f"| {' | '.join('---' for _ in head)} |",
        *(f"| {' | '.join(row)} |" for row in rows),
        *(["", after] if after else []),
    ]
    page = PAGE.read_text() if PAGE.exists() else HEAD
    sections = re.split(r"(?m)^(?=## )", page)
    kept = [section.rstrip() for section in sections if not section.startswith(f"## {title}\n")]
    PAGE.write_text("\n\n".join([*kept, "\n".join(lines)]) + "\n")
