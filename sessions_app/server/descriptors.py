"""How many files and sockets this process may have open, and what that is enough for."""

import logging
import resource
from dataclasses import dataclass

log = logging.getLogger("voicesite.serve")

ENOUGH = 65_536
OWN = 100
"""What a process needs for itself: database, log, broker, worker processes."""

PER_CALL = 12
"""A call's connection, its UDP sockets (one an interface, two with a relay) and its files."""

LEAST_CONNECTIONS = 100


@dataclass(frozen=True, slots=True)
class Descriptors:
    """A limit on open files, as one kind of process shares it out."""

    limit: int
    role: str
    most_calls: int

    @property
    def calls(self) -> int:
        """How many calls there is room for, up to `most_calls`; none in a web process."""
        if self.role == "web":
            return 0
        free = self.limit - OWN - LEAST_CONNECTIONS
        return max(0, min(self.most_calls, free // PER_CALL))

    @property
    def connections(self) -> int:
        """How many connections may be open, so that calls find what they need."""
        free = self.limit - OWN - self.calls * PER_CALL
        relayed = 2 if self.role == "web" else 1  # a door's has another one, to a media process
        return max(LEAST_CONNECTIONS, free) // relayed


def most_allowed() -> int:
    """Returns the highest limit that this process may give itself, 65 536 at most."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    return ENOUGH if hard == resource.RLIM_INFINITY else min(hard, ENOUGH)


def raise_limit() -> int:
    """Gives this process as many open files as it may have; returns how many."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = most_allowed()
    if soft != resource.RLIM_INFINITY and soft < wanted:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        except (ValueError, OSError) as error:  # some systems allow less than they say
            log.warning("the limit on open files stays at %d (%s)", soft, type(error).__name__)
            return soft
    return wanted


def prepared(role: str, most_calls: int) -> Descriptors:
    """Raises the limit on open files, and says in the log what it is enough for."""
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
