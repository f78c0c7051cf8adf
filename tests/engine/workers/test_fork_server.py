"""What a forked worker inherits: its own socket, and nobody else's."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from sessions_app.engine.workers.fork_server import ForkServer
from sessions_app.engine.workers.framing import messages, send
from tests.fixtures.processes import children_of
from tests.fixtures.server import wait_until


@pytest.fixture
def server() -> Iterator[ForkServer]:
    server = ForkServer("tests.fixtures.plain_worker")
    yield server
    server.close()


def forked(server: ForkServer) -> socket.socket:
    """Returns a worker's socket once it has answered."""
    channel = server.fork()
    channel.setblocking(True)
    channel.settimeout(15)
    send(channel, 1)
    next(messages(channel))
    return channel


def sockets_of(pid: int) -> list[str]:
    opened = [str(path.readlink()) for path in Path(f"/proc/{pid}/fd").iterdir()]
    return [name for name in opened if name.startswith("socket:")]


def test_a_worker_holds_no_socket_of_another(server: ForkServer) -> None:
    channels = [forked(server) for _ in range(3)]
    pid = server.pid
    assert pid is not None
    held = [sockets_of(pid) for pid in children_of(pid)]
    assert [len(names) for names in held] == [1, 1, 1]
    assert len({names[0] for names in held}) == 3
    wait_until(lambda: len(sockets_of(pid)) == 1, 30, "the fork server has its owner's alone")
    for channel in channels:
        channel.close()


def test_it_starts_with_the_first_worker_and_can_be_closed_twice(server: ForkServer) -> None:
    assert server.pid is None
    channel = forked(server)
    pid = server.pid
    assert pid is not None
    server.close()
    server.close()
    assert server.pid is None
    assert not Path(f"/proc/{pid}").exists()
    send(channel, 1)
    assert next(messages(channel)).kind == 1  # its workers end with their own sockets
    channel.close()
