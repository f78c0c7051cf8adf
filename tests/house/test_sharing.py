"""A product that files share is the same one while it is fit, and a new one where it is not."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from subprocess import Popen
from typing import Any, cast

import pytest

from tests.fixtures import sharing
from tests.fixtures.server import Product, prepared_once
from tests.fixtures.sharing import Shared

VOSK = {"VOICE_VOSK_USER": "user"}


class Ended:
    """A process, or what became of it."""

    def __init__(self) -> None:
        self.code: int | None = None

    def poll(self) -> int | None:
        return self.code


class Stand(Product):
    """A product of which nothing runs."""

    def __init__(self, settings: Mapping[str, str]) -> None:
        self.settings = settings
        self.processes = {}
        self.calls, self.rows, self.stopped = 0, 0, 0

    def prepare(self) -> None:
        assert not self.processes

    def start(self, *names: str) -> None:
        for name in names or ("web", "worker", "beat"):
            self.processes[name] = cast("Popen[bytes]", Ended())

    def stop(self) -> None:
        self.stopped += 1

    def json(self, path: str, user: str = "user") -> Any:
        if path == "/readyz":
            return {"load": {"calls": self.calls}}
        assert user == "staff", "who sees all calls"
        return {"count": self.rows}


class House:
    """Files of tests, one after another, and how many tests failed."""

    def __init__(self) -> None:
        self.failures = 0
        self.shared = Shared(Stand)

    def file(self, settings: Mapping[str, str] | None = None, *, fails: int = 0) -> Stand:
        """Returns the product that it had."""
        with self.shared.lent(settings or {}, lambda: self.failures) as product:
            self.failures += fails
            return cast("Stand", product)


@pytest.fixture
def house(monkeypatch: pytest.MonkeyPatch) -> House:
    monkeypatch.setattr(sharing, "OVER_S", 0.2)
    return House()


def test_files_of_the_same_settings_have_the_same_product(house: House) -> None:
    usual, vosk = house.file(), house.file(VOSK)
    assert (house.file(), house.file(VOSK)) == (usual, vosk)
    assert usual is not vosk
    assert vosk.settings == sharing.UNLIMITED | VOSK
    house.shared.stop()
    assert (usual.stopped, vosk.stopped) == (1, 1)


def test_a_file_that_failed_leaves_nothing_to_the_next(house: House) -> None:
    house.failures = 3  # of other files
    first = house.file()
    second = house.file(fails=1)
    assert second is first
    assert first.stopped == 1
    assert house.file() is not first


def _dies(product: Stand) -> None:
    cast("Ended", product.processes["worker"]).code = -9


def _is_killed(product: Stand) -> None:
    product.processes.pop("web")


def _has_a_call(product: Stand) -> None:
    product.calls = 1


def _has_a_row_of_a_call(product: Stand) -> None:
    product.rows = 1


@pytest.mark.parametrize("hurt", [_dies, _is_killed, _has_a_call, _has_a_row_of_a_call])
def test_one_that_is_not_fit_is_stopped_and_replaced(house: House, hurt: Any) -> None:
    first = house.file()
    hurt(first)
    second = house.file()
    assert second is not first
    assert (first.stopped, second.stopped) == (1, 0)


def test_what_one_process_set_up_is_there_for_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up: list[Path] = []

    def note(product: Product) -> None:
        set_up.append(product.var)
        (product.var / "credentials.json").touch()

    monkeypatch.setattr(Product, "_set_up", note)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(prepared_once, [tmp_path / "prepared"] * 4))
    assert found == [tmp_path / "prepared"] * 4
    assert len(set_up) == 1
    assert (found[0] / "credentials.json").exists()
