"""How servers say that an answer is not whole: an error in place of a chunk, or as its end."""

from collections.abc import Mapping
from typing import Any

BROKE_OFF = "The model's server stopped in the middle of an answer."
FAILED = "The model's server failed in the middle of an answer."
FILTERED = "The model's server cut the answer off: its content filter."
BROKEN = {
    **dict.fromkeys(("error", "network_error", "timeout"), FAILED),
    **dict.fromkeys(("abort", "aborted", "cancelled", "canceled"), BROKE_OFF),
    "insufficient_system_resource": BROKE_OFF,
    **dict.fromkeys(("content_filter", "sensitive", "safety"), FILTERED),
}
"""What a `finish_reason` means with which an answer is not whole: vLLM and SGLang say "abort",
DeepSeek lacks resources, Azure filters, and so do GLM and Gemini by other names. What was filtered
breaks off in mid-sentence, too: an answer that is said to be whole would be a wrong one."""


def says_error(chunk: Mapping[str, Any]) -> bool:
    """Returns whether a chunk is an error; Groq tells one within its own `x_groq`."""
    if chunk.get("error") or chunk.get("object") == "error":
        return True
    own = (value for key, value in chunk.items() if key.startswith("x_"))
    return any(isinstance(value, Mapping) and value.get("error") for value in own)


def broken(reason: Any) -> str:
    """Returns what failed with a `finish_reason`, "" for nothing.

    Gemini says which filter it was behind a colon: "content_filter: PROHIBITED_CONTENT".
    """
    if not isinstance(reason, str):
        return ""
    return BROKEN.get(reason.partition(":")[0].strip().lower(), "")
