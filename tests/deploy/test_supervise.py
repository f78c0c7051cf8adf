"""What a person reads while the programs run."""

import configparser
from pathlib import Path

import pytest

from deploy.embedded.supervise import (
    CONFIG,
    CONFIG_WITH_MEDIA,
    Terminal,
    environment,
    reason,
)
from sessions_app.server.serving import HARD_LIMIT_S
from sessions_app.services.stopping import FINISH_S

ALL_S = 20
"""Within which everything stops, as README.md promises."""

SAID = "2026-11-21 21:00:00,000 {}"


@pytest.mark.parametrize(
    ("printed", "shown"),
    [
        (
            "WARN exited: media_1 (terminated by SIGKILL; not expected)",
            "The media process stopped (terminated by SIGKILL); starting it again.",
        ),
        (
            "WARN exited: web (exit status 1; not expected)",
            "The web server stopped (exit status 1); starting it again.",
        ),
        (
            "CRIT gave up: media_0 entered FATAL state, too many start retries too quickly",
            "The media process cannot be started; the lines above say why.",
        ),
        ("INFO spawned: 'media_0' with pid 7", None),
    ],
)
def test_supervisords_words_are_put_plainly(printed: str, shown: str | None) -> None:
    assert Terminal().translate(SAID.format(printed)) == shown


def read(path: Path) -> configparser.RawConfigParser:
    config = configparser.RawConfigParser()
    config.read([path, path.parent / config_of_others(path)])
    return config


def test_the_programs_of_both_forms_are_the_same_but_for_the_calls() -> None:
    forms = {path: read(path) for path in (CONFIG, CONFIG_WITH_MEDIA)}
    one, several = (set(config.sections()) for config in forms.values())
    assert several - one == {"program:media"}
    for config in forms.values():
        groups = [name for name in config.sections() if name.startswith("group:")]
        names = [n for group in groups for n in config.get(group, "programs").split(",")]
        # one in no group would be told to stop before the calls
        assert sorted(f"program:{name}" for name in names) == sorted(
            name for name in config.sections() if name.startswith("program:")
        )
    assert "--port 0" in forms[CONFIG_WITH_MEDIA].get("program:media", "command")


@pytest.mark.parametrize("path", [CONFIG, CONFIG_WITH_MEDIA])
def test_calls_stop_first_and_nobody_is_killed_sooner_than_promised(path: Path) -> None:
    config = read(path)
    assert config.getint("group:calls", "priority") > config.getint("group:background", "priority")
    web, worker, beat = (
        config.getint(f"program:{name}", "stopwaitsecs") for name in ("web", "worker", "beat")
    )
    assert web >= HARD_LIMIT_S
    assert min(worker, beat) >= FINISH_S + 4
    assert web + max(worker, beat) <= ALL_S
    assert not config.getboolean("program:worker", "stopasgroup")


def config_of_others(path: object) -> str:
    config = configparser.RawConfigParser()
    config.read(str(path))
    return config.get("include", "files")


def test_the_number_of_media_processes_reaches_supervisord() -> None:
    assert environment(3)["VOICESITE_MEDIA"] == "3"
    assert environment()["VOICESITE_MEDIA"] == "0"


def test_a_failed_check_is_told_and_not_only_its_hint() -> None:
    told = reason(
        "SystemCheckError: System check identified some issues:\n\nERRORS:\n"
        "?: (voice.E002) whisper needs a package: pip install faster-whisper\n"
        "\tHINT: see the docs\n"
    )
    assert told == "whisper needs a package: pip install faster-whisper"
    assert reason("Traceback\nCommandError: The disk is full.\n") == "The disk is full."
    assert reason("") == "no reason was given"
