"""The wire between a voice and the process that speaks for it."""

import contextlib
import json
import queue
import socket
import struct
import sys
import threading
from collections.abc import Callable
from typing import Any, Protocol

from sessions_app.core.errors import die_without_words

HEADER = struct.Struct("<IBI")
"""Length of the body, kind, number of the request."""

SPEAK, CANCEL, VOICES = b"SCV"
AUDIO, WORDS, END, REFUSED = b"AWEX"

Send = Callable[[int, bytes], None]
"""Sends one message, of a kind and with a body, of the request being served."""


class Engine(Protocol):
    """What speaks in a worker process; called by one thread."""

    def voices(self) -> list[dict[str, str]]:
        """Returns name, label and language of each voice."""
        ...

    def speak(self, given: dict[str, Any], send: Send, stopped: Callable[[], bool]) -> bool:
        """Speaks `given["text"]`, sending AUDIO, WORDS and END; False for an unknown voice."""
        ...


def message(body: dict[str, Any]) -> bytes:
    """Returns a body that is no audio."""
    return json.dumps(body).encode()


class Worker:
    """Serves requests in the order they came, until the socket closes."""

    def __init__(self, channel: socket.socket, engine: Engine) -> None:
        self._channel = channel
        self._engine = engine
        self._requests: queue.SimpleQueue[tuple[int, int, dict[str, Any]] | None] = (
            queue.SimpleQueue()
        )
        self._cancelled: set[int] = set()
        self._orphaned = False

    def run(self) -> None:
        """Returns when the owner is gone."""
        threading.Thread(target=self._read, daemon=True).start()
        while (request := self._requests.get()) is not None:
            kind, number, given = request
            if kind == VOICES:
                self._write(END, number, message({"voices": self._engine.voices()}))
            elif number not in self._cancelled:
                self._speak(number, given)
            self._cancelled.discard(number)

    def _speak(self, number: int, given: dict[str, Any]) -> None:
        known = self._engine.speak(
            given,
            lambda kind, body: self._write(kind, number, body),
            lambda: self._orphaned or number in self._cancelled,
        )
        if not known:
            self._write(REFUSED, number, b"")

    def _read(self) -> None:
        # an owner that was killed resets the connection
        with contextlib.suppress(OSError):
            self._take_requests()
        self._orphaned = True
        self._requests.put(None)

    def _take_requests(self) -> None:
        stream = self._channel.makefile("rb")
        while len(head := stream.read(HEADER.size)) == HEADER.size:
            size, kind, number = HEADER.unpack(head)
            body = stream.read(size)
            if kind == CANCEL:
                self._cancelled.add(number)
            else:
                self._requests.put((kind, number, json.loads(body) if body else {}))

    def _write(self, kind: int, number: int, body: bytes) -> None:
        self._channel.sendall(HEADER.pack(len(body), kind, number) + body)


def serve(engine: Engine) -> None:
    """Serves the socket whose number is the first argument of this process."""
    die_without_words()
    # an error of the socket means that the owner is gone
    with socket.socket(fileno=int(sys.argv[1])) as channel, contextlib.suppress(OSError):
        Worker(channel, engine).run()
