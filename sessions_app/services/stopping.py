"""Lets a worker that has to stop finish its job, or release it for another worker."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

FINISH_S = 5.0
"""How long a running task may still take. deploy/embedded/programs.conf waits longer."""

MOST_S = 15.0
"""How long a worker may take to end in all; deploy/embedded/programs.conf kills it then."""


class StoppedError(SystemExit):
    """The worker must stop, and the work is not done; another worker will do all of it.

    Not an Exception subclass, so that tasks do not handle it as their own failure. asyncio passes
    a SystemExit on immediately, and closes what its tasks hold.
    """


class _Stop:
    """The process's state; only the main thread reads and writes it."""

    working = False
    over = False


def stop_after(seconds: float = FINISH_S) -> None:
    """Interrupts the main thread's work in `seconds`; to be called there, in a handler or not."""
    signal.signal(signal.SIGALRM, _interrupt)
    main = threading.main_thread().ident or 0
    timer = threading.Timer(seconds, signal.pthread_kill, (main, signal.SIGALRM))
    timer.daemon = True
    timer.start()


def is_over() -> bool:
    """Returns whether the worker must not begin anything any more."""
    return _Stop.over


@contextmanager
def interruptible() -> Iterator[None]:
    """Lets the block be interrupted by StoppedError; in other threads nothing interrupts it."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    _Stop.working = True
    try:
        yield
    finally:
        _Stop.working = False


def _interrupt(*_: object) -> None:
    _Stop.over = True
    if _Stop.working:
        _Stop.working = False  # once: what it closes then must not be interrupted
        raise StoppedError
