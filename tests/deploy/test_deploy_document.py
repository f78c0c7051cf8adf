"""The commands of docs/deploy.md: those that can run here do, all others name what there is."""

import os
import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import get_commands, load_command_class

from tests.fixtures.server import ROOT
from tests.house.test_settings import documented

DOCUMENT = (ROOT / "docs" / "deploy.md").read_text()
UNITS = ROOT / "deploy" / "systemd"
BLOCKS = re.findall(r"^```sh[^\n]*\n(.*?)^```$", DOCUMENT, re.DOTALL | re.MULTILINE)
MANAGE = "voicesite-manage"


def commands() -> Iterator[list[str]]:
    """Yields the words of each simple command."""
    for block in BLOCKS:
        for line in block.replace("\\\n", " ").splitlines():
            if line and not line.startswith("<") and not re.match(r"[A-Z_]+=\S*$", line):
                yield shlex.split(line)


def test_the_shell_can_read_each_block() -> None:
    assert len(BLOCKS) > 10
    for block in BLOCKS:
        subprocess.run(["bash", "-n"], input=block, text=True, check=True)
    for script in (UNITS / MANAGE, ROOT / "deploy" / "coturn" / "renewed"):
        subprocess.run(["sh", "-n", str(script)], check=True)
        assert os.access(script, os.X_OK)


def test_commands_of_manage_py_have_the_options_that_they_are_given() -> None:
    known, seen = get_commands(), set()
    for words in commands():
        if MANAGE in words[:1] or "manage.py" in words:
            start = words.index(MANAGE if MANAGE in words[:1] else "manage.py")
            if words[start - 1 : start] == ["compileall"] or start + 1 == len(words):
                continue
            name, *arguments = words[start + 1 :]
            command = load_command_class(known[name], name)
            command.create_parser("manage.py", name).parse_args(arguments)
            seen.add(name)
    assert {"migrate", "collectstatic", "createsuperuser", "doctor", "check", "check_ice"} <= seen


def test_files_of_the_tree_that_are_named_are_there() -> None:
    named = {
        word
        for words in commands()
        for word in words
        if re.match(r"(deploy|sessions_app|voicesite|coturn)/", word)
    }
    assert len(named) > 8
    for name in named:
        below = ROOT / "deploy" if name.startswith("coturn/") else ROOT
        assert list(below.glob(name)), name


def test_units_that_are_named_are_there() -> None:
    of_debian = {"nginx", "coturn"}
    actions = {"enable", "start", "stop", "restart", "reload"}
    for words in commands():
        if words[0] != "systemctl" or words[1] not in actions:
            continue
        for word in words[2:]:
            name = re.sub(r"@\d+$", "@", word)
            unit = name if name.endswith((".target", ".timer", ".service")) else f"{name}.service"
            assert word.startswith("--") or name in of_debian or (UNITS / unit).exists(), word


def test_settings_that_are_named_are_settings() -> None:
    known = {name for name, _ in documented()}
    example = (UNITS / "voicesite.env").read_text()
    named = set(re.findall(r"^#?([A-Z_]+)=", example, re.MULTILINE))
    named |= set(re.findall(r"`([A-Z]+_[A-Z_]+)(?:=\S*)?`", DOCUMENT))
    assert len(named) > 12
    assert named <= known


def here(text: str, folder: Path) -> str:
    """Returns commands that do their work below `folder`, as this user."""
    own = {
        "/etc/voicesite": f"{folder}/etc",
        "/opt/voicesite": str(ROOT),
        "/var/lib/voicesite": f"{folder}/var",
        "-g voicesite ": "",
        "--reuid=voicesite --regid=voicesite --init-groups": "",
    }
    for theirs, ours in own.items():
        text = text.replace(theirs, ours)
    return text


@pytest.fixture
def programs(tmp_path: Path) -> dict[str, str]:
    """An environment with voicesite-manage, as it is but for where it works."""
    script = tmp_path / "bin" / MANAGE
    script.parent.mkdir()
    script.write_text(here((UNITS / MANAGE).read_text(), tmp_path))
    script.chmod(0o755)
    kept = {name: os.environ[name] for name in ("HOME", "LANG") if name in os.environ}
    return {**kept, "PATH": f"{script.parent}:/usr/bin:/bin"}


def test_the_settings_of_the_example_pass_djangos_check_for_servers(
    tmp_path: Path, programs: dict[str, str]
) -> None:
    block = next(block for block in BLOCKS if "check --deploy" in block)
    first = BLOCKS[0].replace("voice.example.com", "calls.example.org")
    strict = block.replace("check --deploy", "check --deploy --fail-level WARNING")
    done = subprocess.run(
        ["bash", "-eu", "-c", f"umask 022; cd {ROOT}\n{here(first + strict, tmp_path)}"],
        env=programs,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "no issues" in done.stdout
    kept = tmp_path / "etc" / "voicesite.env"
    assert kept.stat().st_mode & 0o777 == 0o640
    text = kept.read_text()
    assert "change-me" not in text
    assert "example.com" not in text
    assert "PUBLIC_URL=https://calls.example.org\n" in text
