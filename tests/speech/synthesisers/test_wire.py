"""The wire to a voice's process, seen from the process."""

import socket
import struct
import threading
from collections.abc import Callable
from typing import Any

from sessions_app.speech.synthesisers.wire import AUDIO, HEADER, SPEAK, Send, Worker, message

RESET = struct.pack("ii", 1, 0)


class Endless:
    """Speaks until it is stopped."""

    def __init__(self) -> None:
        self.speaks = threading.Event()
        self.stopped = threading.Event()

    def voices(self) -> list[dict[str, str]]:
        return []

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
            working = threading.Thread(target=Worker(channel, engine).run, daemon=True)
            working.start()
            body = message({"text": "for ever"})
            owner.sendall(HEADER.pack(len(body), SPEAK, 1) + body)
            assert engine.speaks.wait(5)
            # what the kernel does to the sockets of a process that was killed with data unread
            channel.sendall(HEADER.pack(0, AUDIO, 1))
            owner.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            owner.close()
            assert engine.stopped.wait(5)
            working.join(5)
            assert not working.is_alive()
