"""What a person reads while the programs run."""

import configparser

import pytest

from deploy.embedded.supervise import CONFIG, CONFIG_WITH_MEDIA, Terminal, environment

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


def test_the_programs_of_both_forms_are_the_same_but_for_the_calls() -> None:
    read = {path: configparser.RawConfigParser() for path in (CONFIG, CONFIG_WITH_MEDIA)}
    for path, config in read.items():
        config.read([path, path.parent / config_of_others(path)])
    one, several = (set(config.sections()) for config in read.values())
    assert several - one == {"program:media"}
    programs = [config.get("group:voicesite", "programs").split(",") for config in read.values()]
    for config, names in zip(read.values(), programs, strict=True):
        assert {f"program:{name}" for name in names} <= set(config.sections())
    assert "--port 0" in read[CONFIG_WITH_MEDIA].get("program:media", "command")


def config_of_others(path: object) -> str:
    config = configparser.RawConfigParser()
    config.read(str(path))
    return config.get("include", "files")


def test_the_number_of_media_processes_reaches_supervisord() -> None:
    assert environment(3)["VOICESITE_MEDIA"] == "3"
    assert environment()["VOICESITE_MEDIA"] == "0"
