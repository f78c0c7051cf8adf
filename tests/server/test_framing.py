"""How a request's body is found in what comes: RFC 9112, read strictly."""

import json

import pytest

from tests.server.raw import CHUNKED, Client, chunked, post

BODY = bytes(range(256)) * 20


@pytest.mark.parametrize("size", [1, 3, 255, 4096, 100_000])
def test_a_body_in_chunks_of_any_size_has_a_length(port: int, size: int) -> None:
    told = Client(port).send(post("/api/x", CHUNKED), chunked(BODY, size)).told()
    assert told["body"] == BODY.decode("latin1")
    assert ["content-length", str(len(BODY))] in told["headers"]  # type: ignore[operator]
    assert "transfer-encoding" not in str(told["headers"])


def test_extensions_and_trailers_change_nothing(port: int) -> None:
    trailer = b"Content-Length: 3\r\nX-Forwarded-For: 192.0.2.1\r\n"
    body = chunked(BODY, 1000, extension=b';a="b"', trailer=trailer)
    told = Client(port).send(post("/x", "Trailer: X-Forwarded-For", CHUNKED), body).told()
    assert told["size"] == len(BODY)
    assert "192.0.2.1" not in str(told["headers"])


def test_an_empty_chunked_body_is_an_empty_body(port: int) -> None:
    told = Client(port).send(post("/x", CHUNKED), b"0\r\n\r\n").told()
    assert ["content-length", "0"] in told["headers"]  # type: ignore[operator]


def test_requests_follow_each_other_whatever_their_framing(port: int) -> None:
    client = Client(port)
    client.send(post("/x", CHUNKED), chunked(b"one", 1), post("/x", "Content-Length: 3"), b"two")
    client.send(post("/x"), post("/x", CHUNKED, "Connection: close"), chunked(b"four", 3))
    assert [client.told()["body"] for _ in range(4)] == ["one", "two", "", "four"]
    client.closes()


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ([CHUNKED, "Content-Length: 5"], 400, "bad_length"),
        (["Content-Length: 5", CHUNKED], 400, "bad_length"),
        ([CHUNKED, CHUNKED], 400, "bad_length"),
        (["Content-Length: 5", "Content-Length: 5"], 400, "bad_length"),
        (["Content-Length: 5, 5"], 400, "bad_length"),
        (["Content-Length: -5"], 400, "bad_length"),
        (["Content-Length: +5"], 400, "bad_length"),
        (["Content-Length: 0x5"], 400, "bad_length"),
        (["Content-Length: five"], 400, "bad_length"),
        (["Content-Length:"], 400, "bad_length"),
        (["Content-Length: " + "9" * 5000], 413, "too_large"),
        (["Content-Length: 131073"], 413, "too_large"),
        (["Transfer-Encoding: gzip, chunked"], 501, "bad_transfer_encoding"),
        (["Transfer-Encoding: identity"], 501, "bad_transfer_encoding"),
        (["Transfer-Encoding: chunked, chunked"], 501, "bad_transfer_encoding"),
        (["Transfer-Encoding: \xa0chunked"], 501, "bad_transfer_encoding"),
        (["Transfer-Encoding : chunked"], 400, "bad_request"),
        (["No-Colon"], 400, "bad_request"),
        (["X: " + "a" * 20_000], 431, "headers_too_large"),
        ([f"X-{number}: 1" for number in range(600)], 431, "headers_too_large"),
    ],
)
def test_framing_that_is_not_clear_is_refused(
    port: int, headers: list[str], status: int, code: str
) -> None:
    client = Client(port).send(post("/api/x", *headers), b"0\r\n\r\nGET /smuggled HTTP/1.1\r\n\r\n")
    found, body = client.answer()
    assert (found, json.loads(body)["code"]) == (status, code)
    assert client.closes() < 5  # and nothing after it was taken for a request


@pytest.mark.parametrize(
    "body", [b"zz\r\n", b"-5\r\nhello\r\n", b"5\r\nhelloXY", b" 5\r\nhello\r\n"]
)
def test_broken_chunks_are_refused(port: int, body: bytes) -> None:
    status, told = Client(port).send(post("/api/x", CHUNKED), body).answer()
    assert (status, json.loads(told)["code"]) == (400, "bad_request")


def test_http_1_0_needs_a_length_and_has_no_chunks(port: int) -> None:
    told = Client(port).send(post("/api/x", "Content-Length: 2", version="1.0"), b"{}").told()
    assert told["size"] == 2
    assert Client(port).send(post("/api/x", version="1.0"), b"{}").answer()[0] == 411
    coded = Client(port).send(post("/api/x", CHUNKED, version="1.0"), chunked(b"{}", 1))
    assert coded.answer()[0] == 400


@pytest.mark.parametrize(
    ("line", "status"),
    [
        (b"BREW / HTTP/1.1", 200),
        (b"GET / HTTP/2.0", 400),
        (b"GET /", 400),
        (b"\x16\x03\x01\x02\x00", 400),
        (b"F\xffO / HTTP/1.1", 400),
        (b"GET  / HTTP/1.1", 400),
        (b"GET /%00 HTTP/1.1", 400),
        (b"GET /?a=%00 HTTP/1.1", 400),
        (b"GET /" + b"a" * 20_000 + b" HTTP/1.1", 414),
    ],
)
def test_absurd_request_lines_are_the_clients_fault(port: int, line: bytes, status: int) -> None:
    assert Client(port).send(line + b"\r\nHost: here\r\n\r\n").answer()[0] == status


def test_no_client_says_where_the_server_is_mounted(port: int) -> None:
    told = Client(port).send(post("/x", "Daphne-Root-Path: /elsewhere")).told()
    assert told["root"] == ""
    assert Client(port).send(post("/x", "Daphne-Root-Path: \xe4")).told()["root"] == ""


@pytest.mark.parametrize(
    ("version", "hosts", "status"),
    [
        ("1.1", [], 400),
        ("1.1", ["Host: here", "Host: there"], 400),
        ("1.1", ["Host: here", "host: here"], 400),
        ("1.1", ["Host: here"], 200),
        ("1.1", ["Host:"], 200),
        ("1.0", [], 200),
        ("1.0", ["Host: here"], 200),
        ("1.0", ["Host: here", "Host: there"], 400),
    ],
)
def test_each_request_names_one_host(
    port: int, version: str, hosts: list[str], status: int
) -> None:
    head = "\r\n".join([f"GET /api/x HTTP/{version}", *hosts, "", ""]).encode()
    found, body = Client(port).send(head).answer()
    assert found == status
    assert status == 200 or "Host" in json.loads(body)["message"]
