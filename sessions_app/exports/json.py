"""Everything that is known, for programs."""

import json
from collections.abc import Sequence
from dataclasses import asdict

from sessions_app.exports.base import ExportCall, ExportSegment


def render(call: ExportCall, segments: Sequence[ExportSegment]) -> str:
    """Returns one JSON object: the call's header and its `segments` with words."""
    document = asdict(call) | {"segments": [asdict(segment) for segment in segments]}
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"
