"""Exports as other people's programs read them."""

import html
import io
import itertools
import json
import re
import shutil
import subprocess
import unicodedata
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

import av
import pandas
import pysubs2
import pytest
import webvtt

from sessions_app.engine.exports import csv, jsonl, srt, text, vtt
from sessions_app.engine.exports import json as json_form
from sessions_app.engine.exports.base import ExportSegment, one_line
from sessions_app.engine.exports.captions import LINE_CELLS, LONGEST_CUE_MS, Cue, captions
from sessions_app.engine.text.characters import width
from tests.engine.exports.calls import (
    AS_IT_IS,
    CALL,
    CALLS,
    HOURS_MS,
    OTHERWISE,
    TEXTS,
    by_character,
)
from tests.fixtures.server import ROOT

every = pytest.mark.parametrize("name", CALLS)

BRACES = {shown: plain for plain, shown in srt.BRACES.items()}
"""What SRT has instead of braces, which look the same."""

UNSEEN = dict.fromkeys(map(ord, "\u2060\u2068\u2069"))
"""What keeps readers from taking words for mark-up, and directions apart."""

OFFICE = "urn:oasis:names:tc:opendocument:xmlns:{}:1.0"

VALIDATOR = ROOT / "tests" / "clients" / "node_modules" / "webvtt-parser" / "parser.js"


@cache
def made_of(name: str, *, labelled: bool = False) -> list[Cue]:
    label = "{}:" if labelled else ""
    return captions(CALLS[name], lambda segment: label.format(segment.speaker.capitalize()))


def letters(shown: str) -> str:
    """Returns what is seen of a text, whatever its blanks and line breaks."""
    return "".join(shown.translate(UNSEEN | BRACES).split())


def drawn(ass: str) -> str:
    """Returns what libass (mpv, VLC, FFmpeg) draws of the text of an event."""
    escaped = re.sub(r"\\([{}])", lambda found: f"\0{ord(found[1])};", ass)
    plain = re.sub(r"\\[Nnh]", " ", re.sub(r"\{[^}]*\}", "", escaped))
    return re.sub(r"\0(\d+);", lambda found: chr(int(found[1])), plain)


def spoken(segments: list[ExportSegment]) -> str:
    """Returns all that captions must show."""
    return "".join(letters(one_line(s.text)) for s in segments)


def multiset(shown: str) -> list[str]:
    return sorted(letters(shown))


@every
def test_captions_have_a_length_an_order_and_fit_the_screen(name: str) -> None:
    made = made_of(name)
    assert all(cue.start_ms < cue.end_ms for cue in made)
    assert all(a.start_ms <= b.start_ms for a, b in itertools.pairwise(made))
    assert all(width(line) <= LINE_CELLS for cue in made for line in cue.lines)
    assert all(len(cue.lines) <= 2 for cue in made)
    assert multiset("".join("".join(cue.lines) for cue in made)) == multiset(spoken(CALLS[name]))


@pytest.mark.parametrize("language", ["zh", "ja", "th", "km", "one", "emoji"])
def test_long_texts_without_blanks_are_split_by_time(language: str) -> None:
    made = captions([ExportSegment(1, "caller", 1000, 31_000, TEXTS[language])])
    assert len(made) > 1
    assert made[0].start_ms == 1000
    assert 31_000 <= made[-1].end_ms < 31_500  # the last may be read a little longer
    assert all(cue.end_ms - cue.start_ms <= LONGEST_CUE_MS + 5000 for cue in made)
    lengths = [cue.end_ms - cue.start_ms for cue in made]
    sizes = [sum(map(width, cue.lines)) for cue in made]
    # as long as its share of the text, within one word
    assert all(
        abs(length / 30_000 - size / sum(sizes)) < 0.12
        for length, size in zip(lengths, sizes, strict=True)
    )


def test_captions_keep_time_with_an_engine_that_gives_characters() -> None:
    segment = by_character(1, 500, TEXTS["zh"])
    at = 0
    for cue in captions([segment]):
        shown = "".join(cue.lines)
        assert segment.text.startswith(shown, at)
        assert cue.start_ms == segment.words[at].start_ms
        at += len(shown)
    assert at == len(segment.text)


def test_words_of_one_side_do_not_overlap() -> None:
    for side in ("caller", "agent"):
        own = [cue for cue in made_of("gaps") if cue.speaker == side]
        assert all(a.end_ms <= b.start_ms for a, b in itertools.pairwise(own))


@every
def test_pysubs2_reads_srt(name: str) -> None:
    made = made_of(name, labelled=True)
    read = pysubs2.SSAFile.from_string(srt.render(CALL, CALLS[name]), format_="srt") if made else []
    assert len(read) == len(made)
    for event, cue in zip(read, made, strict=True):
        assert (event.start, event.end) == (cue.start_ms, cue.end_ms)
        # it hides what stands in braces, whatever it is
        assert letters(event.plaintext) == letters("".join(cue.lines))


@every
def test_pysubs2_reads_vtt(name: str) -> None:
    made = made_of(name)
    shown = vtt.render(CALL, CALLS[name])
    read = pysubs2.SSAFile.from_string(shown, format_="vtt") if made else []
    assert len(read) == len(made)
    for event, cue in zip(read, made, strict=True):
        assert (event.start, event.end) == (cue.start_ms, cue.end_ms)
        # it leaves escapes as they are, and has its own sign for a line break
        lines = html.unescape(event.text).replace(r"\N", "")
        assert letters(lines) == letters("".join(cue.lines).replace(r"\N", ""))


