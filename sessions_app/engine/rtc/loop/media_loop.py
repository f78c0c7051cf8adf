"""What the media of all calls on one event loop share."""

from sessions_app.engine.rtc.loop.pacer import Pacer
from sessions_app.engine.rtc.loop.socket_poller import SocketPoller
from sessions_app.engine.rtc.loop.tick import TickGrid


class MediaLoop:
    """One event loop's tick grid, with the pacer and the socket poller that run at its ticks.

    The engine creates one and shares it among its transports. Whatever else wakes periodically
    uses its `grid`, so that one wake-up serves all.
    """

    def __init__(self) -> None:
        self.grid = TickGrid()
        self.pacer = Pacer(self.grid)
        self.poller = SocketPoller(self.grid)
