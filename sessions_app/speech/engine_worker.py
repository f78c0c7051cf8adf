"""The process that holds a blocking engine and serves the streams of many calls with it.

One thread: it takes all that has arrived, decodes every stream that got audio in one batch,
and tells what changed. It ends when its owner's socket closes.
"""

import json
import select
import signal
import socket
import struct
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import numpy as np

from sessions_app.core.errors import die_without_words
from sessions_app.speech.engines.base import Engine, ModelError, Session

HEADER = struct.Struct("<IIB")
"""Length of the body, stream, kind."""

OPEN, AUDIO, FLUSH, CLOSE, READY, INTERIM, FINAL, FAILED = b"OAFCRILX"
RECEIVE = 1 << 16


class Server:
    """Reads its owner's messages and answers them."""

    def __init__(self, engine: Engine, channel: socket.socket) -> None:
        self._engine = engine
        self._channel = channel
        self._received = bytearray()
        self._sessions: dict[int, Session] = {}
        self._shown: dict[int, str] = {}
        self._fresh: set[int] = set()

    def serve(self) -> None:
        """Answers until the owner is gone."""
        while self._receive():
            for stream, kind, body in self._messages():
                with self._blamed(stream):
                    self._take(stream, kind, body)
            self._go_on()

    def _receive(self) -> bool:
        """Waits for bytes, then takes all there are; False when the owner is gone."""
        while True:
            piece = self._channel.recv(RECEIVE)
            if not piece:
                return False
            self._received += piece
            if not select.select([self._channel], [], [], 0)[0]:
                return True

    def _messages(self) -> Iterator[tuple[int, int, bytes]]:
        while len(self._received) >= HEADER.size:
            size, stream, kind = HEADER.unpack_from(self._received)
            if len(self._received) < HEADER.size + size:
                return
            body = bytes(self._received[HEADER.size : HEADER.size + size])
            del self._received[: HEADER.size + size]
            yield stream, kind, body

    def _take(self, stream: int, kind: int, body: bytes) -> None:
        if kind == OPEN:
            told = json.loads(body)
            self._sessions[stream] = self._engine.open(told["language"], told["phrases"])
        elif kind == AUDIO and stream in self._sessions:
            self._sessions[stream].accept(np.frombuffer(body, np.int16))
            self._fresh.add(stream)
        elif kind == FLUSH and stream in self._sessions:
            said = self._sessions[stream].finish()
            self._shown.pop(stream, None)
            self._fresh.discard(stream)
            send(self._channel, stream, FINAL, {"text": said.text, "words": said.words})
        elif kind == CLOSE:
            self._forget(stream)

    def _go_on(self) -> None:
        fresh, self._fresh = sorted(self._fresh), set()
        alone = not self._decoded_together(fresh)
        for stream in fresh:
            with self._blamed(stream):
                if alone:
                    self._engine.decode([self._sessions[stream]])
                self._show(stream)

    def _decoded_together(self, streams: list[int]) -> bool:
        """Returns False where a stream among these fails: then only each alone tells which."""
        try:
            self._engine.decode([self._sessions[stream] for stream in streams])
        except OSError:
            raise
        except Exception:  # noqa: BLE001 - engines fail in their own ways
            return False
        return True

    def _show(self, stream: int) -> None:
        text = self._sessions[stream].interim()
        if text != self._shown.get(stream, ""):
            self._shown[stream] = text
            send(self._channel, stream, INTERIM, {"text": text})

    @contextmanager
    def _blamed(self, stream: int) -> Iterator[None]:
        """Ends one stream by what goes wrong in it: the others have nothing to do with it."""
        try:
            yield
        except OSError:
            raise
        except Exception as error:  # noqa: BLE001 - engines fail in their own ways
            self._forget(stream)
            send(self._channel, stream, FAILED, {"message": type(error).__name__})

    def _forget(self, stream: int) -> None:
        for kept in (self._sessions, self._shown):
            kept.pop(stream, None)
        self._fresh.discard(stream)


def send(channel: socket.socket, stream: int, kind: int, message: dict[str, Any]) -> None:
    """Sends one message to the owner."""
    body = json.dumps(message).encode()
    channel.sendall(HEADER.pack(len(body), stream, kind) + body)


def main(descriptor: int, path: str, options: str) -> None:
    """Makes the engine of `path` and serves; tells why where it cannot be made."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the owner, which then closes
    channel = socket.socket(fileno=descriptor)
    module, _, name = path.rpartition(".")
    try:
        engine: Engine = getattr(import_module(module), name)(**json.loads(options))
    except ModelError as error:
        send(channel, 0, FAILED, {"message": str(error)})
        return
    except Exception as error:  # noqa: BLE001 - each engine fails to load in its own way
        send(channel, 0, FAILED, {"message": f"{type(error).__name__}: {error}"})
        return
    send(channel, 0, READY, {})
    Server(engine, channel).serve()


if __name__ == "__main__":
    die_without_words()
    try:
        main(int(sys.argv[1]), sys.argv[2], sys.argv[3])
    except (OSError, KeyboardInterrupt):
        sys.exit(0)  # the owner is gone
