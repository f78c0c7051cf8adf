"""Tells the service manager how this process is doing, as systemd's sd_notify(3) describes it.

Nothing is told where NOTIFY_SOCKET is not set: processes that somebody else started.
"""

import logging
import os
import socket

logger = logging.getLogger(__name__)

MICROSECONDS = 1_000_000
"""In a second: the unit of the protocol."""

SHARE = 3
"""How often within the limit a process says that it is alive: one message may come late."""


def ready() -> None:
    """Tells that the process can do its work; telling it twice does nothing more."""
    _tell("READY=1")


def stopping(within_s: float) -> None:
    """Tells that the process ends, and that this may take so many seconds."""
    _tell(f"STOPPING=1\nEXTEND_TIMEOUT_USEC={round(within_s * MICROSECONDS)}")


def alive() -> None:
    """Tells that the process still does its work, where the service manager watches over that."""
    if alive_every_s():
        _tell("WATCHDOG=1")


def alive_every_s() -> float:
    """Returns how often `alive` must be called, in seconds; 0 where nobody watches this process.

    The variables are inherited, so that they may mean a parent (sd_watchdog_enabled(3)).
    """
    given, pid = os.environ.get("WATCHDOG_USEC", ""), os.environ.get("WATCHDOG_PID", "")
    if not given.isdigit() or pid not in ("", str(os.getpid())):
        return 0.0
    return int(given) / MICROSECONDS / SHARE


def _tell(message: str) -> None:
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    if address.startswith("@"):
        address = f"\0{address[1:]}"  # an abstract address, unix(7)
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
            channel.setblocking(False)
            channel.sendto(message.encode(), address)
    except OSError as error:  # the service manager itself is restarting, or reads slowly
        logger.warning("the service manager was not told (%s)", type(error).__name__)
