"""The formats of transcript files, by extension."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sessions_app.engine.exports import csv, json, jsonl, srt, text, vtt
from sessions_app.engine.exports.base import ExportCall, ExportSegment

Renderer = Callable[[ExportCall, Sequence[ExportSegment]], str]


@dataclass(frozen=True, slots=True)
class Format:
    """A file format: extension, media type (UTF-8) and renderer.

    The page of a call offers it as `label`, and not at all where there is none.
    """

    extension: str
    media_type: str
    render: Renderer
    label: str = ""


FORMATS = {
    form.extension: form
    for form in (
        Format("txt", "text/plain; charset=utf-8", text.render, "Plain text"),
        Format("srt", "application/x-subrip; charset=utf-8", srt.render, "Subtitles (SRT)"),
        Format("vtt", "text/vtt; charset=utf-8", vtt.render, "Subtitles (WebVTT)"),
        Format("csv", "text/csv; charset=utf-8", csv.render, "Table (CSV)"),
        Format("json", "application/json", json.render, "Data (JSON)"),
        Format("jsonl", "application/jsonl; charset=utf-8", jsonl.render),
    )
}
