import csv as csv_module
import io
import itertools
import json as json_module
import re

from hypothesis import given
from hypothesis import strategies as st

from sessions_app.core.events import Word
from sessions_app.exports import csv, json, srt, text, vtt
from sessions_app.exports.base import LINE_CHARS, ExportCall, ExportSegment, clock, cues
from sessions_app.exports.registry import FORMATS

CALL = ExportCall("abc", "", "Scribe", "alice", "ended", "en-US", "2026-11-21T10:00:00+00:00", 9000)
LONG = "This sentence is far too long for one caption, and so it is cut where a word ends, twice."
SEGMENTS = [
    ExportSegment(
        1, "caller", 500, 2500, "Hällo <b>you</b> & me --> there", 0.5, (Word("a", 1, 2),)
    ),
    ExportSegment(2, "agent", 3_600_000, 3_606_000, LONG),
    ExportSegment(3, "caller", 3_607_000, 3_607_000, "=1+1"),
]


def test_clock_counts_hours() -> None:
    assert clock(3_723_004) == "01:02:03.004"
    assert clock(-5, ",") == "00:00:00,000"


def test_text_is_for_reading() -> None:
    lines = text.render(CALL, SEGMENTS).splitlines()
    assert lines[0] == "Call abc"
    assert lines[3] == "[00:00:00] Caller: Hällo <b>you</b> & me --> there"
    assert lines[4].startswith("[01:00:00] Agent: This sentence")
    assert "(Nothing was said.)" in text.render(CALL, [])


def test_srt_counts_captions_and_keeps_its_arrow() -> None:
    blocks = srt.render(CALL, SEGMENTS).strip().split("\n\n")
    assert [block.splitlines()[0] for block in blocks] == ["1", "2", "3", "4"]
    assert blocks[0].splitlines()[1] == "00:00:00,500 --> 00:00:02,500"
    assert blocks[0].count("-->") == 1
    assert blocks[1].splitlines()[2].startswith("Agent: ")


def test_vtt_escapes_and_names_the_voice() -> None:
    out = vtt.render(CALL, SEGMENTS)
    assert out.startswith("WEBVTT\n\n")
    assert "<v Caller>Hällo &lt;b&gt;you&lt;/b&gt; &amp; me --&gt; there" in out
    assert out.count("-->") == len(re.findall(r"^\d\d:\d\d", out, re.MULTILINE))


def test_csv_reads_back_and_runs_no_formula() -> None:
    rows = list(csv_module.DictReader(io.StringIO(csv.render(CALL, SEGMENTS))))
    assert [row["seq"] for row in rows] == ["1", "2", "3"]
    assert rows[0]["text"] == SEGMENTS[0].text
    assert rows[2]["text"] == "'=1+1"
    assert (rows[0]["confidence"], rows[1]["confidence"]) == ("0.5", "")


def test_json_holds_everything() -> None:
    document = json_module.loads(json.render(CALL, SEGMENTS))
    assert document["call_id"] == "abc"
    assert document["segments"][0]["words"] == [
        {"text": "a", "start_ms": 1, "end_ms": 2, "confidence": None}
    ]


def test_every_form_takes_an_empty_call() -> None:
    assert set(FORMATS) == {"txt", "srt", "vtt", "csv", "json"}
    for form in FORMATS.values():
        assert isinstance(form.render(CALL, []), str)


@given(st.text(max_size=400), st.integers(0, 10_000), st.integers(0, 60_000))
def test_captions_hold_all_words_fit_the_screen_and_follow_each_other(
    said: str, start: int, length: int
) -> None:
    made = cues(ExportSegment(1, "caller", start, start + length, said))
    lines = [line for cue in made for line in cue.lines]
    assert "".join("".join(lines).split()) == "".join(said.split())
    assert all(len(line) <= LINE_CHARS for line in lines)
    assert all(1 <= len(cue.lines) <= 2 for cue in made)
    assert all(a.end_ms == b.start_ms for a, b in itertools.pairwise(made))
    assert all(cue.start_ms <= cue.end_ms for cue in made)
