"""The client library as an npm package: what is in it, how large it is, and that its types hold."""

import gzip
import re
import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest

from tests.fixtures import clients
from tests.fixtures.server import ROOT

pytestmark = pytest.mark.skipif(bool(clients.missing()), reason=clients.missing())

MOST_BYTES = 30 * 1024
"""Of all modules that are loaded before a call begins, compressed with gzip."""

TSC = ROOT / "tests/types/node_modules/.bin/tsc"
RIGHT = """
import { VoiceAgentClient, VoiceError } from "voicesite-client";
import { useVoiceAgent, VoiceAgent } from "voicesite-client/react";

export async function call(show: (words: string) => void): Promise<string> {
  const serverUrl = "https://voice.example.com";
  const client = new VoiceAgentClient({ serverUrl, agentId: "scribe" });
  const stop: () => void = client.on("transcript", ({ role, text }) => show(`${role} ${text}`));
  client.on("error", ({ error }) => show(error.retryable ? error.code : error.message));
  await client.connect();
  stop();
  return client.callId;
}
export const hook: typeof useVoiceAgent = useVoiceAgent;
export const hold = (): void => useVoiceAgent({ pushToTalk: true }).talk(true);
export const component = VoiceAgent;
export const isOurs = (error: unknown): boolean => error instanceof VoiceError;
"""
WRONG = """
import { VoiceAgentClient } from "voicesite-client";
new VoiceAgentClient({ transport: "pigeon" });
new VoiceAgentClient().on("transcript", ({ words }) => words);
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project of somebody who has installed the package."""
    folder = tmp_path_factory.mktemp("project")
    made = subprocess.run(
        ["deploy/js-package", str(folder)], cwd=ROOT, check=True, capture_output=True, text=True
    )
    with tarfile.open(folder / made.stdout.strip()) as archive:
        archive.extractall(folder, filter="data")
    modules = folder / "node_modules"
    modules.mkdir()
    shutil.move(folder / "package", modules / "voicesite-client")
    (modules / "@types").symlink_to(ROOT / "tests/types/node_modules/@types")
    for name in ("react", "react-dom", "scheduler"):
        (modules / name).symlink_to(clients.FOLDER / "node_modules" / name)
    (folder / "package.json").write_text('{"type": "module"}')
    return folder


def compiled(project: Path, text: str) -> subprocess.CompletedProcess[str]:
    (project / "page.ts").write_text(text)
    options = ["--strict", "--noEmit", "--module", "nodenext", "--target", "es2022"]
    command = [str(TSC), *options, "--lib", "es2023,dom,dom.iterable", "page.ts"]
    return subprocess.run(command, cwd=project, check=False, capture_output=True, text=True)


def test_what_the_package_holds(project: Path) -> None:
    package = project / "node_modules/voicesite-client"
    names = {str(path.relative_to(package)) for path in package.rglob("*") if path.is_file()}
    library = ROOT / "static/voicesite"
    sources = {str(path.relative_to(library)) for path in library.rglob("*") if path.is_file()}
    assert {name for name in names if not name.startswith("types/")} == {*sources, "LICENSE"}
    assert {"types/index.d.ts", "types/element.d.ts", "types/react.d.ts"} <= names


def loaded_with(module: Path, found: dict[Path, bytes]) -> dict[Path, bytes]:
    """Returns a module and all that it imports; what `import()` fetches later is not in it."""
    if module not in found:
        found[module] = module.read_bytes()
        for name in re.findall(
            r'^(?:import|export) .*?from "\./([^"]+)"', module.read_text(), re.M
        ):
            loaded_with(module.parent / name, found)
    return found


def test_a_call_costs_little_to_load() -> None:
    modules = loaded_with(ROOT / "static/voicesite/index.js", {})
    assert len(modules) > 20
    assert len(gzip.compress(b"".join(modules.values()))) <= MOST_BYTES


def test_its_types_hold_for_a_strict_compiler(project: Path) -> None:
    right = compiled(project, RIGHT)
    assert (right.returncode, right.stdout) == (0, "")
    wrong = compiled(project, WRONG)
    assert '"pigeon"' in wrong.stdout
    assert "'words' does not exist" in wrong.stdout


def test_a_server_can_load_and_render_it(project: Path) -> None:
    script = """
        import { createElement } from "react";
        import { renderToString } from "react-dom/server";
        import { VoiceAgentClient } from "voicesite-client";
        import "voicesite-client/element";
        import { VoiceAgent } from "voicesite-client/react";
        const shown = renderToString(createElement(VoiceAgent, { agentId: "scribe" }));
        console.log(typeof VoiceAgentClient, shown.includes("Start a voice call"));
    """
    told = subprocess.run(
        ["node", "--input-type=module", "--eval", script],
        cwd=project,
        check=True,
        capture_output=True,
        text=True,
    )
    assert told.stdout == "function true\n"
