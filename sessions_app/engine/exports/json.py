"""Everything that is known, for programs."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sessions_app.engine.exports.base import ExportCall, ExportSegment


def document(call: ExportCall, segments: Sequence[ExportSegment]) -> dict[str, Any]:
    """Returns the call's header and its `segments` with words, ready for JSON."""
    return asdict(call) | {"segments": [plain(segment) for segment in segments]}


def plain(segment: ExportSegment) -> dict[str, Any]:
    """Returns a segment ready for JSON; its words name speakers only where there are several."""
    made = asdict(segment)
    for word in made["words"]:
        if not word["speaker"]:
            del word["speaker"]
    return made


def render(call: ExportCall, segments: Sequence[ExportSegment]) -> str:
    """Returns the `document` as one JSON object."""
    return json.dumps(document(call, segments), ensure_ascii=False, indent=2) + "\n"
