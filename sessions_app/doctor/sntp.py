"""The time of an NTP server: one question of the simple protocol (RFC 4330)."""

import socket
import struct
import time

PORT = 123
"""NTP's port."""

SINCE_1900 = 2_208_988_800
"""Seconds from 1900, where NTP begins, to 1970."""

ASK = 0x23
"""Version 4, from a client."""

SIZE = 48
"""Bytes of a packet."""

FRACTION = 1 << 32
"""Parts of a second."""


class NoTimeError(Exception):
    """A server gave no usable time."""


def offset(server: str, wait_s: float) -> float:
    """Returns by how many seconds the clock of `server` ("host" or "host:port") is ahead of ours.

    Raises OSError and NoTimeError.
    """
    host, _, port = server.partition(":")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(wait_s)
        client.connect((host, int(port or PORT)))
        sent = time.time()
        question = struct.pack("!B39xQ", ASK, _stamp(sent))
        client.send(question)
        answer = client.recv(SIZE)
        came = time.time()
    if len(answer) < SIZE or answer[24:32] != question[40:48] or not answer[1]:
        raise NoTimeError
    received, left = (_seconds(one) for one in struct.unpack("!QQ", answer[32:48]))
    return ((received - sent) + (left - came)) / 2


def _stamp(seconds: float) -> int:
    return int((seconds + SINCE_1900) * FRACTION) % (1 << 64)


def _seconds(stamp: int) -> float:
    return stamp / FRACTION - SINCE_1900
