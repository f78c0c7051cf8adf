import csv as csv_module
import dataclasses
import io
import json as json_module
import re

import pytest

from sessions_app.engine.core.clock_times import timestamp
from sessions_app.engine.core.events import Word
from sessions_app.engine.exports import csv, json, jsonl, srt, text, vtt
from sessions_app.engine.exports.base import ExportCall, ExportSegment, one_line
from sessions_app.engine.exports.captions import LINE_CELLS
from sessions_app.engine.exports.registry import FORMATS
from sessions_app.engine.text.characters import width
from tests.engine.exports.calls import AS_IT_IS, OTHERWISE

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
    assert timestamp(3_723_004) == "01:02:03.004"
    assert timestamp(-5, ",") == "00:00:00,000"


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


@pytest.mark.parametrize(
    ("said", "line"),
    [
        (
            "--> 00:00:01.000 --> 00:00:02.000",
            "--&gt; 00:00:01\u2060.000 --&gt; 00:00:02\u2060.000",
        ),
        ("01:02.5 and 03:04.50", "01:02\u2060.5 and 03:04\u2060.50"),
        ("at 00:00:01.000 and 12:30", "at 00:00:01.000 and 12:30"),
    ],
)
def test_vtt_has_no_two_times_in_a_line_of_words(said: str, line: str) -> None:
    out = vtt.render(CALL, [ExportSegment(1, "caller", 0, 900, said)])
    assert out.splitlines()[3] == f"<v Caller>{line}"


def test_csv_reads_back_and_runs_no_formula() -> None:
    rows = list(csv_module.DictReader(io.StringIO(csv.render(CALL, SEGMENTS))))
    assert [row["seq"] for row in rows] == ["1", "2", "3"]
    assert rows[0]["text"] == SEGMENTS[0].text
    assert rows[2]["text"] == f"{csv.PLAIN}=1+1"
    assert (rows[0]["confidence"], rows[1]["confidence"]) == ("0.5", "")


def test_json_holds_everything() -> None:
    document = json_module.loads(json.render(CALL, SEGMENTS))
    assert document["call_id"] == "abc"
    assert document["segments"][0]["words"] == [
        {"text": "a", "start_ms": 1, "end_ms": 2, "confidence": None}
    ]


def test_every_form_takes_an_empty_call() -> None:
    assert set(FORMATS) == {"txt", "srt", "vtt", "csv", "json", "jsonl"}
    for form in FORMATS.values():
        assert isinstance(form.render(CALL, []), str)


def test_jsonl_holds_a_segment_a_line() -> None:
    lines = [json_module.loads(line) for line in jsonl.render(CALL, SEGMENTS).splitlines()]
    assert [(line["call_id"], line["seq"]) for line in lines] == [
        ("abc", 1),
        ("abc", 2),
        ("abc", 3),
    ]
    assert lines[0]["text"] == SEGMENTS[0].text
    assert lines[0]["words"][0]["text"] == "a"


@pytest.mark.parametrize("form", sorted(FORMATS))
def test_line_breaks_in_what_was_said_break_no_form(form: str) -> None:
    said = "one\n\n2\n00:00:01,000 --> 00:00:02,000\r\ntwo\u2028three\x00four"
    odd = [ExportSegment(1, "caller", 0, 9000, said), ExportSegment(2, "agent", 9000, 9900, "five")]
    out = FORMATS[form].render(CALL, odd)
    if form in ("srt", "vtt"):
        assert out.count("\n\n") == out.count(" --> ") - 1 + (form == "vtt")
    elif form == "csv":
        assert len(out.splitlines()) == 3
    elif form == "txt":
        assert len(out.splitlines()) == 5
    assert "\x00" not in out


@pytest.mark.parametrize("said", ["a --> b", "a ---> b", "<!----> ------->"])
def test_no_arrow_that_was_said_is_taken_for_a_time(said: str) -> None:
    for form in ("srt", "vtt"):
        out = FORMATS[form].render(CALL, [ExportSegment(1, "caller", 0, 900, said)])
        assert out.count("-->") == 1


@pytest.mark.parametrize("said", OTHERWISE)
def test_no_spreadsheet_makes_something_else_of_what_was_said(said: str) -> None:
    assert csv_text(said) == csv.PLAIN + one_line(said)
    assert csv_text(said).removeprefix(csv.PLAIN) == one_line(said)


@pytest.mark.parametrize("said", AS_IT_IS)
def test_what_spreadsheets_leave_is_exact_in_csv(said: str) -> None:
    assert csv_text(said) == said


def csv_text(said: str) -> str:
    out = csv.render(CALL, [ExportSegment(1, "caller", 0, 1, said)])
    (row,) = csv_module.DictReader(io.StringIO(out))
    return row["text"]


def test_a_title_is_one_line() -> None:
    titled = dataclasses.replace(CALL, title="One\ntwo")
    assert text.render(titled, []).splitlines()[0] == "One two"


def test_csv_tells_a_spreadsheet_its_encoding() -> None:
    data = csv.render(CALL, [ExportSegment(1, "caller", 0, 1, "café 从前")]).encode()
    assert data.startswith(b"\xef\xbb\xbfcall,seq,")
    assert data.decode("utf-8-sig").count("\ufeff") == 0


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("press <Enter>", ["<"]),
        ("a <b>bold</b> word", ["<"]),
        ("<font color=red>", ["<"]),
        ("&lt; is it", ["&"]),
        ("{\\an8}top", ["{", "\\"]),
        ("{b}, {Y:i}", ["{"]),
        ("a\\hb\\Nc\\nd", ["\\"]),
        ("a --> b", ["--"]),
    ],
)
def test_no_reader_of_srt_takes_words_for_markup(said: str, read: list[str]) -> None:
    (block,) = srt.render(CALL, [ExportSegment(1, "caller", 0, 900, said)]).split("\n\n")
    (_, _, line) = block.splitlines()
    for sign in read:
        assert all(sign + after not in line for after in said)
    assert line.replace("\u2060", "") == f"Caller: {said.translate(srt.BRACES)}"


def test_several_people_on_one_line_are_told_apart() -> None:
    words = (Word("hello", 0, 400, None, "2"),)
    said = [ExportSegment(1, "caller", 0, 900, "Hello.", None, words)]
    assert "Caller 2: Hello." in text.render(CALL, said)
    assert "Caller 2: Hello." in srt.render(CALL, said)
    assert "<v Caller 2>Hello." in vtt.render(CALL, said)
    assert json.document(CALL, said)["segments"][0]["words"][0]["speaker"] == "2"


def test_srt_names_who_goes_on_after_the_other_side() -> None:
    address = "https://example.com/a_b " * 6
    said = [
        ExportSegment(1, "caller", 0, 0, address),
        ExportSegment(2, "agent", 1000, 1900, "Thank you."),
    ]
    first, second, third, *_ = srt.render(CALL, said).split("\n\n")
    assert "Caller: https" in first
    assert "Agent: Thank you." in second
    assert "Caller: https" in third


@pytest.mark.parametrize("by", ["kim", "first.middle.and.last.name@department.example", "山" * 30])
def test_a_captions_line_holds_the_name_of_whoever_typed_it(by: str) -> None:
    typed = ExportSegment(1, "agent", 0, 4000, "Hello there, I am here.", typed_by=by)
    lines = srt.render(CALL, [typed]).splitlines()[2:]
    assert lines[0].startswith(f"Agent (typed by {by[:9]}")
    assert all(width(line) <= LINE_CELLS for line in lines)
    assert " ".join(lines).endswith("Hello there, I am here.")
    assert f"(typed by {by})>" in vtt.render(CALL, [typed])
