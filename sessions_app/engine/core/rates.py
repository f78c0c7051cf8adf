"""Rate limits: how many messages of each kind a client may send. Pure: time is an argument.

Seconds are those of any clock that only goes forward.
"""

import math
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from sessions_app.engine.core.errors import BusyError

MINUTE_S = 60.0
"""The window of a limit, in seconds, unless another is given."""

ROUNDING = 1e-6
"""Tolerance for rounding: a client that waits exactly the advertised time is let through.

Larger admits messages slightly early; smaller may refuse clients that waited long enough.
"""

CHARACTERS_EACH = 4096
"""Each such number of characters counts as one more message, as longer ones take longer to read.

Smaller lets clients send less text a minute; larger lets a few long messages keep the server busy.
"""


class Allowance:
    """A token bucket: at most `limit` at once, refilled evenly within `window_s`. 0: no limit."""

    __slots__ = ("_at_s", "_used", "limit", "window_s")

    def __init__(self, limit: float, window_s: float = MINUTE_S) -> None:
        self.limit = limit
        self.window_s = window_s
        self._used = 0.0
        self._at_s: float | None = None

    def take(self, now_s: float, amount: float = 1.0) -> float:
        """Counts `amount` and returns 0.0; without room, counts nothing and returns the wait.

        The wait is in seconds. An `amount` above the limit counts as the limit; otherwise there
        would never be room for it.
        """
        wait_s = self.wait_s(now_s, amount)
        if self.limit and not wait_s:
            self._used += min(amount, self.limit)
        return wait_s

    def give_back(self, amount: float = 1.0) -> None:
        """Takes back `amount` that was counted before."""
        self._used = max(0.0, self._used - amount)

    def wait_s(self, now_s: float, amount: float = 1.0) -> float:
        """Returns what `take` would return, in seconds, and counts nothing."""
        if not self.limit:
            return 0.0
        passed_s = 0.0 if self._at_s is None else max(0.0, now_s - self._at_s)
        self._at_s = now_s
        self._used = max(0.0, self._used - passed_s * self.limit / self.window_s)
        over = self._used + min(amount, self.limit) - self.limit
        return over * self.window_s / self.limit if over > ROUNDING else 0.0


class Allowances:
    """A token bucket for each key, such as a user or an address. Not for several threads at once.

    Only the `most` keys used last are kept: more cost memory, and fewer let a flood of new keys
    reset the limits of others.
    """

    __slots__ = ("_known", "_most")

    def __init__(self, most: int) -> None:
        self._known: OrderedDict[str, Allowance] = OrderedDict()
        self._most = most

    def __len__(self) -> int:
        return len(self._known)

    def of(self, key: str, limit: float, window_s: float = MINUTE_S) -> Allowance:
        """Returns the bucket of a key, which has this limit if it is a new one."""
        allowance = self._known.setdefault(key, Allowance(limit, window_s))
        self._known.move_to_end(key)
        if len(self._known) > self._most:
            self._known.popitem(last=False)
        return allowance

    def known(self, key: str) -> Allowance | None:
        """Returns the bucket of a key that was used lately, without counting as its use."""
        return self._known.get(key)


def whole_seconds(wait_s: float) -> int:
    """Returns `wait_s` rounded up to whole seconds, as clients get it; at least 1."""
    return max(1, math.ceil(wait_s - ROUNDING))


class MessageKind(StrEnum):
    """The kinds of messages that have a limit each; the value names them in errors to clients."""

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
    """Limits per minute; 0 means none. Those of a socket are also those of a data channel.

    Those of a call count messages over all of its sockets and channels together.
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
    """A client is above a limit; the message was ignored (retryable after `wait_s` seconds)."""

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
    """Counts messages by kind, each against its limit per minute."""

    def __init__(self, limits: Mapping[MessageKind, int]) -> None:
        self._allowances = {kind: Allowance(limit) for kind, limit in limits.items()}

    def count(self, kind: MessageKind, now_s: float, amount: float = 1.0) -> None:
        """Counts a message; above the limit counts nothing and raises TooManyError (retryable)."""
        allowance = self._allowances[kind]
        wait_s = allowance.take(now_s, amount)
        if wait_s:
            raise TooManyError(kind, allowance.limit, wait_s)


def weight(message: str | bytes) -> float:
    """Returns how many messages one of this size counts as."""
    return 1 + len(message) // CHARACTERS_EACH
