"""The worker and what a crash left in the folder of its broker."""

import pytest

from tests.fixtures.server import Product, wait_until
from tests.test_broker import BROKEN, left_in


@pytest.mark.timeout(120)
def test_a_worker_that_finds_broken_files_goes_on(own_product: Product) -> None:
    """What a crash left is in the folder when the worker starts, and comes while it works."""
    own_product.prepare()
    broker_folder = own_product.var / "broker"
    queue, control = broker_folder / "queue", broker_folder / "control"
    for path in (queue, control):
        path.mkdir(parents=True, exist_ok=True)
    for table in ("celery", "celery.pidbox", "reply.celery.pidbox"):
        (control / f"{table}.exchange").write_text('[["cel')
    for number, content in enumerate(BROKEN.values()):
        (queue / f"{number}_before.celery.msg").write_bytes(content)
    own_product.start("web", "worker", "beat")
    aside = broker_folder / "broken"
    wait_until(lambda: aside.is_dir() and len(left_in(aside)) == len(BROKEN), 30, "the first")
    for number, content in enumerate(BROKEN.values()):
        (queue / f"{number}_during.celery.msg").write_bytes(content)
    wait_until(lambda: len(left_in(aside)) == 2 * len(BROKEN), 30, "the others")
    # whole ones are taken as before
    wait_until(lambda: not left_in(queue), 30, "the work")
    assert own_product.processes["worker"].poll() is None
    assert "0_before.celery.msg is broken" in log_of(own_product, "worker")


def log_of(product: Product, name: str) -> str:
    return (product.var / "test-logs" / f"{name}.log").read_text()
