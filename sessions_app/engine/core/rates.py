"""Rate limits: how many messages of each kind a client may send. Pure: time is an argument.

Seconds are those of any clock that only goes forward.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from sessions_app.engine.core.errors import BusyError

MINUTE_S = 60.0
ROUNDING = 1e-6
"""Who waits exactly as long as told finds room, whatever floating-point numbers lose."""

CHARACTERS_EACH = 4096
"""A longer message counts as several: it takes longer to read."""


class Allowance:
    """A token bucket: `limit` at once at most, refilled evenly within `window_s`. 0: no limit."""

    __slots__ = ("_at_s", "_used", "limit", "window_s")

    def __init__(self, limit: float, window_s: float = MINUTE_S) -> None:
        self.limit = limit
        self.window_s = window_s
        self._used = 0.0
        self._at_s: float | None = None

    def take(self, now_s: float, amount: float = 1.0) -> float:
        """Counts `amount` and returns 0.0; without room counts nothing, and returns the wait.

        That is after how many seconds there is room. More than the limit counts as the limit,
        or there would never be.
        """
        wait_s = self.wait_s(now_s, amount)
        if self.limit and not wait_s:
            self._used += min(amount, self.limit)
        return wait_s

    def give_back(self, amount: float = 1.0) -> None:
        """Counts so much less again."""
        self._used = max(0.0, self._used - amount)

    def wait_s(self, now_s: float, amount: float = 1.0) -> float:
        """Returns what `take` would, and counts nothing."""
        if not self.limit:
            return 0.0
        passed_s = 0.0 if self._at_s is None else max(0.0, now_s - self._at_s)
        self._at_s = now_s
        self._used = max(0.0, self._used - passed_s * self.limit / self.window_s)
        over = self._used + min(amount, self.limit) - self.limit
        return over * self.window_s / self.limit if over > ROUNDING else 0.0


def whole_seconds(wait_s: float) -> int:
    """Returns how many seconds a client is told to wait: after those there is room."""
    return max(1, math.ceil(wait_s - ROUNDING))


class MessageKind(StrEnum):
    """What is counted apart; the value names it to a client."""

    MESSAGES = "messages"
    MISTAKES = "messages that were refused"
    AUDIO = "messages of audio"
    CHUNKS = "announcements of audio"
    TEXTS = "texts"
    REQUESTS = "requests to the agent"
    APP_MESSAGES = "app-messages"
    RESUMES = "resumptions"


@dataclass(frozen=True, slots=True)
class MessageLimits:
    """Limits a minute; 0 means none. A socket's are also those of a data channel.

    A call's count whichever sockets and channels the messages come by.
    """

    messages_per_socket: int = 2400
    mistakes_per_socket: int = 60
    audio_per_call: int = 9000
    texts_per_call: int = 180
    requests_per_call: int = 240
    app_messages_per_call: int = 1200
    resumes_per_call: int = 60

    def of_socket(self) -> "Meter":
        """Returns what counts the messages of one socket or data channel."""
        return Meter(
            {
                MessageKind.MESSAGES: self.messages_per_socket,
                MessageKind.MISTAKES: self.mistakes_per_socket,
                MessageKind.AUDIO: self.audio_per_call,
                MessageKind.CHUNKS: self.audio_per_call,
            }
        )

    def of_call(self) -> "Meter":
        """Returns what counts the messages of one call."""
        return Meter(
            {
                MessageKind.AUDIO: self.audio_per_call,
                MessageKind.TEXTS: self.texts_per_call,
                MessageKind.REQUESTS: self.requests_per_call,
                MessageKind.APP_MESSAGES: self.app_messages_per_call,
                MessageKind.RESUMES: self.resumes_per_call,
            }
        )


class TooManyError(BusyError):
    """A client is above a limit; the message was not looked at (retryable after `wait_s`)."""

    code = "too_many_messages"

    def __init__(self, kind: MessageKind, limit: float, wait_s: float) -> None:
        seconds = whole_seconds(wait_s)
        super().__init__(
            f"You are sending more than {limit:g} {kind} a minute. Wait {seconds} s.",
            retry_after_s=seconds,
        )
        self.kind = kind
        self.wait_s = wait_s


class Meter:
    """Counts messages by kind, each against its limit a minute."""

    def __init__(self, limits: Mapping[MessageKind, int]) -> None:
        self._allowances = {kind: Allowance(limit) for kind, limit in limits.items()}

    def count(self, kind: MessageKind, now_s: float, amount: float = 1.0) -> None:
        """Counts a message; raises TooManyError, and counts nothing, where there is no room."""
        allowance = self._allowances[kind]
        wait_s = allowance.take(now_s, amount)
        if wait_s:
            raise TooManyError(kind, allowance.limit, wait_s)


def weight(message: str | bytes) -> float:
    """Returns as how many messages one of this size counts."""
    return 1 + len(message) // CHARACTERS_EACH
