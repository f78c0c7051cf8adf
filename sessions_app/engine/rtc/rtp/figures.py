"""What the RTP of all calls of an event loop added up to, for those who watch the server."""

from dataclasses import dataclass, fields
from typing import Protocol

from sessions_app.engine.core.histograms import Histogram

JITTER_S = (0.001, 0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.2)
LOSS = (0.0, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5)
"""Bounds of the histograms: of jitter in s, of the lost share (0..1).

More bounds show finer differences, and cost a time series each.
"""


@dataclass(slots=True)
class RtpFigures:
    """Counts since something began: audio in ms, the others in packets.

    `requested` and `answered` count packets that were requested again (NACK). `refused` were no RTP
    or not authentic, `broken` could not be read, `unsent` could not be sent.
    """

    received_ms: float = 0.0
    restored_ms: float = 0.0
    fec_ms: float = 0.0
    concealed_ms: float = 0.0
    received: int = 0
    lost: int = 0
    late: int = 0
    duplicate: int = 0
    reordered: int = 0
    broken: int = 0
    refused: int = 0
    requested: int = 0
    answered: int = 0
    sent: int = 0
    retransmitted: int = 0
    unsent: int = 0

    def add(self, other: "RtpFigures") -> None:
        """Adds another's counts."""
        for field in fields(self):
            setattr(self, field.name, getattr(self, field.name) + getattr(other, field.name))


class CountsRtp(Protocol):
    """One connection's RTP."""

    @property
    def figures(self) -> RtpFigures:
        """The counts of the connection so far."""
        ...


class RtpTotals:
    """The RTP of all connections of an event loop, those that ended too; used on that loop.

    `jitter` (s) and `loss` (the lost share, 0..1) get one value a second from each connection that
    receives audio, `loss_there` one for each report of a client on what it lost of ours.
    """

    def __init__(self) -> None:
        self.jitter = Histogram(JITTER_S)
        self.loss = Histogram(LOSS)
        self.loss_there = Histogram(LOSS)
        self._ended = RtpFigures()
        self._live: set[CountsRtp] = set()

    def opened(self, connection: CountsRtp) -> None:
        """Counts a connection from now on; may be called again."""
        self._live.add(connection)

    def closed(self, connection: CountsRtp) -> None:
        """Keeps what a connection counted; does nothing for an unknown one."""
        if connection in self._live:
            self._live.discard(connection)
            self._ended.add(connection.figures)

    def now(self) -> RtpFigures:
        """Returns the sum of all connections, live and ended."""
        total = RtpFigures()
        total.add(self._ended)
        for connection in self._live:
            total.add(connection.figures)
        return total
