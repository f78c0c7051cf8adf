"""What runs in a voice's process: requests served, refused, and broken off."""

import socket
import struct
import threading
from collections.abc import Callable
from typing import Any

from sessions_app.engine.tts.worker.worker import (
    AUDIO,
    BEGUN,
    CANCEL,
    END,
    MOST_BYTES,
    REFUSED,
    SPEAK,
    Send,
    VoiceWorker,
)
from sessions_app.engine.workers.framing import HEADER, as_json, pack

RESET = struct.pack("ii", 1, 0)


class Endless:
    """Speaks until it is stopped."""

    def __init__(self) -> None:
        self.speaks = threading.Event()
        self.stopped = threading.Event()

    def voices(self) -> dict[str, Any]:
        return {"voices": []}

    def speak(self, given: dict[str, Any], send: Send, stopped: Callable[[], bool]) -> bool:
        while not stopped():
            self.speaks.set()
            threading.Event().wait(0.01)
        self.stopped.set()
        return True


def test_it_ends_when_its_owner_is_killed_in_mid_speech() -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    with listener, socket.create_connection(listener.getsockname()) as owner:
        channel, _ = listener.accept()
        engine = Endless()
        with channel:
            working = threading.Thread(target=VoiceWorker(channel, engine).run, daemon=True)
            working.start()
            owner.sendall(pack(SPEAK, as_json({"text": "for ever"}), 1))
            assert engine.speaks.wait(5)
            # what the kernel does to the sockets of a process that was killed with data unread
            channel.sendall(pack(AUDIO, number=1))
            owner.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            owner.close()
            assert engine.stopped.wait(5)
            working.join(5)
            assert not working.is_alive()


class Plain:
    """Speaks what it is given, which must be text."""

    def voices(self) -> dict[str, Any]:
        return {"voices": []}

    def speak(self, given: dict[str, Any], send: Send, stopped: Callable[[], bool]) -> bool:
        send(END, as_json({"said": given["text"].upper()}))
        return True


def test_bad_requests_are_refused_and_the_next_one_is_served() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        working = threading.Thread(target=VoiceWorker(theirs, Plain()).run, daemon=True)
        working.start()
        bad = [
            (SPEAK, b"{"),
            (SPEAK, b"\xff\xfe"),
            (SPEAK, b"[1]"),
            (SPEAK, b"{}"),
            (SPEAK, b'{"text": 1}'),
            (SPEAK, b" " * (MOST_BYTES + 1)),
            (SPEAK, b"[" * 100_000),
            (ord("?"), b"{}"),
        ]
        stream = ours.makefile("rb")

        def answer() -> tuple[int, int, bytes]:
            kind, number, size = HEADER.unpack(stream.read(HEADER.size))
            return kind, number, stream.read(size)

        for number, (kind, body) in enumerate(bad):
            ours.sendall(pack(kind, body, number))
            assert answer() == (BEGUN, number, b"")
            assert answer()[:2] == (REFUSED, number)
        ours.sendall(pack(CANCEL, number=9_999))
        ours.sendall(pack(SPEAK, as_json({"text": "good"}), 99))
        assert answer() == (BEGUN, 99, b"")
        assert answer() == (END, 99, as_json({"said": "GOOD"}))
        stream.close()
        ours.shutdown(socket.SHUT_RDWR)
        working.join(5)
        assert not working.is_alive()
