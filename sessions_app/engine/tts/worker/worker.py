"""A voice's process: serves requests with an engine's speech, and defines the messages.

A message's number is that of its request. The owner sends:

    SPEAK   JSON: `text`, `voice` (its name) and `speed` (1.0 is the voice's own)
    VOICES  JSON, which is ignored
    CANCEL  the request of that number is no longer wanted; has no answer

A request is answered by BEGUN when its turn comes, then by AUDIO (int16 mono; Piper's begins with
the sample rate in four bytes) and WORDS (JSON: `words`, each start and end in characters of the
text, start and end in ms of the audio), and last by END (JSON: `words`, or the result of
`VoiceEngine.voices`) or REFUSED (JSON: `why`, `kind`).
"""

import contextlib
import queue
import socket
import sys
import threading
from collections.abc import Callable
from typing import Any, Protocol

from sessions_app.engine.core.errors import hide_exception_messages
from sessions_app.engine.workers.framing import WorkerMessage, as_json, messages, send

SPEAK, CANCEL, VOICES = b"SCV"
BEGUN, AUDIO, WORDS, END, REFUSED = b"BAWEX"

MOST_BYTES = 1 << 20
"""Longer requests are refused. Texts come in parts of some hundred characters."""

UNKNOWN_VOICE, FAILED, BAD_REQUEST = "unknown_voice", "failed", "bad_request"
"""Values of `why` in REFUSED; with FAILED, `kind` is the exception's class."""

Send = Callable[[int, bytes], None]
"""Sends one message, a kind and a body, in answer to the request being served."""


class VoiceEngine(Protocol):
    """An engine in a worker process; called by one thread."""

    def voices(self) -> dict[str, Any]:
        """Returns `voices`: name, label and language of each; and `variants`, if there are any."""
        ...

    def speak(self, request: dict[str, Any], send: Send, stopped: Callable[[], bool]) -> bool:
        """Speaks `request["text"]`, sending AUDIO, WORDS and END; False for an unknown voice.

        Stops soon after `stopped()` is true. An exception refuses this text alone.
        """
        ...


class OwnerGoneError(Exception):
    """The owner closed the socket."""


class VoiceWorker:
    """Serves requests in order, until the socket closes.

    BEGUN tells the owner which request to blame if this process dies. A failure is reported by its
    exception's class alone, since the message may quote the text.
    """

    def __init__(self, channel: socket.socket, engine: VoiceEngine) -> None:
        self._channel = channel
        self._engine = engine
        self._requests: queue.SimpleQueue[WorkerMessage | None] = queue.SimpleQueue()
        self._open: set[int] = set()
        self._cancelled: set[int] = set()
        self._orphaned = False

    def run(self) -> None:
        """Returns when the owner has ended."""
        threading.Thread(target=self._read, daemon=True).start()
        with contextlib.suppress(OwnerGoneError):
            while (request := self._requests.get()) is not None:
                number = request.number
                if number not in self._cancelled:
                    self._serve(request)
                self._open.discard(number)
                self._cancelled.discard(number)

    def _serve(self, request: WorkerMessage) -> None:
        number = request.number
        self._write(BEGUN, number, b"")
        try:
            why = self._answer(request)
        except OwnerGoneError:
            raise
        except Exception as error:  # noqa: BLE001 - engines fail in their own ways
            self._refuse(number, FAILED, type(error).__name__)
        else:
            if why:
                self._refuse(number, why)

    def _answer(self, request: WorkerMessage) -> str:
        """Returns why a request was refused, or an empty text."""
        number = request.number
        if request.kind == VOICES:
            self._write(END, number, as_json(self._engine.voices()))
            return ""
        if request.kind != SPEAK or len(request.body) > MOST_BYTES:
            return BAD_REQUEST
        try:
            body = request.json()
        except ValueError:
            return BAD_REQUEST
        if not isinstance(body, dict):
            return BAD_REQUEST
        known = self._engine.speak(
            body,
            lambda kind, body: self._write(kind, number, body),
            lambda: self._orphaned or number in self._cancelled,
        )
        return "" if known else UNKNOWN_VOICE

    def _refuse(self, number: int, why: str, kind: str = "") -> None:
        self._write(REFUSED, number, as_json({"why": why, "kind": kind}))

    def _read(self) -> None:
        # an owner that was killed resets the connection
        with contextlib.suppress(OSError):
            self._take_requests()
        self._orphaned = True
        self._requests.put(None)

    def _take_requests(self) -> None:
        for request in messages(self._channel):
            if request.kind != CANCEL:
                self._open.add(request.number)
                self._requests.put(request)
            elif request.number in self._open:
                self._cancelled.add(request.number)

    def _write(self, kind: int, number: int, body: bytes) -> None:
        try:
            send(self._channel, kind, body, number)
        except OSError as error:
            raise OwnerGoneError from error


def serve(engine: VoiceEngine) -> None:
    """Serves the socket whose descriptor is the first argument of this process."""
    hide_exception_messages()
    with socket.socket(fileno=int(sys.argv[1])) as channel:
        VoiceWorker(channel, engine).run()
