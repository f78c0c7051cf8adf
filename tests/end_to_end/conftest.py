"""A running product and something to say to it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.fixtures.server import Product
from tests.fixtures.speech import speak


@pytest.fixture(scope="session")
def speech_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("speech")


@pytest.fixture(scope="session")
def say(speech_folder: Path) -> Callable[..., Path]:
    """Makes a WAV of a sentence."""

    def make(text: str, *, lead_s: float = 0.0, tail_s: float = 0.0) -> Path:
        return speak(speech_folder, text, lead_s=lead_s, tail_s=tail_s)

    return make


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """A whole embedded product that is not killed."""
    product = Product(tmp_path_factory.mktemp("product"))
    product.prepare()
    try:
        product.start()
        yield product
    finally:
        product.stop()


@pytest.fixture
def own_product(tmp_path: Path) -> Iterator[Product]:
    """A product that the test may kill; nothing runs yet."""
    product = Product(tmp_path / "var")
    product.var.mkdir()
    product.prepare()
    try:
        yield product
    finally:
        product.stop()
