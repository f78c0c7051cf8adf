"""The units for systemd: it takes them as they are, and they fit what the processes do."""

import re
import shutil
import subprocess
import sys
from configparser import ConfigParser, RawConfigParser
from pathlib import Path

import pytest

from sessions_app.server import serving
from sessions_app.services import stopping
from tests.fixtures.server import ROOT
from voicesite.settings import CELERY_BEAT_SCHEDULE

FOLDER = ROOT / "deploy" / "systemd"
DOCUMENT = (ROOT / "docs" / "deploy.md").read_text()
PYTHON = "/opt/voicesite/.venv/bin/python"
COMMON = "voicesite-.service.d/common.conf"
SERVICES = sorted(path.name for path in FOLDER.glob("*.service"))
ROLES = ("voicesite-web", "voicesite-media@", "voicesite-worker", "voicesite-beat")
EXPOSED = 20
"""Tenths of systemd's own measure of what a service could do, from 0 to 100; usual ones have 96."""

analyze = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="there is no systemd-analyze"
)


class Unit(RawConfigParser):
    """A unit file; a setting that is there several times has all of its values, by lines."""

    def __init__(self, path: Path) -> None:
        super().__init__(strict=False, delimiters=("=",), comment_prefixes=("#",))
        lines: dict[str, dict[str, list[str]]] = {}
        section = ""
        for line in path.read_text().splitlines():
            if line.startswith("["):
                section = line.strip("[]")
            elif line and not line.startswith("#"):
                name, _, value = line.partition("=")
                lines.setdefault(section, {}).setdefault(name, []).append(value)
        self.read_dict({of: {k: "\n".join(v) for k, v in has.items()} for of, has in lines.items()})

    def optionxform(self, optionstr: str) -> str:
        return optionstr

    def seconds(self, name: str) -> int:
        return self.getint("Service", name)

    def environment(self) -> dict[str, str]:
        pairs = self.get("Service", "Environment", fallback="").split()
        return dict(pair.split("=", 1) for pair in pairs)


@pytest.fixture(scope="module")
def units() -> dict[str, Unit]:
    return {path.stem: Unit(path) for path in FOLDER.iterdir() if path.suffix == ".service"}


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """A folder of units as docs/deploy.md installs them, with a Python that is there."""
    shutil.copytree(FOLDER, tmp_path, dirs_exist_ok=True)
    for path in tmp_path.rglob("*.service"):
        path.write_text(path.read_text().replace(PYTHON, sys.executable))
    return tmp_path


def analysed(*arguments: str, units: Path) -> tuple[int, str]:
    done = subprocess.run(
        ["systemd-analyze", *arguments],
        env={"SYSTEMD_UNIT_PATH": f"{units}:", "PATH": "/usr/bin:/bin", "SYSTEMD_COLORS": "0"},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


@analyze
def test_systemd_takes_them(installed: Path) -> None:
    shutil.copy(installed / "voicesite-media@.service", installed / "voicesite-media@1.service")
    names = [*SERVICES, "voicesite-media@1.service", "voicesite.target"]
    names += [path.name for path in FOLDER.glob("*.timer")]
    paths = [str(installed / name) for name in names if name != "voicesite-media@.service"]
    _, told = analysed("verify", "--man=no", *paths, units=installed)
    ours = [line for line in told.splitlines() if "voicesite" in line]
    assert not ours


@analyze
def test_what_they_could_do_is_little(installed: Path) -> None:
    threshold = f"--threshold={EXPOSED}"
    for name in SERVICES:
        # what systemd merges by the name's beginning, said by hand: it is asked about a file
        merged = installed / f"checked-{name.replace('@', '')}"
        merged.write_text((installed / name).read_text() + "\n" + (installed / COMMON).read_text())
        code, told = analysed(
            "security", "--offline=yes", threshold, "--no-pager", str(merged), units=installed
        )
        assert code == 0, told[-400:]


def test_each_waits_for_as_long_as_the_process_takes_to_stop(units: dict[str, Unit]) -> None:
    ends_s = serving.HARD_LIMIT_S + serving.SPARE_S
    for name in ("voicesite-web", "voicesite-media@"):
        assert units[name].seconds("TimeoutStopSec") > ends_s
    assert units["voicesite-worker"].seconds("TimeoutStopSec") > stopping.MOST_S
    # systemd kills a process whose last word of it is over; it is asked for in `serving`
    assert int(units["voicesite-media@"].environment()["VOICE_DRAIN_S"]) > 0
    assert "VOICE_DRAIN_S" not in units["voicesite-web"].environment()


def test_no_watchdog_is_quicker_than_the_sign_of_life(units: dict[str, Unit]) -> None:
    beats_s = float(CELERY_BEAT_SCHEDULE["reap-stale-calls"]["schedule"])  # type: ignore[arg-type]
    for name in ("voicesite-worker", "voicesite-beat"):
        assert units[name].seconds("WatchdogSec") >= 10 * beats_s
    for name in ROLES:
        assert units[name].get("Service", "Type") == "notify"
        assert units[name].get("Service", "Restart") == "always"
        assert units[name].get("Unit", "StartLimitIntervalSec") == "0", "or it gives up"


def test_logs_and_metrics_name_the_process(units: dict[str, Unit]) -> None:
    for name in ROLES:
        process = name.removeprefix("voicesite-").replace("@", "_%i")
        assert units[name].environment()["METRICS_PROCESS"] == process


def test_calls_end_before_what_they_need(units: dict[str, Unit]) -> None:
    after = units["voicesite-media@"].get("Unit", "After").split()
    assert {f"{name}.service" for name in ROLES if name != "voicesite-media@"} <= set(after)
    for name in ROLES:
        assert units[name].get("Unit", "PartOf") == "voicesite.target"
        assert units[name].get("Install", "WantedBy") == "voicesite.target"


def test_they_may_do_what_calls_need() -> None:
    """With it a call is placed and never connects: pyOpenSSL's callbacks are made at run time."""
    assert "\nMemoryDenyWriteExecute" not in (FOLDER / COMMON).read_text()


def test_celery_runs_as_everywhere(units: dict[str, Unit]) -> None:
    """What supervisord starts and what systemd starts are told the same."""
    embedded = ConfigParser(interpolation=None)
    embedded.read(ROOT / "deploy" / "embedded" / "programs.conf")
    for program in ("worker", "beat"):
        ours = units[f"voicesite-{program}"].get("Service", "ExecStart").partition(" -m ")[2]
        theirs = embedded[f"program:{program}"]["command"].rpartition(" -m ")[2]
        assert ours == theirs


def test_the_document_tells_of_their_limits(units: dict[str, Unit]) -> None:
    rows = re.findall(r"^\| \*([\w@-]+?)1?\*.*?\| (\d+) (GB|MB) \|", DOCUMENT, re.MULTILINE)
    assert {name for name, _, _ in rows} == set(ROLES)
    for name, count, unit in rows:
        assert units[name].get("Service", "MemoryMax") == f"{count}{unit[0]}"


def test_every_unit_is_installed_and_used_by_the_document() -> None:
    for path in FOLDER.rglob("*"):
        if path.suffix in (".service", ".timer", ".target"):
            assert path.stem in DOCUMENT or path.with_suffix(".timer").exists(), path.name
