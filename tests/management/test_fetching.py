"""Models are fetched whole, once, and only what was fetched at first."""

import hashlib
import io
import json
import os
import tarfile
import threading
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import StringIO
from pathlib import Path
from typing import Any

import environ
import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.core.management.base import CommandError

from sessions_app.management.commands.fetch_model import PACKAGES
from sessions_app.management.fetching import KNOWN, FetchError, fetch, use
from voicesite.reading import defaults_from
from voicesite.voice import voice


class Shelf(ThreadingHTTPServer):
    """Serves `body`, and breaks off after `cut` bytes where that is told."""

    body = b""
    cut: int | None = None
    asked: list[str | None]
    ranges = True


class Handler(BaseHTTPRequestHandler):
    server: Shelf

    def do_GET(self) -> None:
        shelf = self.server
        wanted = self.headers.get("Range") if shelf.ranges else None
        shelf.asked.append(wanted)
        start = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted else 0
        if wanted and start >= len(shelf.body):
            self.send_error(416)
            return
        self.send_response(206 if wanted else 200)
        self.send_header("Content-Length", str(len(shelf.body) - start))
        self.end_headers()
        self.wfile.write(shelf.body[start : shelf.cut])

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base's name
        return


@pytest.fixture
def shelf() -> Iterator[Shelf]:
    server = Shelf(("127.0.0.1", 0), Handler)
    server.asked = []
    server.body = zipped({"model-1/conf/model.conf": b"--beam=10", "model-1/README": b"x" * 9_000})
    serving = threading.Thread(target=server.serve_forever)
    serving.start()
    yield server
    server.shutdown()
    serving.join()
    server.server_close()


def zipped(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, body in files.items():
            archive.writestr(name, body)
    return out.getvalue()


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
    with pytest.raises(FetchError, match="What came so far is kept"):
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
    with pytest.raises(FetchError, match="not the file that was fetched"):
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
    assert all(name in out.getvalue() for name in KNOWN)
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
    out = StringIO()
    call_command("fetch_model", address(shelf), folder=tmp_path, use="vosk", stdout=out)
    assert kept.read_text().splitlines() == [
        "PORT=8001",
        "VOICE_RECOGNISER=vosk",
        f"VOSK_MODEL={tmp_path / 'model-1'}",
    ]
    assert "pip install vosk" in out.getvalue()
    monkeypatch.setattr(os, "environ", {"PORT": "9000"})
    monkeypatch.setattr(environ.Env, "ENVIRON", os.environ)
    defaults_from(kept)
    entries = voice(tmp_path, "UTC")["RECOGNISERS"]
    assert entries["default"] == {"SAME_AS": "vosk"}
    assert entries["vosk"]["OPTIONS"]["model"] == str(tmp_path / "model-1")
    assert os.environ["PORT"] == "9000"


def test_whisper_is_for_second_passes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use("whisper", tmp_path / "model", tmp_path / "settings.env")
    monkeypatch.setenv("VOICE_SECOND_PASS", "whisper")
    monkeypatch.setenv("WHISPER_MODEL", str(tmp_path / "model"))
    made = voice(tmp_path, "UTC")
    assert made["SECOND_PASS"] in made["RECOGNISERS"]
    assert (tmp_path / "settings.env").read_text().startswith("VOICE_SECOND_PASS=whisper")


def test_an_unknown_model_needs_an_engine(shelf: Shelf, tmp_path: Path, settings: Any) -> None:
    settings.VAR_DIR = tmp_path
    with pytest.raises(CommandError, match="--use vosk"):
        call_command("fetch_model", address(shelf), folder=tmp_path, use="", stdout=StringIO())
    assert not (tmp_path / "settings.env").exists()


@pytest.mark.parametrize("chosen", ["vosk", "sherpa"])
def test_an_engine_without_a_model_says_what_it_needs(
    chosen: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VOICE_RECOGNISER", chosen)
    with pytest.raises(ImproperlyConfigured, match=f"{chosen.upper()}_MODEL"):
        voice(tmp_path, "UTC")


def test_every_named_model_has_an_engine_here() -> None:
    assert {known.engine for known in KNOWN.values()} <= set(PACKAGES)
