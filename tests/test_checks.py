from pathlib import Path
from typing import Any

import pytest

from sessions_app import checks
from sessions_app.engine.stt.engines.moonshine import MoonshineRecogniser


def with_voice(settings: Any, **changes: Any) -> None:
    settings.VOICE = {**settings.VOICE, **changes}


def test_what_ships_passes() -> None:
    assert not checks.backends()
    assert not checks.lanes_folder()
    assert not checks.libopus()


def test_without_the_embedded_engines_wheel_it_starts_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(MoonshineRecogniser, "package", "no_such_package")
    monkeypatch.setattr("sessions_app.engine.stt.engines.moonshine.folder", lambda: None)
    assert not checks.backends()


@pytest.mark.parametrize(
    "path", ["nowhere.Recogniser", "sessions_app.engine.stt.engines.null.Absent", "x", ""]
)
def test_a_backend_that_does_not_load_is_named(settings: Any, path: str) -> None:
    with_voice(settings, VADS={"default": {"BACKEND": path}})
    (error,) = checks.backends()
    assert error.id == "voice.E002"
    assert "VOICE['VADS']['default']" in error.msg
    assert repr(path) in error.msg


def test_an_option_that_a_backend_has_not_is_named(settings: Any) -> None:
    path = "sessions_app.engine.summaries.extractive.ExtractiveSummariser"
    with_voice(settings, SUMMARISERS={"default": {"BACKEND": path, "OPTIONS": {"length": 3}}})
    (error,) = checks.backends()
    assert "VOICE['SUMMARISERS']['default']" in error.msg
    assert "length" in error.msg


def test_a_missing_kind_is_named(settings: Any) -> None:
    settings.VOICE = {k: v for k, v in settings.VOICE.items() if k != "ENDPOINTERS"}
    (error,) = checks.backends()
    assert (error.id, "ENDPOINTERS" in error.msg) == ("voice.E001", True)


def test_a_missing_default_is_named(settings: Any) -> None:
    with_voice(settings, SUMMARISERS={})
    (error,) = checks.backends()
    assert error.id == "voice.E001"


@pytest.mark.parametrize(("name", "ids"), [("thorough", []), ("", []), ("nobody", ["voice.E005"])])
def test_a_second_pass_by_nobody_is_named(settings: Any, name: str, ids: list[str]) -> None:
    with_voice(settings, SECOND_PASS=[name, "thorough"] if name else [])
    assert [error.id for error in checks.second_pass()] == ids


@pytest.mark.parametrize(
    ("role", "files", "named"),
    [("all", 20_000, ""), ("all", 1_024, ""), ("media", 500, "25 calls"), ("web", 500, "")],
)
def test_too_few_open_files_are_named(
    settings: Any, monkeypatch: pytest.MonkeyPatch, role: str, files: int, named: str
) -> None:
    with_voice(settings, ROLE=role, MAX_CALLS=50)
    monkeypatch.setattr(checks, "most_allowed", lambda: files)
    told = " ".join(warning.msg for warning in checks.open_files())
    assert named in told
    assert bool(told) == bool(named)


def test_a_lanes_folder_that_is_a_file_is_named(settings: Any, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with_voice(settings, LANES_DIR=str(tmp_path / "file" / "lanes"))
    (error,) = checks.lanes_folder()
    assert "VOICE_LANES_DIR" in (error.hint or "")


def test_a_public_server_with_a_private_channel_layer_is_warned(settings: Any) -> None:
    settings.CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
    settings.PUBLIC_URL = "https://voice.example.com"
    (warning,) = checks.shared_channel_layer()
    assert warning.id == "voice.W001"


@pytest.mark.parametrize(
    ("public", "trusted", "ids"),
    [
        ("https://voice.example.com", 0, ["voice.W003"]),
        ("https://voice.example.com", 1, []),
        ("", 0, []),
    ],
)
def test_a_public_server_that_counts_no_proxy_is_warned(
    settings: Any, public: str, trusted: int, ids: list[str]
) -> None:
    settings.PUBLIC_URL = public
    with_voice(settings, TRUSTED_PROXIES=trusted)
    assert [warning.id for warning in checks.proxies()] == ids


@pytest.mark.parametrize(
    ("public", "host", "ids"),
    [
        ("", "mail.example.org", ["voice.W007"]),
        ("https://voice.example.com", "mail.example.org", []),
        ("", "", []),
    ],
)
def test_mail_whose_links_lead_to_this_machine_is_warned_of(
    settings: Any, public: str, host: str, ids: list[str]
) -> None:
    settings.PUBLIC_URL = public
    server = {**settings.VOICE["MAIL"], "HOST": host, "FROM": "voice@example.org"}
    with_voice(settings, MAIL=server)
    assert [warning.id for warning in checks.links_in_mail()] == ids


@pytest.mark.parametrize(
    ("public", "hsts", "ids"),
    [
        ("https://voice.example.com", (0, False, False), ["voice.W005"]),
        ("https://voice.example.com", (3600, False, False), []),
        ("https://voice.example.com", (3600, True, False), []),
        ("https://voice.example.com", (31_536_000, True, True), []),
        ("https://voice.example.com", (3600, True, True), ["voice.W006"]),
        ("https://voice.example.com", (31_536_000, False, True), ["voice.W006"]),
        ("https://voice.example.com", (0, True, True), ["voice.W006"]),
        ("https://voice.example.com", (-1, False, False), ["voice.E006"]),
        ("http://voice.example.com", (0, False, False), []),
        ("", (0, False, False), []),
    ],
)
def test_strict_transport_is_a_choice_that_must_make_sense(
    settings: Any, public: str, hsts: tuple[int, bool, bool], ids: list[str]
) -> None:
    settings.PUBLIC_URL = public
    settings.SECURE_HSTS_SECONDS, settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = hsts[:2]
    settings.SECURE_HSTS_PRELOAD = hsts[2]
    assert [found.id for found in checks.strict_transport()] == ids


def test_what_owners_are_shown_of_reviews_has_names(settings: Any) -> None:
    with_voice(settings, REVIEW_FOR_OWNER=["comments", "everything"])
    (error,) = checks.review_for_owner()
    assert (error.id, "'everything'" in error.msg) == ("voice.E007", True)
