"""Browsers talk to a whole running product."""

import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.end_to_end.conftest import fresh_product, own_product, product
from tests.fixtures.chromium import chromium
from tests.fixtures.server import Product

__all__ = ["fresh_product", "own_product", "product"]

FILL = "from tests.browser.page_rows import main; main({audio!r})"
TONES = ("-f", "lavfi", "-i", "sine=frequency=330:duration=9", "-ac", "2", "-c:a", "libopus")


@dataclass(frozen=True)
class Filled:
    """A web server whose database holds what pages can show; nobody works on it behind."""

    product: Product
    told: dict[str, Any]
    """What `page_rows.main` told of the rows."""

    @property
    def url(self) -> str:
        return self.product.url

    def call(self, name: str) -> str:
        """Returns the public id of one of the calls."""
        return str(self.told["calls"][name]["id"])


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filled]:
    """One server for all tests that only look at pages."""
    audio = tmp_path_factory.mktemp("audio") / "call.ogg"
    subprocess.run(["ffmpeg", "-v", "error", *TONES, str(audio)], check=True, timeout=30)
    product = Product(tmp_path_factory.mktemp("filled"))
    product.prepare()
    code = FILL.format(audio=str(audio))
    told = product.manage("shell", "-v", "0", "-c", code)
    with product.running("web"):
        yield Filled(product, json.loads(told[told.index("{") :]))


@pytest.fixture(scope="module")
def looking() -> Iterator[Browser]:
    """A browser with a microphone that hums."""
    with chromium() as browser:
        yield browser
