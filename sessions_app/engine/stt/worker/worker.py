"""A process with a blocking engine, which serves the streams of many calls.

Its one thread takes all messages that have arrived, answering PAUSE and FLUSH at once; then it
decodes a batch of the streams with new audio, which the engine chooses, and sends interims that
changed. It ends when its owner's socket closes. A message's number is its stream. The owner sends:

    OPEN   JSON: `language` (BCP 47) and `phrases`; a stream begins
    AUDIO  the stream's next audio, int16 at 16 kHz
    PAUSE  the speaker pauses; answered by WHOLE
    FLUSH  an utterance is over; answered by FINAL
    CLOSE  the stream ends; never answered

The worker sends READY (JSON: `pid`, `note`) once, or FAILED and ends; then INTERIM (JSON:
`text`), WHOLE and FINAL (JSON: `text`, `words` as `TimedWord`). FAILED (JSON: `message`) ends the
stream that failed. All but READY and FAILED have `load` (0..1) as well, and `busy`: the seconds
that it worked since it began to serve.
"""

import json
import os
import select
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import numpy as np

from sessions_app.engine.core.errors import hide_exception_messages
from sessions_app.engine.stt.worker.blocking.base import BlockingEngine, ModelError, Session
from sessions_app.engine.workers.framing import MessageBuffer, WorkerMessage, as_json, send

OPEN, AUDIO, PAUSE, FLUSH, CLOSE, READY, INTERIM, WHOLE, FINAL, FAILED = b"OAPFCRIWLX"
LIVE, CALM = b"L", b"C"
"""Kinds of workers: somebody waits for the words, or nobody does."""

NICENESS = {LIVE: 5, CALM: 15}
"""Added to the process's niceness: below the calls' own processes, and CALM below LIVE."""

RECEIVE_BYTES = 1 << 16
"""Bytes that are read from the socket at once. Fewer cost more system calls."""

PERIOD_S = 2.0
"""Period over which the load is measured. Shorter swings with each sentence; longer lags."""


