"""How many tokens an answer took: what its server counted, or an estimate."""

import json
from collections.abc import Mapping
from typing import Any

from sessions_app.engine.agent.budget import estimate
from sessions_app.engine.agent.responders.chat.stream import ChatStream
from sessions_app.engine.core.usage import CallUsage


def count_answer(usage: CallUsage, request: Mapping[str, Any], answer: ChatStream) -> None:
    """Counts a request whose answer was read, to its end or not.

    Servers count at the end of an answer, if at all: one that was cut off is estimated.
    """
    if answer.tokens is not None:
        usage.asked(str(request["model"]), *answer.tokens)
    else:
        written = estimate(answer.written) if answer.written or answer.calls else 0
        usage.asked(str(request["model"]), request_tokens(request), written, estimated=True)


def count_unread(usage: CallUsage, request: Mapping[str, Any]) -> None:
    """Counts a request that was given up before its answer began."""
    usage.asked(str(request["model"]), request_tokens(request), 0, estimated=True)


def request_tokens(request: Mapping[str, Any]) -> int:
    """Returns about how many tokens a request has, its tools among them."""
    told = sum(estimate(_text(message)) for message in request["messages"])
    tools = request.get("tools")
    return told + (estimate(json.dumps(tools)) if tools else 0)


def _text(message: Mapping[str, Any]) -> str:
    calls = message.get("tool_calls")
    return f"{message.get('content') or ''}{json.dumps(calls) if calls else ''}"