@every
def test_ffmpeg_reads_srt_and_vtt(name: str, tmp_path: Path) -> None:
    for form in (srt, vtt):
        made = made_of(name, labelled=form is srt)
        file = tmp_path / f"call.{form.__name__.rpartition('.')[2]}"
        file.write_text(form.render(CALL, CALLS[name]), encoding="utf-8")
        if not made:
            continue
        with av.open(str(file)) as container:
            packets = [p for p in container.demux() if p.size]
            shown = [s.ass.decode() for p in packets for s in p.decode()]  # type: ignore[union-attr]
        assert len(packets) == len(made)
        assert [p.pts for p in packets] == [cue.start_ms for cue in made]
        assert all(p.duration for p in packets)
        for line, cue in zip(shown, made, strict=True):
            text_part = line.split(",", 8)[8]
            assert letters(drawn(text_part)) == letters("".join(cue.lines))


@every
def test_webvtt_py_reads_vtt(name: str) -> None:
    made = made_of(name)
    read = list(webvtt.from_string(vtt.render(CALL, CALLS[name])).captions)
    assert len(read) == len(made)
    for caption, cue in zip(read, made, strict=True):
        assert caption.start_in_seconds * 1000 <= cue.start_ms + 999
        assert caption.voice == cue.speaker.capitalize()
        # it leaves escapes as they are
        assert letters(html.unescape(caption.text)) == letters("".join(cue.lines))


@every
@pytest.mark.skipif(not VALIDATOR.exists(), reason="webvtt-parser is not there: deploy/js-clients")
def test_the_webvtt_validator_has_no_complaint(name: str, tmp_path: Path) -> None:
    file = tmp_path / "call.vtt"
    file.write_text(vtt.render(CALL, CALLS[name]), encoding="utf-8")
    script = (
        f"const {{WebVTTParser}} = require({json.dumps(str(VALIDATOR))});"
        "const text = require('fs').readFileSync(process.argv[1], 'utf8');"
        "const {errors, cues} = new WebVTTParser().parse(text, 'subtitles');"
        "console.log(JSON.stringify({errors, count: cues.length}));"
    )
    run = ["node", "-e", script, str(file)]
    told = json.loads(subprocess.run(run, check=True, capture_output=True, text=True).stdout)
    assert told["errors"] == []
    assert told["count"] == len(made_of(name))


@every
def test_pandas_reads_csv_and_json_lines(name: str) -> None:
    segments = CALLS[name]
    texts = [one_line(s.text) for s in segments]
    data = csv.render(CALL, segments).encode()
    table = pandas.read_csv(io.BytesIO(data))
    assert list(table.columns) == list(csv.COLUMNS)
    assert [text.removeprefix(csv.PLAIN) for text in table["text"]] == texts
    assert list(table["start_ms"]) == [s.start_ms for s in segments]
    if segments:
        lines = pandas.read_json(io.StringIO(jsonl.render(CALL, segments)), lines=True)
        assert list(lines["text"]) == [s.text for s in segments]
        whole = pandas.DataFrame(json.loads(json_form.render(CALL, segments))["segments"])
        assert list(whole["text"]) == [s.text for s in segments]


@pytest.mark.services
@pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice Calc is not installed")
def test_a_spreadsheet_shows_what_was_said(tmp_path: Path) -> None:
    texts = [*TEXTS.values(), *OTHERWISE, *AS_IT_IS]
    segments = [ExportSegment(n, "caller", n, n + 1, said) for n, said in enumerate(texts)]
    file = tmp_path / "call.csv"
    file.write_bytes(csv.render(CALL, segments).encode())
    home = f"-env:UserInstallation={(tmp_path / 'home').as_uri()}"
    # as its dialogue suggests for a file with a byte order mark, which nobody sees here
    told = ["--headless", "--infilter=CSV:44,34,76", "--convert-to", "fods"]
    command = ["soffice", home, *told, "--outdir", str(tmp_path), str(file)]
    subprocess.run(command, check=True, capture_output=True, timeout=100)
    assert cells(tmp_path / "call.fods", "text") == [("string", one_line(said)) for said in texts]


def cells(file: Path, column: str) -> list[tuple[str, str]]:
    """Returns kind and text of a column's cells."""
    kind, shown = f"{{{OFFICE.format('office')}}}value-type", f"{{{OFFICE.format('text')}}}p"
    table = ElementTree.parse(file).iter(f"{{{OFFICE.format('table')}}}table-row")
    rows = [list(row) for row in table]
    at = [cell.findtext(shown) for cell in rows[0]].index(column)
    found = [row[at] for row in rows[1:] if len(row) > at]
    return [(cell.get(kind, ""), said_in(cell.find(shown))) for cell in found]


def said_in(paragraph: ElementTree.Element | None) -> str:
    assert paragraph is not None
    return "".join(paragraph.itertext()).removeprefix(csv.PLAIN)


@every
def test_plain_text_has_a_line_a_segment(name: str) -> None:
    lines = text.render(CALL, CALLS[name]).splitlines()[3:]
    shown = [line for line in lines if line.startswith("[")]
    assert len(shown) == len(CALLS[name])
    for line, segment in zip(shown, CALLS[name], strict=True):
        assert one_line(segment.text) in line.translate(UNSEEN)


def test_lines_of_other_directions_are_isolated() -> None:
    shown = text.render(CALL, [ExportSegment(1, "caller", 0, 900, TEXTS["he"])])
    assert f"Caller: \u2068{TEXTS['he']}\u2069" in shown
    assert not any(unicodedata.category(c) == "Cf" for c in text.render(CALL, CALLS["nothing"]))


def test_captions_reach_the_end_of_three_hours() -> None:
    assert made_of("three hours")[-1].end_ms > HOURS_MS - 60_000
