"""Rate limit of requests per client, checked before the application sees them."""

import time

from sessions_app.engine.core.addresses import network_of
from sessions_app.engine.core.rates import Allowances

BURST_S = 5.0
"""A burst may have the requests of this many seconds: a page loads scripts, images and audio."""

MOST_KEPT = 10_000
"""Clients that are counted; beyond that the oldest are forgotten."""


class Pace:
    """Counts requests, including WebSocket handshakes, by client; one per process.

    `each_minute` is the limit per IPv4 address or IPv6 /64 network; 0 for none. Django needs some
    milliseconds even to refuse a request: in a process that carries calls, a client in a tight
    loop would disturb the audio of all.
    """

    def __init__(self, each_minute: int) -> None:
        self._each_minute = each_minute
        self._used = Allowances(MOST_KEPT)

    def wait_s(self, address: str) -> float:
        """Counts a request of `address` and returns 0.0, or the seconds until one is allowed.

        Clients without an address, over a Unix socket, have no limit.
        """
        name = network_of(address)
        if not self._each_minute or not name:
            return 0.0
        at_once = self._each_minute * BURST_S / 60
        return self._used.of(name, at_once, BURST_S).take(time.monotonic())
