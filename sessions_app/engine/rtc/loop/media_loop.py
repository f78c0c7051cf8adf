"""What the media of all calls on one event loop share."""

from sessions_app.engine.rtc.loop.pacer import Pacer
from sessions_app.engine.rtc.loop.socket_poller import SocketPoller
from sessions_app.engine.rtc.loop.tick import Ticks
from sessions_app.engine.rtc.rtp.figures import RtpTotals


class MediaLoop:
    """One event loop's ticks, with the pacer and the socket poller that run at them.

    The engine creates one and shares it among its transports. Whatever else wakes periodically
    uses its `ticks`, so that one wake-up serves all.
    """

    def __init__(self) -> None:
        self.ticks = Ticks()
        self.pacer = Pacer(self.ticks)
        self.poller = SocketPoller(self.ticks)
        self.rtp = RtpTotals()
        """What the RTP of all connections added up to."""
