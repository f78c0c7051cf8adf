"""Values are counted by size, those on a bound among the smaller ones."""

from sessions_app.engine.core.histograms import Histogram


def test_each_value_is_counted_once_where_it_belongs() -> None:
    histogram = Histogram((0.1, 1.0))
    for value in (0.05, 0.1, 0.5, 7.0):
        histogram.add(value)
    assert histogram.counts == [2, 1, 1]
    assert histogram.total == 7.65
