"""What the server takes of strangers: in size, in time, in number."""

import json
import time

import pytest

from tests.fixtures.server import wait_until
from tests.server.raw import CHUNKED, PIECE, Client, chunked, handshake, post

# -- size -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "limit"),
    [("/session", 128), ("/t/abc/offer", 128), ("/api/v1/tickets", 128), ("/login/", 64),
     ("/admin/login/", 1024), ("/nowhere", 64), ("/%61pi/v1/tickets", 128)],
)  # fmt: skip
def test_a_body_has_a_limit_by_its_address(port: int, path: str, limit: int) -> None:
    most = limit << 10
    assert (
        Client(port).send(post(path, CHUNKED), chunked(bytes(most), 9_999)).told()["size"] == most
    )
    length = f"Content-Length: {most + 1}"
    announced = Client(port).send(post(path, length, "Expect: 100-continue"))
    status, told = announced.answer()  # at once: nothing of the body was sent
    assert status == 413
    assert f"{limit} KiB" in told.decode()
    assert (
        Client(port).send(post(path, CHUNKED), chunked(bytes(most + 1), 9_999)).answer()[0] == 413
    )


def test_the_error_has_the_form_that_the_address_has(port: int) -> None:
    def refused(path: str) -> bytes:
        return Client(port).send(post(path, "Content-Length: 99999999")).answer()[1]

    message = "The body may be at most 128 KiB. Send less."
    assert json.loads(refused("/api/v1/tickets")) == {"code": "too_large", "message": message}
    assert json.loads(refused("/offer"))["info"] == message
    assert b"<h1>" in refused("/login/")


def test_a_client_that_goes_on_sending_is_cut_off_soon(port: int) -> None:
    for headers, data in (
        (["Content-Length: 400000000"], bytes(PIECE)),
        ([CHUNKED], b"10000\r\n" + bytes(PIECE) + b"\r\n"),
    ):
        client = Client(port).send(post("/session", *headers))
        # what the kernel's own buffers hold among it
        assert client.pours(data, 400_000_000) < 20_000_000


def test_chunks_of_nothing_but_framing_end(port: int) -> None:
    client = Client(port).send(post("/session", CHUNKED))
    costly = (b"1;" + b"x" * 1_000 + b"\r\na\r\n") * 60
    assert client.pours(costly, 100_000_000) < 20_000_000


def test_a_long_body_needs_chunks_of_some_size(port: int) -> None:
    for size, expected in ((1, 400), (4, 400), (64, 200)):
        client = Client(port).send(post("/session", CHUNKED), chunked(bytes(100_000), size))
        assert client.answer()[0] == expected
    assert Client(port).send(post("/session", CHUNKED), chunked(bytes(10_000), 1)).told()


def test_who_sends_far_ahead_is_answered_and_closed(port: int) -> None:
    client = Client(port).send(post("/slow"), *[post("/x")] * 1_000)
    assert client.told()
    client.closes()


# -- time -----------------------------------------------------------------------------------


def drips(client: Client, byte: bytes, limit_s: float) -> float:
    """Sends a byte whenever the connection has been silent; returns when it was closed."""
    started = time.monotonic()
    client._socket.settimeout(0.1)
    while time.monotonic() - started < limit_s:
        try:
            client.send(byte)
            if not client._socket.recv(65536):
                break
        except TimeoutError:
            continue
        except ConnectionError:
            break
    return time.monotonic() - started


@pytest.mark.parametrize("begun", [b"", b"GET / HT", b"GET / HTTP/1.1\r\nHost: here\r\nX: "])
def test_headers_have_a_deadline_however_they_drip(port: int, begun: bytes) -> None:
    assert Client(port).send(begun).closes() < 3.5
    assert drips(Client(port).send(begun or b"G"), b"a", 9) < 8


def test_a_late_request_is_told_so(port: int) -> None:
    status, told = Client(port).send(b"POST /api/x HTTP/1.1\r\nHost: he").answer()
    assert (status, json.loads(told)["code"]) == (408, "too_slow")


def test_a_body_has_a_deadline_however_it_drips(port: int) -> None:
    client = Client(port).send(post("/x", "Content-Length: 5000"))
    assert 1.5 < drips(client, b"a", 12) < 9


def test_an_answer_may_take_its_time(port: int) -> None:
    assert Client(port).send(post("/slow")).told()["size"] == 0


def test_a_kept_connection_is_closed_when_it_is_idle(port: int) -> None:
    client = Client(port).send(post("/x"))
    client.told()
    assert 2 < client.closes() < 6
    client = Client(port).send(post("/x"))
    client.told()
    assert drips(client, b"a", 12) < 9  # the next request's headers have the same deadline


def test_a_slow_reader_holds_no_memory_and_a_steady_one_gets_all(port: int) -> None:
    client = Client(port).send(b"GET /big HTTP/1.0\r\n\r\n")
    client.read(1)
    last = [-1]

    def settled() -> bool:
        last.append(int(str(Client(port).send(post("/x")).told()["sent"])))
        return last[-1] == last[-2] > 0

    wait_until(settled, 30, "the end of what is sent to nobody")
    assert last[-1] < 20_000_000  # of 100 MB: the kernel's buffers
    assert client.read(1 << 30) > 100_000_000


def test_a_reader_that_stopped_is_cut_off(port: int) -> None:
    client = Client(port).send(b"GET /big HTTP/1.1\r\nHost: here\r\n\r\n")
    client.read(1)
    wait_until(
        lambda: Client(port).send(post("/x", "Connection: close")).told()["open"] == 1,
        15,
        "the end of a connection that nobody reads",
    )


# -- number ---------------------------------------------------------------------------------


def test_half_open_connections_give_way_to_requests(port: int) -> None:
    call = Client(port).send(handshake("/ws"))
    call._read()
    assert b"101" in call._got
    held = [Client(port).send(b"GET / HTTP/1.1\r\n") for _ in range(100)]
    told = Client(port).send(post("/x")).told()
    assert int(str(told["open"])) <= 40
    ping = b"\x89\x80\0\0\0\0"
    call._got = b""
    call.send(ping)
    call._read()
    assert call._got.startswith(b"\x8a")  # a pong: the call goes on
    assert len(held) == 100


def test_a_handshake_that_nobody_answers_ends(port: int) -> None:
    assert Client(port).send(handshake("/never")).closes() < 10


@pytest.mark.parametrize(
    "header",
    ["Sec-WebSocket-Protocol: \xe4", 'Cookie: sessionid="\\000\\000"', "Upgrade: x", "\xe4: x"],
)
def test_a_handshake_with_absurd_headers_is_the_clients_fault(port: int, header: str) -> None:
    client = Client(port).send(handshake("/ws", header))
    client._read()
    assert client._got.split()[1] in (b"400", b"101")


def test_the_end_of_a_socket_is_counted(port: int) -> None:
    for _ in range(20):
        socket_ = Client(port).send(handshake("/ws"))
        socket_._read()
        socket_._socket.close()
    wait_until(
        lambda: Client(port).send(post("/x", "Connection: close")).told()["open"] == 1,
        10,
        "the end of all that were opened",
    )
