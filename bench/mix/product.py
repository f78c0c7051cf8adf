"""The product as `make run` starts it: supervisord with web server, worker and beat."""

import contextlib
import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.fixtures.ports import free_port
from tests.fixtures.server import ROOT, processes_of, wait_until

READY_S = 400.0
STOP_S = 40.0
SETTINGS = {
    "DJANGO_SETTINGS_MODULE": "bench.mix.settings",
    "VOICE_CALLS_PER_USER": "0",
    "VOICE_OFFERS_PER_USER": "0",
    "VOICE_SOCKETS_PER_USER": "0",
    "VOICE_CALLS_PER_ADDRESS": "0",
}
"""All callers are one user at one address; what the server itself holds is as usual."""


@dataclass(frozen=True, slots=True)
class Supervised:
    """One that runs, everything of it below `var`."""

    var: Path
    url: str

    @property
    def token(self) -> str:
        """The token of the user who calls."""
        return str(json.loads((self.var / "credentials.json").read_text())["user"]["token"])

    def json(self, path: str) -> Any:
        """Returns the JSON at `path`; raises OSError for an error."""
        headers = {"Authorization": f"Bearer {self.token}"}
        request = urllib.request.Request(self.url + path, headers=headers)
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.loads(answer.read())

    def ready(self) -> bool:
        """Returns whether it takes calls."""
        try:
            return bool(self.json("/readyz")["status"] == "ok")
        except (OSError, ValueError):
            return False

    def processes(self) -> dict[int, str]:
        """Returns the command lines of its processes, by number."""
        return processes_of(f"VAR_DIR={self.var}\0")


@contextlib.contextmanager
def supervised(var: Path) -> Iterator[Supervised]:
    """Yields a fresh one that is ready, and stops it."""
    port = free_port()
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("DJANGO_", "VOICE"))}
    env = {**kept, "VAR_DIR": str(var), "PORT": str(port), **SETTINGS}
    var.mkdir(parents=True)
    product = Supervised(var.resolve(), f"http://127.0.0.1:{port}")
    with (var / "printed.log").open("wb") as log:
        command = [sys.executable, "-m", "deploy.embedded.supervise"]
        process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=log, stderr=log)
        try:
            printed = (var / "printed.log").read_text
            try:
                wait_until(product.ready, READY_S, "readiness")
            except AssertionError as error:
                raise RuntimeError(f"{error}: {printed()[-2000:]}") from error
            yield product
        finally:
            process.terminate()
            process.wait(STOP_S)
