"""What the product's processes take: CPU time and memory, by what they are for."""

import os
from collections.abc import Callable
from pathlib import Path

from bench.speaking import private_mb

KINDS = {
    "manage.py serve": "web and media",
    "stt.worker.preloaded": "recogniser",
    "tts.worker": "voice",
    " worker ": "background worker",
}
"""What a command line holds, and what such a process is for; the first that fits."""

OTHERS = "others"
_TICKS = os.sysconf("SC_CLK_TCK")


def kind_of(command: str) -> str:
    """Returns what a process is for, by its command line."""
    return next((kind for held, kind in KINDS.items() if held in command), OTHERS)


class Spent:
    """The CPU time of processes since they were first looked at, by kind.

    `running` returns the command lines of those that run, by number. One that ends in between
    counts up to the last look.
    """

    def __init__(self, running: Callable[[], dict[int, str]]) -> None:
        self._running = running
        self._first: dict[int, float] = {}
        self._last: dict[int, float] = {}
        self._kinds: dict[int, str] = {}
        self.look(fresh=True)

    def look(self, *, fresh: bool = False) -> None:
        """Reads the times of all; what began since the `fresh` look counts from its beginning."""
        for pid, command in self._running().items():
            try:
                spent = cpu_s(pid)
            except OSError:
                continue
            self._kinds.setdefault(pid, kind_of(command))
            self._first.setdefault(pid, spent if fresh else 0.0)
            self._last[pid] = spent

    def by_kind(self) -> dict[str, float]:
        """Returns the seconds of CPU."""
        found: dict[str, float] = {}
        for pid, last in self._last.items():
            kind = self._kinds[pid]
            found[kind] = found.get(kind, 0.0) + last - self._first[pid]
        return found

    def private(self, kind: str) -> list[float]:
        """Returns the private memory (MiB) of each process of that kind that lives."""
        found = []
        for pid, its in self._kinds.items():
            if its == kind:
                try:
                    found.append(private_mb(pid))
                except OSError:
                    continue
        return found


def cpu_s(pid: int) -> float:
    """Returns the seconds of CPU that a process has used, all threads together."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS
