"""What the media of all calls on one event loop share."""

from sessions_app.engine.rtc.loop.pacer import Pacer
from sessions_app.engine.rtc.loop.socket_poller import SocketPoller
from sessions_app.engine.rtc.loop.tick import TickGrid


class MediaLoop:
    """One event loop's ticks, and what sends and reads at them.

    The engine makes one and gives it to its transports, and its `grid` to whatever else wakes now
    and then, so that one wake-up serves all.
    """

    def __init__(self) -> None:
        self.grid = TickGrid()
        self.pacer = Pacer(self.grid)
        self.poller = SocketPoller(self.grid)
