"""Fetches models: from an address or a file, resumed where it broke off, checked, unpacked."""

import hashlib
import json
import shutil
import tarfile
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

PIECE = 1 << 18
TIMEOUT_S = 30.0
PARTIAL_CONTENT, RANGE_NOT_SATISFIABLE = 206, 416
CHECKSUMS = "checksums.json"

Progress = Callable[[int, int | None], None]
"""Told how many bytes are there, and of how many; None where the server does not say."""


class FetchError(Exception):
    """A model that cannot be had; the message says what to do."""


@dataclass(frozen=True, slots=True)
class KnownModel:
    """A model that has a name here."""

    url: str
    note: str
    engine: str


KNOWN = {
    "vosk-en-small": KnownModel(
        "https://alphacephei.com/vosk/models/vosk-model-small-en-us-0.15.zip",
        "vosk, English, 40 MB: quick, for commands and clear speech",
        "vosk",
    ),
    "vosk-en": KnownModel(
        "https://alphacephei.com/vosk/models/vosk-model-en-us-0.22-lgraph.zip",
        "vosk, English, 128 MB",
        "vosk",
    ),
    "sherpa-en": KnownModel(
        "https://github.com/k2-fsa/sherpa-onnx/releases/download/asr-models/"
        "sherpa-onnx-streaming-zipformer-en-2023-06-26.tar.bz2",
        "sherpa-onnx, English, streaming zipformer",
        "sherpa",
    ),
}


def fetch(source: str, folder: Path, progress: Progress = lambda _a, _b: None) -> Path:
    """Returns where the model lies, unpacked below `folder`.

    `source` is a name of KNOWN, an address, or a file that was brought by hand. What was
    fetched before is fetched anew only where it is incomplete. Raises FetchError.
    """
    folder.mkdir(parents=True, exist_ok=True)
    known = KNOWN.get(source)
    url = known.url if known is not None else source
    if urlsplit(url).scheme in ("http", "https"):
        archive = _downloaded(url, folder, progress)
    else:
        archive = Path(source)
        if not archive.is_file():
            names = ", ".join(KNOWN)
            raise FetchError(f"{source!r} is no file, no address and none of: {names}.")
    _check(url if archive.parent == folder / "downloads" else archive.name, archive, folder)
    return _unpacked(archive, folder)


def use(engine: str, model: Path, settings_file: Path) -> None:
    """Has the next start recognise with that engine and model; other lines of the file stay."""
    ours = {"VOICE_RECOGNISER": engine, f"{engine.upper()}_MODEL": str(model)}
    if engine == "whisper":  # it hears whole recordings, no live calls
        ours = {"VOICE_SECOND_PASS": engine, "WHISPER_MODEL": str(model)}
    there = settings_file.read_text().splitlines() if settings_file.exists() else []
    others = [line for line in there if line.partition("=")[0].strip() not in ours]
    lines = [*others, *(f"{name}={value}" for name, value in ours.items())]
    part = settings_file.with_name(settings_file.name + ".part")
    part.write_text("\n".join(lines) + "\n")
    part.replace(settings_file)


def _downloaded(url: str, folder: Path, progress: Progress) -> Path:
    name = PurePosixPath(urlsplit(url).path).name
    if not name:
        raise FetchError(f"{url} names no file.")
    downloads = folder / "downloads"
    downloads.mkdir(exist_ok=True)
    whole, part = downloads / name, downloads / f"{name}.part"
    if whole.exists():
        return whole
    try:
        _download(url, part, progress)
    except (OSError, urllib.error.URLError) as error:
        raise FetchError(
            f"{url} cannot be fetched ({error}). What came so far is kept; try again, or "
            f"download it by hand, put it at {whole}, and give that path to this command."
        ) from error
    part.rename(whole)
    return whole


