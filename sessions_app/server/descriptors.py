"""The limit on open files and sockets, and how many calls and connections it allows."""

import logging
import resource
from dataclasses import dataclass

log = logging.getLogger("voicesite.serve")

ENOUGH = 65_536
"""Open files that are asked for where the system sets no limit."""

OWN = 100
"""File descriptors of the process itself: database, log, broker, worker processes."""

PER_CALL = 12
"""Descriptors of a call: its connection, UDP sockets (one per interface, two with TURN), files."""

LEAST_CONNECTIONS = 100
"""Connections that are kept free for pages and requests, however many calls there are."""


@dataclass(frozen=True, slots=True)
class Descriptors:
    """How a process of one role divides its limit on open files."""

    limit: int
    role: str
    most_calls: int

    @property
    def calls(self) -> int:
        """The number of calls that fit, up to `most_calls`; 0 in a web process."""
        if self.role == "web":
            return 0
        free = self.limit - OWN - LEAST_CONNECTIONS
        return max(0, min(self.most_calls, free // PER_CALL))

    @property
    def connections(self) -> int:
        """The number of connections that leave enough descriptors for calls."""
        free = self.limit - OWN - self.calls * PER_CALL
        relayed = 2 if self.role == "web" else 1  # a second connection leads to a media process
        return max(LEAST_CONNECTIONS, free) // relayed


def most_allowed() -> int:
    """Returns the highest limit this process may set, 65 536 at most."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    return ENOUGH if hard == resource.RLIM_INFINITY else min(hard, ENOUGH)


def raise_limit() -> int:
    """Raises the limit on open files as far as allowed; returns the new limit."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = most_allowed()
    if soft != resource.RLIM_INFINITY and soft < wanted:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        except (ValueError, OSError) as error:  # some systems allow less than they report
            log.warning("the limit on open files stays at %d (%s)", soft, type(error).__name__)
            return soft
    return wanted


def prepared(role: str, most_calls: int) -> Descriptors:
    """Raises the limit on open files, and logs what it allows."""
    found = Descriptors(raise_limit(), role, most_calls)
    log.info(
        "%d files may be open: %d connections and %d calls",
        found.limit,
        found.connections,
        found.calls,
    )
    if role != "web" and found.calls < most_calls:
        log.warning(
            "the limit on open files is enough for %d calls, not for %d: raise it (ulimit -Hn, "
            "LimitNOFILE= of systemd) or set VOICE_MAX_CALLS=%d",
            found.calls,
            most_calls,
            found.calls,
        )
    return found
