"""Limits on the number of connections, in total and per client."""

import logging
import time
from collections import Counter
from typing import Any

from twisted.internet.protocol import Protocol

from sessions_app.engine.core.addresses import is_this_machine, network_of
from sessions_app.server.http.refusals import Refusal, answer

log = logging.getLogger("voicesite.serve")

MOST_WAITING_BYTES = 64 << 20
"""Bytes that all incomplete bodies together may have."""

WARN_EACH_S = 60.0
"""At most one warning in this time: more would let strangers fill the log."""

FULL = Refusal(
    503,
    "too_many_connections",
    "There are too many connections. Close some, or try again later.",
    retry_after_s=5,
)


class Connections:
    """Counts the connections of a process; at most `most` at once.

    `each` is the limit per network address, 0 for none. The machine itself has no limit, since
    proxies and our own processes connect from there. If all are in use, a new connection replaces
    the one that has waited longest without a complete request; calls are never dropped.
    """

    def __init__(self, most: int, each: int) -> None:
        self._most = most
        self._each = each
        self._open: dict[Any, str] = {}
        self._of: Counter[str] = Counter()
        self._waiting: dict[Any, None] = {}  # the oldest first
        self._held = 0
        self._warned_at = -WARN_EACH_S

    def __len__(self) -> int:
        return len(self._open)

    def admits(self, host: str | None) -> bool:
        """Returns whether `host` (None: a Unix socket) may open one more connection."""
        group = group_of(host)
        if group and self._each and self._of[group] >= self._each:
            self._warn("one address has more than %d connections", self._each)
            return False
        if len(self._open) < self._most:
            return True
        self._warn("all %d connections are taken", self._most)
        if not self._waiting:
            return False
        oldest = next(iter(self._waiting))
        self.remove(oldest)
        oldest.abortConnection()
        return True

    def add(self, transport: Any) -> None:
        """Counts a new connection, which waits for its first request."""
        group = group_of(getattr(transport.getPeer(), "host", None))
        self._open[transport] = group
        self._of[group] += 1
        self._waiting[transport] = None

    def remove(self, transport: Any) -> None:
        """Removes a closed connection."""
        self._waiting.pop(transport, None)
        group = self._open.pop(transport, None)
        if group is not None:
            self._of[group] -= 1
            if not self._of[group]:
                del self._of[group]

    def waits(self, transport: Any) -> None:
        """Marks a connection as idle: it may be dropped for a new one."""
        if transport in self._open:
            self._waiting[transport] = None

    def works(self, transport: Any) -> None:
        """Marks a connection as busy with a complete request: it is not dropped."""
        self._waiting.pop(transport, None)

    def hold(self, size: int) -> bool:
        """Counts bytes of an incomplete body; returns whether they fit the limit."""
        self._held += size
        return self._held <= MOST_WAITING_BYTES

    def release(self, size: int) -> None:
        """Subtracts bytes of a body that is complete or was dropped."""
        self._held -= size

    def _warn(self, text: str, *values: object) -> None:
        now = time.monotonic()
        if now - self._warned_at >= WARN_EACH_S:  # strangers must not fill the log
            self._warned_at = now
            log.warning(text, *values)


def group_of(host: str | None) -> str:
    """Returns the client a connection counts for: an IPv4 address, or an IPv6 /64 network.

    Empty if there is no limit: for this machine, and without an address.
    """
    address = host or ""
    return "" if is_this_machine(address) else network_of(address)


class Refused(Protocol):
    """A connection over the limit, which gets an error and is closed."""

    def connectionMade(self) -> None:  # noqa: N802 - Twisted's name
        transport: Any = self.transport
        transport.write(answer(FULL, "/"))
        transport.loseConnection()
