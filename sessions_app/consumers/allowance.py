"""How many sockets there may be, and how long one may stay open without a call."""

from collections import Counter
from dataclasses import dataclass

from django.conf import settings

from sessions_app.engine.core.addresses import network_of
from sessions_app.engine.core.errors import BusyError

LOOK_S = 15.0
"""How often a socket is checked for a live call."""


class Sockets:
    """Counts open sockets by party and by address; one a process, on its event loop."""

    def __init__(self) -> None:
        self._open: Counter[str] = Counter()

    def take(self, kind: str, name: str, limit: int) -> "Place":
        """Returns a place to be given back; raises BusyError (retryable) where none is left.

        A limit of 0 is none. `kind` is whose places they are, in words for the client.
        """
        key = f"{kind} {name}"
        if limit and self._open[key] >= limit:
            raise BusyError(
                f"{kind} has {limit} connections open, as many as are allowed. Close some first.",
                code="too_many_sockets",
            )
        self._open[key] += 1
        return Place(self, key)

    def _give_back(self, key: str) -> None:
        self._open[key] -= 1
        if self._open[key] <= 0:
            del self._open[key]


@dataclass(slots=True)
class Place:
    """One socket that counts, until it is given back."""

    _sockets: Sockets
    _key: str
    _taken: bool = True

    def give_back(self) -> None:
        """Counts no more; may be called twice."""
        if self._taken:
            self._taken = False
            self._sockets._give_back(self._key)


_sockets = Sockets()


def for_address(address: str) -> Place:
    """Takes one of an address's places, where there is an address; raises BusyError."""
    limit: int = settings.VOICE["SOCKETS_PER_ADDRESS"]
    return _sockets.take("Your address", network_of(address) or address, limit if address else 0)


def for_party(key: str) -> Place:
    """Takes one of a party's places; raises BusyError."""
    return _sockets.take("Your account", key, settings.VOICE["SOCKETS_PER_USER"])


def idle_s() -> float:
    """Returns how long a socket may stay open without a call; 0 for no limit."""
    return float(settings.VOICE["SOCKET_IDLE_S"])
