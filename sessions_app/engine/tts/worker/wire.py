"""The wire between a voice and the process that speaks for it."""

import contextlib
import json
import queue
import socket
import struct
import sys
import threading
from collections.abc import Callable
from typing import Any, BinaryIO, Protocol

from sessions_app.engine.core.errors import die_without_words

HEADER = struct.Struct("<IBI")
"""Length of the body, kind, number of the request."""

SPEAK, CANCEL, VOICES = b"SCV"
BEGUN, AUDIO, WORDS, END, REFUSED = b"BAWEX"

MOST_BYTES = 1 << 20
"""A longer request is refused unread."""

UNKNOWN_VOICE, FAILED, BAD_REQUEST = "unknown_voice", "failed", "bad_request"
"""Why something was refused, in the body of REFUSED; with FAILED comes the kind of error."""

Send = Callable[[int, bytes], None]
"""Sends one message, of a kind and with a body, of the request being served."""


class VoiceEngine(Protocol):
    """What speaks in a worker process; called by one thread."""

    def voices(self) -> dict[str, Any]:
        """Returns `voices`: name, label and language of each; and `variants`, if there are any."""
        ...

    def speak(self, given: dict[str, Any], send: Send, stopped: Callable[[], bool]) -> bool:
        """Speaks `given["text"]`, sending AUDIO, WORDS and END; False for an unknown voice.

        What it raises refuses this text, and the next one is served.
        """
        ...


class OwnerGoneError(Exception):
    """Nobody reads what the worker writes."""


def message(body: dict[str, Any]) -> bytes:
    """Returns a body that is no audio."""
    return json.dumps(body).encode()


class VoiceWorker:
    """Serves requests in the order they came, until the socket closes.

    Says when it begins each: who it was if this process dies. One that cannot be served is
    refused, by the kind of error alone, since a message may quote what was to be said.
    """

    def __init__(self, channel: socket.socket, engine: VoiceEngine) -> None:
        self._channel = channel
        self._engine = engine
        self._requests: queue.SimpleQueue[tuple[int, int, bytes] | None] = queue.SimpleQueue()
        self._open: set[int] = set()
        self._cancelled: set[int] = set()
        self._orphaned = False

    def run(self) -> None:
        """Returns when the owner is gone."""
        threading.Thread(target=self._read, daemon=True).start()
        with contextlib.suppress(OwnerGoneError):
            while (request := self._requests.get()) is not None:
                kind, number, body = request
                if number not in self._cancelled:
                    self._serve(kind, number, body)
                self._open.discard(number)
                self._cancelled.discard(number)

    def _serve(self, kind: int, number: int, body: bytes) -> None:
        self._write(BEGUN, number, b"")
        try:
            why = self._answer(kind, number, body)
        except OwnerGoneError:
            raise
        except Exception as error:  # noqa: BLE001 - engines fail in their own ways
            self._refuse(number, FAILED, type(error).__name__)
        else:
            if why:
                self._refuse(number, why)

    def _answer(self, kind: int, number: int, body: bytes) -> str:
        """Returns why a request was refused, or an empty text."""
        if kind == VOICES:
            self._write(END, number, message(self._engine.voices()))
            return ""
        try:
            given = json.loads(body)
        except ValueError:
            return BAD_REQUEST
        if kind != SPEAK or not isinstance(given, dict):
            return BAD_REQUEST
        known = self._engine.speak(
            given,
            lambda kind, body: self._write(kind, number, body),
            lambda: self._orphaned or number in self._cancelled,
        )
        return "" if known else UNKNOWN_VOICE

    def _refuse(self, number: int, why: str, kind: str = "") -> None:
        self._write(REFUSED, number, message({"why": why, "kind": kind}))

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
            body = _body(stream, size)
            if kind != CANCEL:
                self._open.add(number)
                self._requests.put((kind, number, body))
            elif number in self._open:
                self._cancelled.add(number)

    def _write(self, kind: int, number: int, body: bytes) -> None:
        try:
            self._channel.sendall(HEADER.pack(len(body), kind, number) + body)
        except OSError as error:
            raise OwnerGoneError from error


def _body(stream: BinaryIO, size: int) -> bytes:
    """Returns a request's body; what is too long is read past, and nothing of it is kept."""
    if size <= MOST_BYTES:
        return stream.read(size)
    while size and (piece := stream.read(min(size, MOST_BYTES))):
        size -= len(piece)
    return b""


def serve(engine: VoiceEngine) -> None:
    """Serves the socket whose number is the first argument of this process."""
    die_without_words()
    with socket.socket(fileno=int(sys.argv[1])) as channel:
        VoiceWorker(channel, engine).run()
