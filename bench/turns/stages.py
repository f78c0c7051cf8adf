"""The stages both sides run with: the same text, token pace and voice speed. Stdlib only."""

FIRST_TOKEN_S = 0.2
TOKENS_PER_S = 30.0
MS_PER_CHARACTER = 65.0
"""How long the voice takes to say a character."""

PACE = 0.3
"""Seconds of work for a second of speech."""

CHUNK_MS = 100.0
RATE = 16_000

ANSWER = (
    "Your train to Hamburg leaves at ten fifteen from platform seven, and it arrives at half "
    "past twelve. You have a seat by the window in coach number nine, next to the dining car. "
    "If you would like to travel later, there is another train every hour until the evening. "
    "Shall I send you the ticket, or would you rather change the time first?"
)


def tokens() -> list[str]:
    """Returns the answer in pieces as a model streams them: words with the space before."""
    first, *rest = ANSWER.split(" ")
    return [first, *(f" {word}" for word in rest)]


def serial_ms() -> float:
    """Returns when the first sound would come if each stage waited for the one before."""
    answered_s = FIRST_TOKEN_S + len(tokens()) / TOKENS_PER_S
    return 1000 * answered_s + PACE * MS_PER_CHARACTER * len(ANSWER)
