"""`manage.py doctor` of a product that runs: everything that is set works."""

import json

from tests.fixtures.server import Product, wait_until

UNSET = {"channels", "turn", "public address", "certificates", "model", "mail"}


def test_a_running_product_is_well(product: Product) -> None:
    wait_until(lambda: product.json("/readyz")["status"] == "ok", 30, "signs of life")
    told = json.loads(product.manage("doctor", "--json", "--time-server", ""))
    states = {one["name"]: one["state"] for one in told}
    assert {name for name, state in states.items() if state == "not set"} == UNSET
    assert {name for name, state in states.items() if state == "not checked"} == {"udp", "clock"}
    assert {state for name, state in states.items()} <= {"ok", "not set", "not checked"}, told
