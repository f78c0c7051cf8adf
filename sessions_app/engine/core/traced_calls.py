"""Which call the work at hand is for, and how traces name calls: for logs and for traces."""

import hashlib
from contextvars import ContextVar

TRACE_BYTES, SPAN_BYTES = 16, 8
"""Sizes of the ids of traces and spans (W3C Trace Context, 3.2.2)."""

current_call: ContextVar[str] = ContextVar("current_call", default="")
"""The public id of the call that runs here; empty outside of calls. Tasks inherit it."""


def trace_id_of(call_id: str) -> int:
    """Returns the id of a call's trace, from the call's id alone: every process knows it.

    It is a digest, and not the call's id itself, because samplers expect ids that are random
    throughout, and ids of calls have another length.
    """
    return _digest(call_id, TRACE_BYTES)


def shown_trace_id(call_id: str) -> str:
    """Returns the same as backends of traces show and search it: 32 hexadecimal digits."""
    return f"{trace_id_of(call_id):032x}"


def span_id_of(call_id: str, place: str) -> int:
    """Returns the id of the span at `place`, a word that is unique in its call.

    A trace that is sent twice has the same spans.
    """
    return _digest(f"{call_id} {place}", SPAN_BYTES)


def _digest(text: str, size: int) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=size).digest()) or 1
