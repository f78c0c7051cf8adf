"""The npm package in an empty Vite and an empty Next project, called from in Chromium."""

import os
import shutil
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, expect

from bench.tables import write_table
from tests.fixtures.chromium import WITH_WINDOWS, chromium
from tests.fixtures.ports import free_port
from tests.fixtures.server import ROOT, Product, wait_until
from tests.fixtures.speech import mostly, speak

PROJECTS = ROOT / "bench" / "frameworks"
BUILT = ROOT / "var" / "campaigns" / "frameworks"
"""Kept, so that npm has less to fetch the next time."""

SPOKEN = "please open the second window"
INSTALL_S, BUILD_S, SERVE_S = 1800, 600, 60
TRANSPORTS = ("auto", "websocket")
"""The second needs the AudioWorklet, whose file the bundler must have found."""


@dataclass(frozen=True)
class Framework:
    """How one of them is built and served; `variable` brings the server's address into a build."""

    name: str
    variable: str
    build: tuple[str, ...]
    serve: tuple[str, ...]


FRAMEWORKS = (
    Framework("vite", "VITE_VOICE_SERVER", ("vite", "build"), ("vite", "preview", "--strictPort")),
    Framework("next", "NEXT_PUBLIC_VOICE_SERVER", ("next", "build"), ("next", "start")),
)


def main() -> None:
    """Writes docs/campaigns/frameworks.md."""
    rows = []
    with tempfile.TemporaryDirectory() as scratch:
        sound = speak(Path(scratch), SPOKEN, lead_s=5.0, tail_s=2.0)
        package = _package(Path(scratch))
        product = Product(Path(scratch) / "var", {"VOICE_OFFERS_PER_USER": "0"})
        with product.running("web"), chromium(sound, program=WITH_WINDOWS) as browser:
            for framework in FRAMEWORKS:
                row = _try(framework, package, product, browser)
                print(row, flush=True)
                rows.append(row)
    headline = f"{len(rows)} of {len(FRAMEWORKS)} frameworks: built, served, and a call by each way"
    head = ["framework", "installed, s", "built, s", *(f"words over {way}" for way in TRANSPORTS)]
    print(write_table("frameworks", "The npm package in other projects", headline, head, rows))


def _package(folder: Path) -> Path:
    made = subprocess.run(
        ["deploy/js-package", str(folder)], cwd=ROOT, check=True, capture_output=True, text=True
    )
    return folder / made.stdout.strip()


def _try(framework: Framework, package: Path, product: Product, browser: Browser) -> list[str]:
    """Returns the row of one framework; fails where anything of it fails."""
    folder = BUILT / framework.name
    shutil.copytree(PROJECTS / framework.name, folder, dirs_exist_ok=True)
    env = {**os.environ, framework.variable: product.url, "NEXT_TELEMETRY_DISABLED": "1"}
    quiet = ["--no-audit", "--no-fund", "--no-package-lock"]
    installed_s = _run(["npm", "install", *quiet, str(package)], folder, env, INSTALL_S)
    built_s = _run(["npx", "--no-install", *framework.build], folder, env, BUILD_S)
    with _served(framework, folder, env) as url:
        words = [_call(browser, product, url, way) for way in TRANSPORTS]
    return [framework.name, f"{installed_s:.0f}", f"{built_s:.0f}", *words]


def _run(command: list[str], folder: Path, env: dict[str, str], limit_s: int) -> float:
    """Returns how many seconds it took; fails with what it printed."""
    started = time.monotonic()
    done = subprocess.run(
        command, cwd=folder, env=env, capture_output=True, text=True, timeout=limit_s, check=False
    )
    assert done.returncode == 0, f"{command}: {done.stdout[-2000:]} {done.stderr[-2000:]}"
    return time.monotonic() - started


@contextmanager
def _served(framework: Framework, folder: Path, env: dict[str, str]) -> Iterator[str]:
    port = free_port()
    command = [str(folder / "node_modules/.bin" / framework.serve[0]), *framework.serve[1:]]
    with (folder / "serve.log").open("wb") as log:
        server = subprocess.Popen(
            [*command, "--port", str(port)], cwd=folder, env=env, stdout=log, stderr=log
        )
    url = f"http://localhost:{port}"
    try:
        wait_until(lambda: _answers(url), SERVE_S, f"{framework.name}'s server")
        yield url
    finally:
        server.terminate()
        server.wait(10)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _call(browser: Browser, product: Product, url: str, transport: str) -> str:
    """Returns what was understood in a call from the built page."""
    context = browser.new_context()
    page = context.new_page()
    wish = {"agentId": "scribe", "origin": url}
    page.route(
        f"{url}/voice-ticket",
        lambda route: route.fulfill(json=product.post("/api/v1/tickets", wish)),
    )
    page.goto(f"{url}/?transport={transport}")
    agent = page.locator(".voice-agent")
    agent.get_by_role("button", name="Start a voice call").click()
    expect(agent.locator("[data-role=agent][data-final=true]").first).to_contain_text("Hello")
    mine = agent.locator("[data-role=user][data-final=true]").last
    expect(mine).to_be_visible(timeout=60_000)
    words = mine.inner_text()
    assert mostly(words, SPOKEN), words
    agent.get_by_role("button", name="Hang up").click()
    expect(agent.get_by_role("button", name="Start a voice call")).to_be_visible()
    context.close()
    return words
