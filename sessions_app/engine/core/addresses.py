"""What of a network address counts: limits are for who has it, and a customer has many. Pure."""

import ipaddress

NETWORK_BITS = 64
"""The first bits of an IPv6 address that one customer has; all addresses behind them are theirs."""


def network_of(address: str) -> str:
    """Returns what an address counts as: itself, or the network of an IPv6 address.

    An IPv4 address that is written as one of IPv6 counts as itself. Empty for what is no address.
    """
    found = _read(address)
    if isinstance(found, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((int(found), NETWORK_BITS), strict=False))
    return "" if found is None else str(found)


def is_this_machine(address: str) -> bool:
    """Returns whether an address never leaves the machine."""
    found = _read(address)
    return found is not None and found.is_loopback


def _read(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return mapped or found
