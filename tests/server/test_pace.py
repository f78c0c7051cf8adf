"""How many requests a client may send."""

import socket

import pytest

from sessions_app.server.http import pace
from sessions_app.server.http.pace import MOST_KEPT, Pace
from tests.server.raw import Client, handshake


class Clock:
    def __init__(self) -> None:
        self.now_s = 0.0

    def monotonic(self) -> float:
        return self.now_s


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    found = Clock()
    monkeypatch.setattr(pace, "time", found)
    return found


def taken(limits: Pace, address: str, times: int) -> int:
    return sum(not limits.wait_s(address) for _ in range(times))


def test_some_come_at_once_and_then_as_many_as_a_minute_has(clock: Clock) -> None:
    limits = Pace(600)
    assert taken(limits, "192.0.2.1", 200) == 50
    assert limits.wait_s("192.0.2.1") == pytest.approx(0.1)
    assert taken(limits, "192.0.2.2", 200) == 50
    clock.now_s = 60.0
    assert sum(taken(limits, "192.0.2.1", 1) for _ in range(60)) == 50
    took = 0
    for tenth in range(1, 601):
        clock.now_s = 60.0 + tenth / 10
        took += taken(limits, "192.0.2.1", 5)
    assert took == pytest.approx(600, abs=1)


def test_addresses_of_one_network_are_one_client(clock: Clock) -> None:
    limits = Pace(60)
    assert taken(limits, "2001:db8::1", 3) + taken(limits, "2001:db8::ffff", 9) == 5
    assert taken(limits, "2001:db8:0:1::1", 9) == 5
    assert taken(limits, "::ffff:192.0.2.1", 3) + taken(limits, "192.0.2.1", 9) == 5
    assert taken(limits, "127.0.0.1", 9) == 5


@pytest.mark.parametrize(("limit", "address"), [(0, "192.0.2.1"), (60, ""), (60, "a socket")])
def test_without_a_limit_or_an_address_nothing_is_counted(limit: int, address: str) -> None:
    assert taken(Pace(limit), address, 500) == 500


def test_what_is_remembered_is_bounded(clock: Clock) -> None:
    limits = Pace(60)
    for number in range(MOST_KEPT + 10):
        limits.wait_s(f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}")
    assert len(limits._used) == MOST_KEPT


def test_one_request_too_many_is_told_when_to_come_again(paced_port: int) -> None:
    ask = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
    client = Client(paced_port)
    for _ in range(5):
        assert client.send(ask).answer()[0] == 200
    client.send(ask)
    # a handshake is a request, and the application never hears of it
    socket_client = Client(paced_port).send(handshake("/signaling"))
    status, told = client.answer()
    assert (status, b"Try again in 1 s" in told) == (429, True)
    assert socket_client.answer()[0] == 429


def test_another_client_is_served_meanwhile(paced_port: int) -> None:
    ask = b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    for _ in range(5):
        assert Client(paced_port).send(ask).answer()[0] == 200
    over = Client(paced_port).send(ask)
    with socket.create_connection(
        ("127.0.0.1", paced_port), timeout=20, source_address=("127.0.0.2", 0)
    ) as other:
        other.sendall(ask)
        assert other.recv(12) == b"HTTP/1.1 200"
    assert not over.has_answer(), "a loop that is refused at once tries again at once"
    assert over.answer()[0] == 429
