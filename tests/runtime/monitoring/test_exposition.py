"""Values become text and again values; series of two processes never have the same labels."""

import pytest

from sessions_app.engine.core.histograms import Histogram
from sessions_app.runtime.monitoring.exposition import (
    Exposition,
    distinct,
    labelled,
    merged,
    of_this_process,
    process_of,
    read,
    text_of,
)


def some() -> Exposition:
    into, lag = Exposition(), Histogram((0.1, 1.0))
    for value in (0.05, 0.5, 3.0):
        lag.add(value)
    into.put("calls", 2, "stream", "active")
    into.put("calls_started", 7, "stream")
    into.put_histogram("loop_lag_seconds", lag)
    return into


def test_the_text_is_prometheus_own() -> None:
    text = text_of(labelled(some().families(), "web")).decode()
    assert text.splitlines() == [
        "# HELP voicesite_calls Calls that are live now.",
        "# TYPE voicesite_calls gauge",
        'voicesite_calls{door="stream",process="web",state="active"} 2.0',
        "# HELP voicesite_calls_started_total Calls that were placed.",
        "# TYPE voicesite_calls_started_total counter",
        'voicesite_calls_started_total{door="stream",process="web"} 7.0',
        "# HELP voicesite_loop_lag_seconds How late the event loop wakes, ten times a second.",
        "# TYPE voicesite_loop_lag_seconds histogram",
        'voicesite_loop_lag_seconds_bucket{le="0.1",process="web"} 1.0',
        'voicesite_loop_lag_seconds_bucket{le="1.0",process="web"} 2.0',
        'voicesite_loop_lag_seconds_bucket{le="+Inf",process="web"} 3.0',
        'voicesite_loop_lag_seconds_count{process="web"} 3.0',
        'voicesite_loop_lag_seconds_sum{process="web"} 3.55',
    ]


def test_processes_are_put_together_and_told_apart() -> None:
    texts = [text_of(of_this_process(name, some().families())) for name in ("web", "m", "m", "m")]
    groups = distinct([read(text.decode()) for text in texts])
    assert [process_of(group) for group in groups] == ["web", "m", "m-2", "m-3"]
    text = text_of(merged(groups)).decode()
    assert text.count("# TYPE voicesite_calls_started_total counter") == 1
    assert text.count("voicesite_calls_started_total{") == 4
    assert text.count("process_resident_memory_bytes{") == 4
    series = [line.rpartition(" ")[0] for line in text.splitlines() if line[0] != "#"]
    assert len(series) == len(set(series))


def test_only_what_is_defined_can_be_written() -> None:
    with pytest.raises(KeyError):
        Exposition().put("elephants", 1)
    with pytest.raises(KeyError):
        Exposition().put("loop_lag_seconds", 1)
    with pytest.raises(KeyError):
        Exposition().put_histogram("calls", Histogram((1.0,)))
