"""Finds the folder that an engine is given, in what a model's archive unpacks to."""

from collections.abc import Iterator
from pathlib import Path

from sessions_app.engine.stt.worker.blocking import sherpa, vosk, whisper
from sessions_app.engine.stt.worker.blocking.base import ModelError, find_files
from sessions_app.model_files.unpacking import FetchError

PARTS = {"vosk": vosk.PARTS, "sherpa": sherpa.PARTS, "whisper": whisper.PARTS}
"""The files that a model of each engine must have."""


def model_folder(path: Path, engine: str) -> Path:
    """Returns `path`, or the first folder below it that holds a model of the engine.

    A wheel has its model beside other files. Raises FetchError if nothing there is such a model:
    an engine without its model would keep the server from starting.
    """
    parts = PARTS.get(engine)
    if parts is None:
        return path
    for folder in _folders(path):
        try:
            find_files(folder, *parts)
        except ModelError:
            continue
        return folder
    raise FetchError(
        f"{path} is kept, but not used: it is no model of {engine}, which has {', '.join(parts)}."
    )


def _folders(path: Path) -> Iterator[Path]:
    if path.is_dir():
        yield path
        yield from sorted(below for below in path.rglob("*") if below.is_dir())
