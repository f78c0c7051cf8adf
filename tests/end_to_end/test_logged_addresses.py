"""Whatever is asked for, and however it is spelled: no log of a running product repeats it."""

import contextlib
import socket
from pathlib import Path

import pytest

from tests.fixtures.server import UNSPOKEN, Product

MARK = "Zanzibar"
TICKET = f"{MARK}-{'x' * 24}"

TARGETS = [
    f"/t/{TICKET}/start",
    f"/%74/{TICKET}/start",
    f"/t%2F{TICKET}/start",
    f"//t/{TICKET}/start",
    f"/t/./{TICKET}",
    f"/x/t/{TICKET}",
    f"http://u:{MARK}@host/t/{TICKET}/start",
    f"/calls/{MARK}/",
    f"/static/{MARK}.js",
    f"/sessions/{MARK}/api/offer",
    f"/t/{TICKET}/%00",
    f"{MARK}:443",
]
SOCKETS = [
    f"/t/{TICKET}/ws/voice",
    f"/%74/{TICKET}/ws/voice",
    f"//t/{TICKET}/signaling",
    f"http://{MARK}/t/{TICKET}/signaling",
    f"/ws/calls/{MARK}/live",
]
UPGRADE = (
    "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
)
CLOSE = b"\x88\x80\x00\x00\x00\x00"


def ask(product: Product, line: str, more: str = "Connection: close\r\n") -> bytes:
    """Sends one request, closes the socket that comes of it, and returns all that was answered."""
    answer = b""
    with socket.create_connection(("127.0.0.1", product.port), timeout=20) as connection:
        host = f"Host: 127.0.0.1:{product.port}\r\n"
        connection.sendall(f"{line} HTTP/1.1\r\n{host}{more}\r\n".encode())
        with contextlib.suppress(ConnectionError):  # cut off after it was refused
            while part := connection.recv(65536):
                if not answer and b" 101 " in part:
                    connection.sendall(CLOSE)
                answer += part
    return answer


@pytest.mark.parametrize("media", [0, 1], ids=["embedded", "media"])
def test_no_log_repeats_what_was_asked_for(tmp_path: Path, media: int) -> None:
    product = Product(tmp_path / "var", UNSPOKEN, media=media)
    with product.running(*product.media, "web"):
        for target in TARGETS:
            for method in ("GET", "POST", MARK.upper()):
                assert ask(product, f"{method} {target}").startswith(b"HTTP/1.")
        origin = f"Origin: http://{MARK}.example\r\nContent-Length: 0\r\nConnection: close\r\n"
        assert b" 403 " in ask(product, "POST /login/", origin)
        too_long = f"Content-Length: {10**12}\r\nConnection: close\r\n"
        assert b" 413 " in ask(product, f"{MARK.upper()} /%74/{TICKET}/start", too_long)
        assert [b" 101 " in ask(product, f"GET {path}", UPGRADE) for path in SOCKETS]
    texts = [path.read_text(errors="replace") for path in tmp_path.rglob("*.log")]
    text = "\n".join(texts)
    for line in ("POST /t/-/start", "socket connected /t/-/ws/voice", "Origin checking failed"):
        assert line in text
    assert MARK.lower() not in text.lower()