def _download(url: str, part: Path, progress: Progress) -> None:
    """Appends to `part` until it is whole; raises OSError where the connection breaks."""
    there = part.stat().st_size if part.exists() else 0
    headers = {"Range": f"bytes={there}-"} if there else {}
    request = urllib.request.Request(url, headers=headers)  # noqa: S310 - the scheme was looked at
    try:
        answer = urllib.request.urlopen(request, timeout=TIMEOUT_S)  # nosec B310 # noqa: S310 - as above
    except urllib.error.HTTPError as error:
        if error.code == RANGE_NOT_SATISFIABLE and there:
            return  # nothing was missing
        raise
    with answer:
        resumed = answer.status == PARTIAL_CONTENT
        there = there if resumed else 0
        length = answer.headers.get("Content-Length")
        total = there + int(length) if length else None
        with part.open("ab" if resumed else "wb") as out:
            while piece := answer.read(PIECE):
                out.write(piece)
                there += len(piece)
                progress(there, total)
    if total is not None and there < total:
        raise ConnectionError(f"it broke off after {there} of {total} bytes")


def _check(source: str, archive: Path, folder: Path) -> None:
    """Keeps a file's checksum at the first fetch, and holds later ones to it."""
    ledger = folder / CHECKSUMS
    known: dict[str, str] = json.loads(ledger.read_text()) if ledger.exists() else {}
    with archive.open("rb") as opened:
        digest = hashlib.file_digest(opened, "sha256").hexdigest()
    expected = known.setdefault(source, digest)
    if expected != digest:
        raise FetchError(
            f"{archive} is not the file that was fetched from {source} at first: its SHA-256 is "
            f"{digest}, and {ledger} says {expected}. If it was changed on purpose, take that "
            "line out; else delete the file and fetch it again."
        )
    ledger.write_text(json.dumps(known, indent=1, sort_keys=True) + "\n")


def _unpacked(archive: Path, folder: Path) -> Path:
    """Returns the model's folder, or the file itself where it is no archive."""
    if not (zipfile.is_zipfile(archive) or tarfile.is_tarfile(archive)):
        target = folder / archive.name
        if target != archive:
            shutil.copyfile(archive, target)
        return target
    name = archive.name
    for ending in (".zip", ".tgz", ".gz", ".bz2", ".xz", ".tar"):
        name = name.removesuffix(ending)
    target, making = folder / name, folder / f"{name}.unpacking"
    shutil.rmtree(making, ignore_errors=True)
    try:
        _extract(archive, making)
    except (OSError, tarfile.TarError, zipfile.BadZipFile, ValueError) as error:
        raise FetchError(f"{archive} cannot be unpacked: {error}.") from error
    inner = list(making.iterdir())
    only = inner[0] if len(inner) == 1 and inner[0].is_dir() else making
    shutil.rmtree(target, ignore_errors=True)
    only.rename(target)
    shutil.rmtree(making, ignore_errors=True)
    return target


def _private(member: tarfile.TarInfo, folder: str) -> tarfile.TarInfo:
    """The "data" filter of PEP 706; files are this user's alone, whatever the archive says."""
    safe = tarfile.data_filter(member, folder)
    mode: int | None = safe.mode  # None for what is no file: then the umask decides
    return safe if mode is None else safe.replace(mode=mode & 0o700, deep=False)


def _extract(archive: Path, target: Path) -> None:
    """Unpacks; nothing outside `target` is written (tarfile's "data" filter; PEP 706)."""
    target.mkdir()
    if tarfile.is_tarfile(archive):
        with tarfile.open(archive) as opened:
            opened.extractall(target, filter=_private)  # nosec B202 # noqa: S202 - it holds "data"
        return
    with zipfile.ZipFile(archive) as zipped:
        for name in zipped.namelist():
            if not (target / name).resolve().is_relative_to(target.resolve()):
                raise ValueError(f"it would write outside its folder: {name[:100]!r}")
        zipped.extractall(target)  # nosec B202 # noqa: S202 - every name was looked at
