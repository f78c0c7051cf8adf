"""A model that is to be had over HTTP."""

from collections.abc import Iterator

import pytest

from tests.model_files.shelf import Shelf, served, zipped


@pytest.fixture
def shelf() -> Iterator[Shelf]:
    """A server of one small model's archive."""
    with served() as server:
        files = {"model-1/conf/model.conf": b"--beam=10", "model-1/README": b"x" * 9_000}
        server.body = zipped(files)
        yield server
