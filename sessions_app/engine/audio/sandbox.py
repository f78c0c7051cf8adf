"""What a process that decodes strangers' data is left with: its memory, its socket, some CPU.

Limits: setrlimit(2). Network: unshare(2). Privileges: prctl(2), PR_SET_NO_NEW_PRIVS.
"""

import ctypes
import math
import os
import resource
import time
from collections.abc import Callable
from contextlib import suppress

NICE = 10
"""The lower priority of decoders. Lower values let a burst of containers delay live calls."""

MOST_MEMORY = 1 << 30
"""Bytes of address space. Less ends decoders of ordinary files; more lets an attack use memory."""

CPU_BURST_S = 10.0
CPU_SHARE = 0.25
"""A stream may use CPU_SHARE of one core in the long run, and CPU_BURST_S of CPU time at once.

Less ends streams of slow machines; more lets a few hostile streams occupy a core.
"""

MOST_CPU_S = 3_600
"""CPU seconds of a stream, however long it is: a day of Opus takes a quarter of it."""

NOBODY = 65_534
"""The user and group id `nobody`."""

KEPT = ("HOME", "LANG", "PATH", "TMPDIR", "TZ", "VAR_DIR")
KEPT_PREFIXES = ("LC_", "LD_", "PYTHON")

_PR_SET_NO_NEW_PRIVS = 38
_CLONE_NEWUSER, _CLONE_NEWNET = 0x1000_0000, 0x4000_0000
"""Constants of Linux: linux/prctl.h and linux/sched.h."""


def plain_environment() -> dict[str, str]:
    """Returns what a program needs of the environment to run: no key, password or address."""
    return {k: v for k, v in os.environ.items() if k in KEPT or k.startswith(KEPT_PREFIXES)}


def leave_network() -> bool:
    """Moves this process, and all that it forks, to a network of its own without interfaces.

    Returns whether the system permits it: root may, and others where user namespaces are on.
    Must be called before the process has threads.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    if os.geteuid() == 0 and libc.unshare(_CLONE_NEWNET) == 0:
        return True
    return bool(libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET) == 0)


def drop_privileges() -> None:
    """Takes from this process what decoding does not need; there is no way back.

    It keeps the descriptors it has, but for its three standard ones, and gets no others: it
    opens no file and no socket. It writes to no file, makes no process and no thread, gains no
    privilege by executing anything, and has MOST_MEMORY of address space. Root becomes nobody.
    Its CPU time is limited by `CpuBudget`.
    """
    null = os.open(os.devnull, os.O_RDWR)
    for standard in range(3):
        os.dup2(null, standard)
    os.close(null)
    os.nice(NICE)
    ctypes.CDLL(None).prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    if os.geteuid() == 0:
        with suppress(OSError):  # a container without that user: the limits hold all the same
            os.setgroups([])
            os.setresgid(NOBODY, NOBODY, NOBODY)
            os.setresuid(NOBODY, NOBODY, NOBODY)
    for limit, most in (
        (resource.RLIMIT_AS, MOST_MEMORY),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, 0),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit, (most, most))


class CpuBudget:
    """How much CPU time this process may use now: a share of wall time, and a burst.

    The kernel kills what runs past it in one go, wherever it is stuck. `refresh` has to be
    called each time the work comes back for more input.
    """

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        used: Callable[[], float] = time.process_time,
    ) -> None:
        self._clock = clock
        self._used = used
        self._at_s = clock()
        self._used_s = used()
        self._left_s = CPU_BURST_S
        self._limit()

    def refresh(self) -> None:
        """Adds what wall time brought; raises ValueError when more was used than there was."""
        now, used = self._clock(), self._used()
        brought = CPU_SHARE * (now - self._at_s)
        self._left_s = min(CPU_BURST_S, self._left_s + brought) - (used - self._used_s)
        self._at_s, self._used_s = now, used
        if self._left_s <= 0:
            raise ValueError("it takes too much work to decode")
        self._limit()

    def _limit(self) -> None:
        soft = min(MOST_CPU_S, math.ceil(self._used_s + self._left_s))
        resource.setrlimit(resource.RLIMIT_CPU, (soft, MOST_CPU_S))
