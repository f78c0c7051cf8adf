"""A fork server with an engine loaded: its workers share the model's memory.

For engines of one thread, since a fork copies no other. A model's weights are in memory once,
and a worker that died is back within milliseconds.
"""

import socket
import sys

from sessions_app.engine.core.errors import hide_exception_messages
from sessions_app.engine.stt.worker.worker import load, lower_priority, serve
from sessions_app.engine.workers.fork_server import serve_forks


def main(descriptor: int, path: str, options: str) -> None:
    """Makes the engine, then forks a worker for each request until the owner has ended."""
    engine = load(path, options)

    def work(channel: socket.socket, kind: bytes) -> None:
        lower_priority(kind)
        serve(engine, channel)

    serve_forks(descriptor, work)


if __name__ == "__main__":
    hide_exception_messages()
    main(int(sys.argv[1]), sys.argv[2], sys.argv[3])
