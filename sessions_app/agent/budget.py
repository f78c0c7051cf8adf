"""How much of a conversation a model is given."""

from collections.abc import Sequence

from sessions_app.agent.responders.base import Message

CHARACTERS_PER_TOKEN = 4
TOKENS_PER_MESSAGE = 4


def estimate(text: str) -> int:
    """Returns about how many tokens `text` is; models differ, this errs on the high side."""
    return len(text) // CHARACTERS_PER_TOKEN + TOKENS_PER_MESSAGE


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
