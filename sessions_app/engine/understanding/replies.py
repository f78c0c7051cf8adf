"""Reads what chat completions answer that are not streamed, in the shapes in use. Pure.

OpenAI's `choices[0].message.content` is a text; Mistral's may be a list of parts, plain completions
have `text`, servers and proxies that always stream send events all the same. A model's thoughts
beside the text (`reasoning_content`, `reasoning`, parts of the kind "thinking") are left out.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sessions_app.engine.core.errors import VoiceError
from sessions_app.engine.core.usage import counted_tokens

CUT = "length"
MOST_CHARACTERS_PER_TOKEN = 5.5
"""No language has more characters per token: a server that counted fewer tokens read only a part.

Ollama cuts a request off at its context without an error. Higher misses such cuts; lower reports
them for dense texts that were read whole.
"""


class NoReplyError(VoiceError):
    """The body is no chat completion, or reports an error (retryable)."""

    retryable = True


@dataclass(frozen=True, slots=True)
class ModelReply:
    """The text of an answer, whether it was `cut` off, and what the server counted, or 0."""

    text: str
    cut: bool
    tokens_in: int
    tokens_out: int

    def was_cut_by_server(self, characters: int) -> bool:
        """Returns whether the server counted too few tokens for so long a request."""
        return 0 < self.tokens_in * MOST_CHARACTERS_PER_TOKEN < characters


def body_of(text: str) -> Any:
    """Returns a body as JSON; the text itself where it is none."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def read_reply(body: str) -> ModelReply:
    """Returns the answer in a response's body; raises NoReplyError."""
    text, reason, answered = "", "", False
    usage: Mapping[str, Any] = {}
    for chunk in _chunks(body):
        if chunk.get("error"):
            raise NoReplyError("The model's server reported an error.")
        found = chunk.get("usage")
        usage = found if isinstance(found, Mapping) else usage
        choice = _first(chunk.get("choices"))
        if choice is None:
            continue
        answered = True
        text += _text(choice)
        reason = str(choice.get("finish_reason") or reason)
    if not answered:
        raise NoReplyError("The model's server does not answer with chat completions.")
    return ModelReply(
        text,
        reason == CUT,
        counted_tokens(usage.get("prompt_tokens")),
        counted_tokens(usage.get("completion_tokens")),
    )


def _chunks(body: str) -> Iterator[Mapping[str, Any]]:
    """Yields the one object of a body, or those of its events."""
    whole = body_of(body)
    if isinstance(whole, Mapping):
        yield whole
        return
    for line in body.splitlines():
        if line.startswith("data:"):
            chunk = body_of(line[5:].strip())
            if isinstance(chunk, Mapping):
                yield chunk


def _first(choices: Any) -> Mapping[str, Any] | None:
    found = choices[0] if isinstance(choices, list) and choices else None
    return found if isinstance(found, Mapping) else None


def _text(choice: Mapping[str, Any]) -> str:
    message = choice.get("message") or choice.get("delta")
    content = message.get("content") if isinstance(message, Mapping) else choice.get("text")
    if isinstance(content, list):
        parts = [part for part in content if isinstance(part, Mapping)]
        return "".join(str(part.get("text") or "") for part in parts if part.get("type") == "text")
    return content if isinstance(content, str) else ""
