"""Which addresses count as one."""

import pytest

from sessions_app.engine.core.addresses import is_this_machine, network_of


@pytest.mark.parametrize(
    ("address", "counts_as"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("2001:DB8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
        ("192.0.2.7:4711", ""),
        ("unknown", ""),
    ],
)
def test_a_network_counts_as_one(address: str, counts_as: str) -> None:
    assert network_of(address) == counts_as


@pytest.mark.parametrize(
    ("address", "is_here"),
    [
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("::ffff:127.0.0.1", True),
        ("::2", False),
        ("192.0.2.7", False),
        ("", False),
    ],
)
def test_what_never_leaves_the_machine_is_known(address: str, is_here: bool) -> None:
    assert is_this_machine(address) == is_here
