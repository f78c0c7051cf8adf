"""A model that is to be had over HTTP."""

from collections.abc import Iterator

import pytest

from tests.model_files.shelf import Shelf, served, zipped


@pytest.fixture
def shelf() -> Iterator[Shelf]:
    """A server of one small model's archive."""
    with served() as server:
        files = {"conf/model.conf": b"--beam=10", "am/final.mdl": b"", "README": b"x" * 9_000}
        server.body = zipped({f"model-1/{name}": body for name, body in files.items()})
        yield server
