"""ICE: the aioice connection of a transport, checking that its client is alive, local sockets."""

import asyncio
import contextlib
import random
from collections.abc import Callable
from typing import Any

import aioice.ice
from aioice import stun

from sessions_app.engine.rtc.aiortc_compat import guard

LOOPBACK = "127.0.0.1"

COMPONENT = 1
"""RTP and RTCP share one port here, so that there is one ICE component."""

REPEATS = 2
"""Retransmissions of a consent check, 0.5 s and 1.5 s after the first.

Lower misses clients whose network loses packets; higher takes longer to notice that one has left.
"""

_CONNECTION = "aiortc.RTCIceTransport._connection"
_CREDENTIALS = ("aioice.Connection._local_username", "aioice.Connection._local_password")
_CONSENT = (
    "aioice.Connection._nominated",
    "aioice.Connection.build_request",
    "aioice.Connection.remote_password",
    "aioice.StunProtocol.request",
)

Method = Callable[..., Any]
Wrap = Callable[[Method], Method]

_find_addresses: Callable[..., list[str]] = aioice.ice.get_host_addresses


# -- one transport ---------------------------------------------------------------------------


def ice_connection(dtls: Any) -> Any:
    """Returns the aioice connection below a DTLS transport."""
    return dtls.transport._connection


def use_credentials(dtls: Any, user: str, password: str) -> None:
    """Sets the ICE user fragment and password of a transport that has not gathered yet.

    aiortc has no parameter for them, and aioice chooses random ones. If an installed version lacks
    the attributes, those stay.
    """
    if guard.has(_CONNECTION, *_CREDENTIALS):
        connection = ice_connection(dtls)
        connection._local_username, connection._local_password = user, password


def wrap_incoming(dtls: Any, wrap: Wrap) -> None:
    """Wraps the methods that receive the client's datagrams: ICE checks, and everything else.

    A muted client may send only consent checks (RFC 7675), which aiortc does not report. Each
    method is replaced by `wrap(method)`; a missing one is left alone. Datagrams that `media`
    takes go past them.
    """
    for name in ("request_received", "data_received"):
        _wrap(dtls, name, wrap)


def wrap_gathering(dtls: Any, wrap: Wrap) -> None:
    """Wraps the coroutine that gathers candidates, which takes a `timeout` in seconds.

    aioice waits 5 s for a STUN server that does not answer, and aiortc passes no other time-out.
    """
    _wrap(dtls, "get_component_candidates", wrap)


def _wrap(dtls: Any, name: str, wrap: Wrap) -> None:
    if guard.has(_CONNECTION, f"aioice.Connection.{name}"):
        connection = ice_connection(dtls)
        setattr(connection, name, wrap(getattr(connection, name)))


async def is_alive(dtls: Any) -> bool:
    """Sends the client a consent check (RFC 7675); returns within 4 s whether it answered.

    It is a STUN binding request, whose answer is signed. aioice's own checks take half a minute to
    notice that a client has left. Returns False before a pair is nominated, and where an installed
    version lacks what this needs.
    """
    if not guard.has(_CONNECTION, *_CONSENT):
        return False
    connection = ice_connection(dtls)
    pair = connection._nominated.get(COMPONENT)
    if pair is None or connection.remote_password is None:
        return False
    try:
        await pair.protocol.request(
            connection.build_request(pair, nominate=False),
            pair.remote_addr,
            integrity_key=connection.remote_password.encode(),
            retransmissions=REPEATS,
        )
    except (stun.TransactionError, OSError, AttributeError):  # the last from a closed socket
        return False
    return True


# -- this process ----------------------------------------------------------------------------


def offer_loopback() -> None:
    """Makes this process offer a candidate for 127.0.0.1 beside its other addresses.

    aioice leaves loopback out, so a machine without a network would offer no candidate at all.
    For installations whose browser runs on the same machine.
    """

    def with_loopback(use_ipv4: bool, use_ipv6: bool) -> list[str]:
        found = list(_find_addresses(use_ipv4, use_ipv6))
        return found if LOOPBACK in found else [*found, LOOPBACK]

    aioice.ice.get_host_addresses = with_loopback


def limit_ports(first: int, last: int) -> None:
    """Makes this process bind its UDP sockets for media to ports `first` to `last`.

    aioice binds port 0. `asyncio` is replaced in aioice's module alone; if every port of the range
    is in use, the call gets no candidate of that address.
    """
    vars(aioice.ice)["asyncio"] = _Asyncio(first, last)


class _Asyncio:
    """Stands in for the module asyncio in aioice."""

    def __init__(self, first: int, last: int) -> None:
        self._ports = range(first, last + 1)

    def __getattr__(self, name: str) -> Any:
        return getattr(asyncio, name)

    def get_running_loop(self) -> "_Loop":
        return _Loop(asyncio.get_running_loop(), self._ports)


class _Loop:
    """The running loop, except that its UDP sockets get ports of a range."""

    def __init__(self, loop: Any, ports: range) -> None:
        self._loop = loop
        self._ports = ports

    def __getattr__(self, name: str) -> Any:
        return getattr(self._loop, name)

    async def create_datagram_endpoint(self, factory: Any, **options: Any) -> Any:
        address = options.get("local_addr")
        if address is None or address[1] != 0:
            return await self._loop.create_datagram_endpoint(factory, **options)
        start = random.randrange(len(self._ports))
        for step in range(len(self._ports)):
            port = self._ports[(start + step) % len(self._ports)]
            bound = options | {"local_addr": (address[0], port)}
            with contextlib.suppress(OSError):
                return await self._loop.create_datagram_endpoint(factory, **bound)
        raise OSError(f"every UDP port from {self._ports[0]} to {self._ports[-1]} is taken")
