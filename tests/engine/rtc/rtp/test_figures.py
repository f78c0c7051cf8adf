"""What ended is counted on, and nothing twice."""

from sessions_app.engine.rtc.rtp.figures import RtpFigures, RtpTotals


class Connected:
    def __init__(self, **counts: int) -> None:
        self.figures = RtpFigures(**counts)


def test_a_connection_counts_once_while_it_lives_and_after() -> None:
    totals, one, other = RtpTotals(), Connected(received=3, late=1), Connected(received=10)
    totals.opened(one)
    totals.opened(one)
    totals.opened(other)
    one.figures.received = 5
    assert totals.now() == RtpFigures(received=15, late=1)
    totals.closed(one)
    totals.closed(one)
    one.figures.received = 999
    assert totals.now() == RtpFigures(received=15, late=1)
    totals.closed(Connected(received=70))
    assert totals.now().received == 15
