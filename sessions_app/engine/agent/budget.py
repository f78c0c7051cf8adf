"""How much of a conversation a model is given."""

from collections.abc import Sequence

from sessions_app.engine.agent.responders.base import Message

CHARACTERS_PER_TOKEN = 4
"""In Latin script. Larger estimates fewer tokens, and may exceed the model's context."""

TOKENS_PER_MESSAGE = 4
"""What a message costs beside its text: its role, and marks around it."""

DENSE_FROM = 0x370
"""The code point from which a character counts as a token of its own: Greek, and all after it."""


def estimate(text: str) -> int:
    """Returns about how many tokens `text` is; scripts beyond Latin take a token a character."""
    dense = sum(ord(c) >= DENSE_FROM for c in text)
    return (len(text) - dense) // CHARACTERS_PER_TOKEN + dense + TOKENS_PER_MESSAGE


def newest_within(messages: Sequence[Message], tokens: int) -> tuple[Message, ...]:
    """Returns the newest messages that fit into `tokens`, at least the last one."""
    kept: list[Message] = []
    left = tokens
    for message in reversed(messages):
        left -= estimate(message.text)
        if kept and left < 0:
            break
        kept.append(message)
    return tuple(reversed(kept))
