"""Cases of a long measurement: what was measured once for a commit is not measured again."""

import json
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

from bench.tables import commit
from tests.fixtures.server import ROOT

Case = dict[str, Any]
UNLIMITED = {
    "VOICE_OFFERS_PER_USER": "0",
    "VOICE_OFFERS_PER_ADDRESS": "0",
    "VOICE_CALLS_PER_USER": "0",
    "VOICE_CALLS_PER_ADDRESS": "0",
    "VOICE_MAX_CALLS": "500",
}
"""A measurement is one caller who never stops."""


class Cases:
    """The cases of one campaign, a line of JSON each, under var/campaigns."""

    def __init__(self, name: str, folder: Path = ROOT / "var" / "campaigns") -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._file = folder / f"{name}-{commit()}.jsonl"
        lines = self._file.read_text().splitlines() if self._file.exists() else []
        self._known: dict[str, Case] = {case["case"]: case for case in map(json.loads, lines)}

    def of(self, names: Sequence[str]) -> list[Case]:
        """Returns the cases of these names."""
        return [self._known[name] for name in names]

    @property
    def all(self) -> list[Case]:
        """Returns the cases there are, in the order they were measured."""
        return list(self._known.values())

    async def measure(self, name: str, work: Callable[[], Awaitable[Case]]) -> Case:
        """Returns the case `name`, measured now unless it is known."""
        if name not in self._known:
            self._known[name] = {"case": name, **await work()}
            with self._file.open("a") as file:
                file.write(json.dumps(self._known[name]) + "\n")
            print(json.dumps(self._known[name]), flush=True)
        return self._known[name]
