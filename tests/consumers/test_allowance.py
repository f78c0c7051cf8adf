"""How many sockets an address may have."""

from typing import Any

import pytest

from sessions_app.consumers import allowance
from sessions_app.engine.core.errors import BusyError


def test_all_addresses_of_one_customers_network_count_as_one(settings: Any) -> None:
    settings.VOICE = {**settings.VOICE, "SOCKETS_PER_ADDRESS": 2}
    places = [allowance.for_address(f"2001:db8::{number}") for number in (1, 2)]
    with pytest.raises(BusyError, match="Your address"):
        allowance.for_address("2001:db8::3")
    places.append(allowance.for_address("2001:db8:0:1::3"))
    for place in places:
        place.give_back()
    allowance.for_address("2001:db8::3").give_back()
