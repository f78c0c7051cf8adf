"""The connections of a server: how many there may be, of whom, and which give way."""

import logging
import time
from collections import Counter
from typing import Any

from twisted.internet.protocol import Protocol

from sessions_app.engine.core.addresses import is_this_machine, network_of
from sessions_app.server.http.refusals import Refusal, answer

log = logging.getLogger("voicesite.serve")

MOST_WAITING_BYTES = 64 << 20
"""What all bodies together may hold that are not complete yet."""

TELL_EACH_S = 60.0

FULL = Refusal(
    503,
    "too_many_connections",
    "There are too many connections. Close some, or try again later.",
    retry_after_s=5,
)


class Connections:
    """Counts the connections of a process; no more than `most` at once.

    `each` is how many one network address may have, 0 for no limit. The machine itself has
    none, as proxies and our own processes call from there. Where all are taken, the connection
    that waits longest without a complete request gives way to a new one; calls never do.
    """

    def __init__(self, most: int, each: int) -> None:
        self._most = most
        self._each = each
        self._open: dict[Any, str] = {}
        self._of: Counter[str] = Counter()
        self._waiting: dict[Any, None] = {}  # the oldest first
        self._held = 0
        self._told_at = -TELL_EACH_S

    def __len__(self) -> int:
        return len(self._open)

    def admits(self, host: str | None) -> bool:
        """Returns whether one more from `host` (None: over a Unix socket) may be opened."""
        group = group_of(host)
        if group and self._each and self._of[group] >= self._each:
            self._tell("one address has more than %d connections", self._each)
            return False
        if len(self._open) < self._most:
            return True
        self._tell("all %d connections are taken", self._most)
        if not self._waiting:
            return False
        oldest = next(iter(self._waiting))
        self.remove(oldest)
        oldest.abortConnection()
        return True

    def add(self, transport: Any) -> None:
        """Counts a connection that was opened; its first request is awaited."""
        group = group_of(getattr(transport.getPeer(), "host", None))
        self._open[transport] = group
        self._of[group] += 1
        self._waiting[transport] = None

    def remove(self, transport: Any) -> None:
        """Forgets a connection that was closed."""
        self._waiting.pop(transport, None)
        group = self._open.pop(transport, None)
        if group is not None:
            self._of[group] -= 1
            if not self._of[group]:
                del self._of[group]

    def waits(self, transport: Any) -> None:
        """Says that nothing is under way on a connection: it may give way."""
        if transport in self._open:
            self._waiting[transport] = None

    def works(self, transport: Any) -> None:
        """Says that a connection's request is complete: it no longer gives way."""
        self._waiting.pop(transport, None)

    def hold(self, size: int) -> bool:
        """Counts bytes of a body that is not complete; returns whether there is room."""
        self._held += size
        return self._held <= MOST_WAITING_BYTES

    def release(self, size: int) -> None:
        """Uncounts bytes of a body that is complete, or was given up."""
        self._held -= size

    def _tell(self, text: str, *values: object) -> None:
        now = time.monotonic()
        if now - self._told_at >= TELL_EACH_S:  # strangers must not fill the log
            self._told_at = now
            log.warning(text, *values)


def group_of(host: str | None) -> str:
    """Returns whose a connection is: an IPv4 address, an IPv6 network of 64 bits.

    Empty for what is not limited: this machine, and what is no address.
    """
    address = host or ""
    return "" if is_this_machine(address) else network_of(address)


class Refused(Protocol):
    """A connection that is told that there are too many, and closed."""

    def connectionMade(self) -> None:  # noqa: N802 - Twisted's name
        transport: Any = self.transport
        transport.write(answer(FULL, "/"))
        transport.loseConnection()
