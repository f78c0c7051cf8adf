"""How servers report that an answer broke off: an error instead of a chunk, or a finish reason."""

from collections.abc import Mapping
from typing import Any

BROKE_OFF = "The model's server stopped in the middle of an answer."
FAILED = "The model's server failed in the middle of an answer."
FILTERED = "The model's server cut the answer off: its content filter."
FAILURES = {
    **dict.fromkeys(("error", "network_error", "timeout"), FAILED),
    **dict.fromkeys(("abort", "aborted", "cancelled", "canceled"), BROKE_OFF),
    "insufficient_system_resource": BROKE_OFF,
    **dict.fromkeys(("content_filter", "sensitive", "safety"), FILTERED),
}
"""What failed, by `finish_reason`: vLLM and SGLang say "abort", Azure "content_filter", GLM
"sensitive" and Gemini "safety". A filtered answer ends in mid-sentence, so it is not whole."""


def says_error(chunk: Mapping[str, Any]) -> bool:
    """Returns whether a chunk is an error; Groq reports one in `x_groq`."""
    if chunk.get("error") or chunk.get("object") == "error":
        return True
    own = (value for key, value in chunk.items() if key.startswith("x_"))
    return any(isinstance(value, Mapping) and value.get("error") for value in own)


def failure_of(reason: Any) -> str:
    """Returns what failed by a `finish_reason`; "" if nothing did.

    Gemini names the filter after a colon: "content_filter: PROHIBITED_CONTENT".
    """
    if not isinstance(reason, str):
        return ""
    return FAILURES.get(reason.partition(":")[0].strip().lower(), "")
