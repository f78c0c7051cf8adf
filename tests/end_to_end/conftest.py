"""A running product."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fixtures.server import Product


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """A whole embedded product that is not killed."""
    with Product(tmp_path_factory.mktemp("product")).running() as product:
        yield product


@pytest.fixture
def own_product(tmp_path: Path) -> Iterator[Product]:
    """A product that the test may kill; nothing runs yet."""
    product = Product(tmp_path / "var")
    product.prepare()
    try:
        yield product
    finally:
        product.stop()
