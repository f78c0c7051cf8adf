"""The servers that are measured, each a fresh process on one core of its own."""

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.cases import UNLIMITED
from tests.fixtures.ports import free_port
from tests.fixtures.server import ROOT, START_S, Product, wait_until

SERVER_CORE, LOAD_CORE = 0, 1
VENVS = ROOT / "var" / "bench"
PEERS = {
    "bare aiortc": ("bare.py", "/offer", ("aiortc", "aiohttp")),
    "Pipecat": ("pipecat_app.py", "/offer", ("pipecat-ai[webrtc]", "fastapi", "uvicorn")),
    "FastRTC": ("fastrtc_app.py", "/webrtc/offer", ("fastrtc", "uvicorn")),
}
"""Each with its server, the path of its offers, and what it is installed from."""

OURS = "voicesite"
AGENTS = {"listen": "", "talk": "talk", "mix": "mix", "echo": "echo"}
"""What the far side does, and whose voice does it."""

_MAKE_AGENTS = """
from django.contrib.auth.models import User
from sessions_app.models import Agent
from sessions_app.services import access
for slug in ("talk", "mix", "echo"):
    Agent.objects.update_or_create(slug=slug, defaults={
        "name": slug, "responder": "nothing", "synthesiser": slug, "greeting": "Go.",
        "barge_in": "off"})
Agent.objects.filter(slug="scribe").update(synthesiser="espeak")
print(access.issue_token(User.objects.create_user("hostile"), "bench")[1])
"""


@dataclass(frozen=True, slots=True)
class Server:
    """A running server, and how the generator reaches it."""

    pid: int
    url: str
    stats: str
    token: str = ""
    agent: str = ""
    other: str = ""
    """The token of a second user."""

    hostile: str = ""
    """The token of a third one."""


@contextlib.contextmanager
def voicesite(work: str, **settings: str) -> Iterator[Server]:
    """Yields the whole product, `VOICE_ROLE=media`, on one core."""
    with tempfile.TemporaryDirectory() as folder:
        given = {
            "DJANGO_SETTINGS_MODULE": "bench.load.settings",
            "VOICE_ROLE": "media",
            **UNLIMITED,
            **settings,
        }
        product = Product(Path(folder) / "var", given)
        product.prepare()
        hostile = product.manage("shell", "-c", _MAKE_AGENTS).split()[-1]
        product._start("web")
        process = product.processes["web"]
        os.sched_setaffinity(process.pid, {SERVER_CORE})
        try:
            wait_until(product._ready, START_S, "readiness")
            token = product.credentials["user"]["token"]
            stats, offers = f"{product.url}/bench/stats", f"{product.url}/api/voice/offer"
            other = product.credentials["staff"]["token"]
            yield Server(process.pid, offers, stats, token, AGENTS[work], other, hostile)
        finally:
            product.stop()


@contextlib.contextmanager
def peer(name: str, work: str) -> Iterator[Server]:
    """Yields a peer's server on one core; it is installed where it is not yet."""
    script, path, _ = PEERS[name]
    python = python_of(name)
    port = free_port()
    command = [python, str(Path(__file__).parent / "peers" / script), str(port), work]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    os.sched_setaffinity(process.pid, {SERVER_CORE})
    origin = f"http://127.0.0.1:{port}"
    try:
        wait_until(lambda: _answers(f"{origin}/stats"), START_S, f"the start of {name}")
        yield Server(process.pid, origin + path, f"{origin}/stats")
    finally:
        process.kill()
        process.wait()


def load(server: Server, *options: str, seconds: float) -> dict[str, float | None]:
    """Returns what the generator measured of a server."""
    command = [sys.executable, "-m", "bench.load.generator", "--pid", str(server.pid)]
    command += ["--url", server.url, "--stats", server.stats, "--token", server.token]
    command += ["--agent", server.agent, "--seconds", str(seconds), *options]
    done = subprocess.run(
        command,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=seconds + 240,
        preexec_fn=lambda: os.sched_setaffinity(0, {LOAD_CORE}),
    )
    if done.returncode:
        raise RuntimeError(f"the generator failed: {done.stderr[-2000:]}")
    found: dict[str, float | None] = json.loads(done.stdout.splitlines()[-1])
    return found


def many(server: Server, calls: int) -> None:
    """Places that many short calls, and ends them."""
    command = [sys.executable, "-m", "bench.load.many", "--url", server.url]
    command += ["--token", server.token, "--agent", server.agent, "--calls", str(calls)]
    subprocess.run(command, cwd=ROOT, check=True, timeout=60 + 5 * calls)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2):
            return True
    except OSError:
        time.sleep(0.1)
        return False


def python_of(name: str) -> str:
    """Returns the interpreter of a peer's own environment, made where there is none."""
    packages = PEERS[name][2]
    folder = VENVS / name.replace(" ", "-").lower()
    python = folder / "bin" / "python"
    stamp = folder / "made"
    if not stamp.exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)
        install = [str(python), "-m", "pip", "install", "--quiet", *packages]
        subprocess.run(install, check=True)
        stamp.touch()
    return str(python)
