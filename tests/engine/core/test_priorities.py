"""Threads that let others go first, also in a process that was itself given a low priority."""

import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from sessions_app.engine.core import priorities

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="threads have no priorities")


def lowered(before: int, by: int) -> int:
    """Returns the niceness of a thread that had `before`."""

    def doing() -> int:
        own = threading.get_native_id()
        os.setpriority(os.PRIO_PROCESS, own, before)
        priorities.lower(by)
        return os.getpriority(os.PRIO_PROCESS, own)

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(doing).result()


def test_it_is_added_to_what_the_process_was_given() -> None:
    usual = os.getpriority(os.PRIO_PROCESS, 0)
    assert lowered(usual, 4) == min(usual + 4, priorities.LOWEST)
    assert lowered(15, 2) == 17, "to go back to 2 is forbidden, and would end the thread"
    assert lowered(15, 10) == priorities.LOWEST


def test_a_thread_that_may_not_works_on(monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(*_: int) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "setpriority", forbidden)
    priorities.lower(4)
