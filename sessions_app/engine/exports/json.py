"""JSON with the header and all segments, for programs."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sessions_app.engine.exports.base import ExportCall, ExportSegment


def document(call: ExportCall, segments: Sequence[ExportSegment]) -> dict[str, Any]:
    """Returns the call's header and its `segments` with words, ready for JSON."""
    return asdict(call) | {"segments": [plain(segment) for segment in segments]}


def plain(segment: ExportSegment) -> dict[str, Any]:
    """Returns a segment ready for JSON; words name a speaker only if there are several."""
    made = asdict(segment)
    for word in made["words"]:
        if not word["speaker"]:
            del word["speaker"]
    return made


def render(call: ExportCall, segments: Sequence[ExportSegment]) -> str:
    """Returns the `document` as one JSON object."""
    return json.dumps(document(call, segments), ensure_ascii=False, indent=2) + "\n"
