"""Finds and checks the files in hibari's wheel."""

import hashlib
from importlib.util import find_spec
from pathlib import Path

PACKAGE, VERSION = "hibari", "0.2.1"
INSTALL = f"pip install hibari-tts=={VERSION}"

FILES = {
    "hibari.onnx": "5f70741d4e900f4e85d0037498736cc1b3e1b9a63a13546a5da1e63abf4fccd8",
    "lexicon_us_gold.json.gz": "63ae94f8ef0e906d5b24fe9b59ffcbd1529aca5686a774610e43973cbaa86ad2",
    "lexicon_us_silver.json.gz": "c4c2546ebf1eb07010331e7ef785a431aa17ba8e7bfb6b4af8d654ee96a71fd3",
    "normalize.json": "d478ff05404bc43ac3e0468e306674e51085f1b1afc94cdef7c7ea4fb0d56bd8",
    "oov.json": "b462e6e5dbdf0e7346c732385d0dd844f612f1770871441c56932bff4ca75d8c",
    "oov.onnx": "d3cfd8122c5f172a98c8de38268bf1213ee09f2c2ae4df6e055fc6532590fe76",
    "tagger.json.gz": "d2da7502284bbbe45d49e0b7ce3ce67bdab82254150f4317f1b8559b4d38d0eb",
    "tokenizer_exceptions.json": "ddf3a3da07bdcf5144270ea4530191d8580fb4fd6f5ae93296e87916e795659a",
    "vocab.json": "70abefbe8a1c8865e43e0a43bbdc25b91a33e4aa053479d443ccf23e20a59e5d",
}
"""The SHA-256 of each file of the package's `assets` that is read."""


class UnusableError(Exception):
    """hibari cannot run here; the message says why, for the log."""


def assets() -> Path:
    """Returns the folder of the files, after checking their hashes. Does not import the package.

    Raises UnusableError where the package or one of its files is missing, damaged or of another
    version.
    """
    spec = find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise UnusableError(f"hibari is not installed: {INSTALL}")
    folder = Path(spec.origin).parent / "assets"
    for name, wanted in FILES.items():
        try:
            found = hashlib.sha256((folder / name).read_bytes()).hexdigest()
        except OSError as error:
            raise UnusableError(f"hibari lacks its file {name}. Install it again.") from error
        if found != wanted:
            raise UnusableError(
                f"hibari's file {name} is damaged, or not of version {VERSION}. Install it again."
            )
    return folder