class WorkLoad:
    """The share of the last PERIOD_S that was not idle; waiting for a CPU counts as work."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._began_s = self._since_s = clock()
        self._idle_s = 0.0
        self._all_idle_s = 0.0
        self._share = 0.0

    @contextmanager
    def idle(self) -> Iterator[None]:
        """Counts the time in the block as idle."""
        began_s = self._clock()
        yield
        idle_s = self._clock() - began_s
        self._idle_s += idle_s
        self._all_idle_s += idle_s
        self._settle()

    def share(self) -> float:
        """Returns the share of the last whole period, 0..1."""
        self._settle()
        return self._share

    def busy_s(self) -> float:
        """Returns how many seconds it was not idle since it began."""
        return self._clock() - self._began_s - self._all_idle_s

    def _settle(self) -> None:
        passed_s = self._clock() - self._since_s
        if passed_s >= PERIOD_S:
            self._share = max(0.0, 1 - self._idle_s / passed_s)
            self._since_s, self._idle_s = self._clock(), 0.0


class StreamServer:
    """Reads its owner's messages from a blocking socket and answers them."""

    def __init__(self, engine: BlockingEngine, channel: socket.socket) -> None:
        self._engine = engine
        self._channel = channel
        self._buffer = MessageBuffer()
        self._received: list[WorkerMessage] = []
        self._sessions: dict[int, Session] = {}
        self._shown: dict[int, str] = {}
        self._fresh: set[int] = set()
        self._load = WorkLoad()

    def serve(self) -> None:
        """Answers until the owner has ended."""
        while self._receive():
            received, self._received = self._received, []
            for message in received:
                with self._failing_alone(message.number):
                    self._take(message)
            self._go_on()

    def _receive(self) -> bool:
        """Receives all messages that have arrived, or waits for one; False at the owner's end."""
        if self._fresh and not self._has_arrived():
            return True
        while True:
            with self._load.idle():
                piece = self._channel.recv(RECEIVE_BYTES)
            if not piece:
                return False
            self._received += self._buffer.feed(piece)
            if not self._has_arrived():
                return True

    def _has_arrived(self) -> bool:
        return bool(select.select([self._channel], [], [], 0)[0])

    def _take(self, message: WorkerMessage) -> None:
        kind, stream, body = message
        if kind == OPEN:
            request = message.json()
            self._sessions[stream] = self._engine.open(request["language"], request["phrases"])
        elif kind == AUDIO and stream in self._sessions:
            self._sessions[stream].accept(np.frombuffer(body, np.int16))
            self._fresh.add(stream)
        elif kind == PAUSE and stream in self._sessions:
            result = self._sessions[stream].pause()
            self._fresh.discard(stream)
            self._send_result(stream, WHOLE, {"text": result.text, "words": result.words})
        elif kind == FLUSH and stream in self._sessions:
            result = self._sessions[stream].finish()
            self._shown.pop(stream, None)
            self._fresh.discard(stream)
            self._send_result(stream, FINAL, {"text": result.text, "words": result.words})
        elif kind == CLOSE:
            self._forget(stream)

    def _go_on(self) -> None:
        chosen = self._chosen()
        self._fresh.difference_update(chosen)
        alone = not self._decoded_together(chosen)
        for stream in chosen:
            with self._failing_alone(stream):
                if alone:
                    self._engine.decode([self._sessions[stream]])
                self._show(stream)

    def _chosen(self) -> list[int]:
        numbers = {id(self._sessions[stream]): stream for stream in sorted(self._fresh)}
        waiting = [self._sessions[stream] for stream in numbers.values()]
        return [numbers[id(session)] for session in self._engine.chosen(waiting)]

    def _decoded_together(self, streams: list[int]) -> bool:
        """Decodes these streams in one batch; False where one fails: then each is tried alone."""
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
            self._send_result(stream, INTERIM, {"text": text})

    def _send_result(self, stream: int, kind: int, body: dict[str, Any]) -> None:
        load, busy_s = round(self._load.share(), 2), round(self._load.busy_s(), 3)
        body = body | {"load": load, "busy": busy_s}
        send(self._channel, kind, as_json(body), stream)

    @contextmanager
    def _failing_alone(self, stream: int) -> Iterator[None]:
        """Ends the stream alone where the block fails."""
        try:
            yield
        except OSError:
            raise
        except Exception as error:  # noqa: BLE001 - engines fail in their own ways
            self._forget(stream)
            send(self._channel, FAILED, as_json({"message": type(error).__name__}), stream)

    def _forget(self, stream: int) -> None:
        for kept in (self._sessions, self._shown):
            kept.pop(stream, None)
        self._fresh.discard(stream)


def load(path: str, options: str) -> BlockingEngine | str:
    """Returns the engine of a dotted path, constructed with `options` (JSON), or an error text."""
    module, _, name = path.rpartition(".")
    try:
        engine: BlockingEngine = getattr(import_module(module), name)(**json.loads(options))
    except ModelError as error:
        return str(error)
    except Exception as error:  # noqa: BLE001 - each engine fails to load in its own way
        return f"{type(error).__name__}: {error}"
    return engine


def serve(engine: BlockingEngine | str, channel: socket.socket) -> None:
    """Sends READY and serves streams until the owner closes; FAILED for an error text."""
    if isinstance(engine, str):
        send(channel, FAILED, as_json({"message": engine}))
        return
    send(channel, READY, as_json({"pid": os.getpid(), "note": engine.note}))
    StreamServer(engine, channel).serve()


def lower_priority(kind: bytes) -> None:
    """Lowers this process's priority by what NICENESS says of its kind."""
    os.nice(NICENESS.get(kind, 0))


def main(descriptor: int, path: str, options: str, kind: str) -> None:
    """Makes the engine of `path` and serves its owner's socket."""
    lower_priority(kind.encode())
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the owner, which then closes
    channel = socket.socket(fileno=descriptor)
    serve(load(path, options), channel)


if __name__ == "__main__":
    hide_exception_messages()
    try:
        main(int(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4])
    except (OSError, KeyboardInterrupt):
        sys.exit(0)  # the owner has ended
