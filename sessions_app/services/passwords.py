"""Checks passwords without delaying live calls: one at a time, in a thread of low priority.

A check takes most of a second of one core. Many at once would take all cores, and the loop that
carries live calls would have to share them.
"""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from django.contrib.auth.hashers import PBKDF2PasswordHasher

from sessions_app.engine.core import priorities

NICE = 10
"""How much lower the thread's priority is than the process's (nice(1)); more waits longer."""

MOST_WAITING = 24
"""Checks that wait or run; at half a second each the last waits twelve seconds.

More would keep people waiting for longer than they are willing to.
"""

MOST_OF_ONE = 8
"""The most checks waiting per address: a stranger cannot fill the queue alone."""

RETRY_S = 5
"""Seconds until a refused client may try again."""


class PasswordsBusyError(Exception):
    """Too many passwords wait to be checked; may be tried again after RETRY_S."""


class Queue:
    """Runs one check at a time; at most `most` wait or run, more raise PasswordsBusyError."""

    def __init__(self, most: int = MOST_WAITING, most_of_one: int = MOST_OF_ONE) -> None:
        self._most = most
        self._most_of_one = most_of_one
        self._places: Counter[str] = Counter()
        self._counting = threading.Lock()
        self._turn = threading.Lock()

    @contextmanager
    def turn(self, whose: str) -> Iterator[None]:
        """Waits for a turn; `whose` is the address that its place is counted for."""
        with self._counting:
            if self._places.total() >= self._most or self._places[whose] >= self._most_of_one:
                raise PasswordsBusyError
            self._places[whose] += 1
        try:
            with self._turn:
                yield
        finally:
            with self._counting:
                self._places[whose] -= 1
                if not self._places[whose]:
                    del self._places[whose]


_hashing = Queue(MOST_WAITING, MOST_WAITING)
_thread = ThreadPoolExecutor(
    1, thread_name_prefix="passwords", initializer=priorities.lower, initargs=(NICE,)
)


def at_low_priority(work: Callable[[], str]) -> str:
    """Runs `work` in the low-priority thread and returns its result; raises PasswordsBusyError."""
    with _hashing.turn(""):
        return _thread.submit(work).result()


class QuietPasswordHasher(PBKDF2PasswordHasher):
    """Django's own hash, made by the thread of low priority."""

    def encode(self, password: str, salt: str, iterations: int | None = None) -> str:
        return at_low_priority(
            lambda: super(QuietPasswordHasher, self).encode(password, salt, iterations)
        )
