"""A running product."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fixtures.server import UNHEARD, Product
from tests.fixtures.sharing import Shared, own_settings


@pytest.fixture(scope="module")
def product(shared: Shared, request: pytest.FixtureRequest) -> Iterator[Product]:
    """A whole embedded product that is not killed: other files used it before.

    `pytestmark = pytest.mark.product(VOICE_VOSK_USER="user")` in a file gives it settings.
    """
    settings = own_settings(request.node)
    with shared.lent(settings, lambda: request.session.testsfailed) as product:
        yield product


@pytest.fixture(scope="module")
def fresh_product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """A whole embedded product of one file alone."""
    with Product(tmp_path_factory.mktemp("product")).running() as product:
        yield product


@pytest.fixture
def own_product(tmp_path: Path) -> Iterator[Product]:
    """A product that the test may kill, and whose agent nobody hears; nothing runs yet."""
    product = Product(tmp_path / "var", UNHEARD)
    product.prepare()
    try:
        yield product
    finally:
        product.stop()
