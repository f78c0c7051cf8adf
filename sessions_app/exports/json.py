"""Everything that is known, for programs."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sessions_app.exports.base import ExportCall, ExportSegment


def document(call: ExportCall, segments: Sequence[ExportSegment]) -> dict[str, Any]:
    """Returns the call's header and its `segments` with words, ready for JSON."""
    return asdict(call) | {"segments": [asdict(segment) for segment in segments]}


def render(call: ExportCall, segments: Sequence[ExportSegment]) -> str:
    """Returns the `document` as one JSON object."""
    return json.dumps(document(call, segments), ensure_ascii=False, indent=2) + "\n"
