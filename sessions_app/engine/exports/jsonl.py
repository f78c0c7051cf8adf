"""JSON Lines (jsonlines.org): one segment per line, for programs that read as they go."""

import json
from collections.abc import Sequence

from sessions_app.engine.exports.base import ExportCall, ExportSegment
from sessions_app.engine.exports.json import plain


def render(call: ExportCall, segments: Sequence[ExportSegment]) -> str:
    """Returns one JSON object per line: a segment with its words and the call's id."""
    return "".join(
        json.dumps({"call_id": call.call_id} | plain(segment), ensure_ascii=False) + "\n"
        for segment in segments
    )
