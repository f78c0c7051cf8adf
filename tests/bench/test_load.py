"""What the load's tables are made of."""

from pathlib import Path
from xml.etree import ElementTree

import pytest

from bench.load import plot, sound, tables
from bench.load.__main__ import medians
from sessions_app.engine.audio.opus import OpusDecoder


def test_medians_are_of_what_was_measured() -> None:
    found = medians([{"a": 1.0, "b": None}, {"a": 3.0, "b": 5.0}, {"a": 2.0, "b": None}])
    assert found == {"a": 2.0, "b": 5.0}


def test_a_section_is_written_anew_and_the_others_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, "PAGE", tmp_path / "performance.md")
    tables.echo({"one": {"echo_ms": 17.4}})
    tables.leaks([(50, {"memory_mib": 1, "objects": 2, "tasks": 3, "threads": 4, "files": 5})])
    tables.echo({"other": {"echo_ms": 20.0}})
    tables.mix([{"case": "24", "more": 1, **dict.fromkeys(tables._MIX, "12.5")}])
    text = tables.PAGE.read_text()
    assert text.startswith("# Performance")
    assert "| 24 | 12.5 | 12.5 |" in text
    assert "| other | 20 |" in text
    assert "| one |" not in text
    assert "| 50 | 1 | 2 | 3 | 4 | 5 |" in text


def test_a_plot_is_a_picture_of_every_point(tmp_path: Path) -> None:
    path = tmp_path / "plot.svg"
    plot.write(path, "Cost", "calls", "ms", {"a": [(5, 40), (10, 30)], "b": [(20, 10)]})
    svg = ElementTree.fromstring(path.read_text())
    circles = [part for part in svg.iter() if part.tag.endswith("circle")]
    assert len(circles) == 3
    assert all(0 <= float(c.get("cx", "-1")) <= plot.WIDTH for c in circles)


def test_callers_speak_for_their_share_of_the_time() -> None:
    said = sound.part_time(0.4)
    assert len(sound.speech()) / len(said) == pytest.approx(0.4, abs=0.01)
    assert sound.part_time(1.0).shape == sound.speech().shape


def test_a_client_sends_20_ms_packets_as_a_browser_does() -> None:
    packets = sound.packets(sound.bursts())
    decoder = OpusDecoder(48_000)
    assert len(packets) == 50
    assert all(len(decoder.decode(packet)) == 960 for packet in packets)


def test_a_client_codes_no_more_than_the_answer_takes() -> None:
    assert sound.fitting("a=fmtp:111 stereo=0;maxplaybackrate=16000") == 16_000
    assert sound.fitting("a=fmtp:111 maxplaybackrate=48000") == 48_000
    assert sound.fitting("a=fmtp:111 minptime=10") == 48_000
    narrow = sound.clips(sound.speech())[16_000]
    assert all(packet[0] >> 3 < 12 for packet in narrow)  # no hybrid and no CELT (RFC 6716, 3.1)
