"""How many requests a client may send: looked at before anything of one reaches the application."""

import time
from collections import OrderedDict

from sessions_app.engine.core.addresses import network_of
from sessions_app.engine.core.rates import Allowance

BURST_S = 5.0
"""Requests of so many seconds may come at once: a page brings its scripts, pictures and sound."""

MOST_KEPT = 10_000
"""Clients that are remembered; the oldest make room."""


class Pace:
    """Counts requests by client, WebSocket handshakes among them; one a process.

    `each_minute` is how many an IPv4 address, or an IPv6 network of 64 bits, may send; 0 for any
    number. Django takes some milliseconds even for what it refuses: in a process that carries
    calls, a client in a tight loop would be heard in all of them.
    """

    def __init__(self, each_minute: int) -> None:
        self._each_minute = each_minute
        self._used: OrderedDict[str, Allowance] = OrderedDict()

    def wait_s(self, address: str) -> float:
        """Counts a request of `address`, and returns 0.0; or else after how long to come again.

        Nothing is counted for what is no address: who calls over a Unix socket.
        """
        name = network_of(address)
        if not self._each_minute or not name:
            return 0.0
        at_once = self._each_minute * BURST_S / 60
        allowance = self._used.setdefault(name, Allowance(at_once, BURST_S))
        self._used.move_to_end(name)
        while len(self._used) > MOST_KEPT:
            self._used.popitem(last=False)
        return allowance.take(time.monotonic())
