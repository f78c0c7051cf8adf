"""What the doctor says of the network, by servers that run here."""

import functools
import http.server
import shutil
import socket
import ssl
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from sessions_app.doctor import network, sntp
from sessions_app.doctor.findings import PartState
from sessions_app.server import certificates
from tests.fixtures.coturn import SECRET, coturn

NOW = datetime.now(UTC)


class Site(http.server.BaseHTTPRequestHandler):
    """A voicesite, but for /parked, where there is a page for whatever is asked for."""

    def do_GET(self) -> None:
        parked = self.path.startswith("/parked")
        self.send_response(200 if parked or self.path == "/healthz" else 404)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(b"<p>Welcome!</p>" if parked else b'{"recogniser": "default"}')

    do_HEAD = do_GET  # noqa: N815

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def site(context: ssl.SSLContext | None = None) -> Iterator[int]:
    """Yields the port of a site, over TLS with a `context`."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Site) as server:
        if context is not None:
            server.socket = context.wrap_socket(server.socket, server_side=True)
        serving = threading.Thread(target=server.serve_forever, args=(0.05,))
        serving.start()
        yield server.server_port
        server.shutdown()
        serving.join()


@contextmanager
def time_server(ahead_s: float) -> Iterator[str]:
    """Yields the address of an NTP server whose clock is ahead; it answers once."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.settimeout(10)

        def answer() -> None:
            question, client = server.recvfrom(48)
            now = sntp._stamp(time.time() + ahead_s)
            answer = struct.pack("!BB22x8sQQ", 0x24, 1, question[40:48], now, now)
            server.sendto(answer, client)

        answering = threading.Thread(target=answer)
        answering.start()
        yield f"127.0.0.1:{server.getsockname()[1]}"
        answering.join()


@pytest.mark.parametrize(
    ("ahead_s", "state", "told"),
    [
        (0.0, PartState.OK, "0.0 s"),
        (7.0, PartState.WARNING, "7.0 s behind"),
        (-3600.0, PartState.PROBLEM, "3600.0 s ahead"),
    ],
)
def test_the_clock_is_compared(ahead_s: float, state: PartState, told: str) -> None:
    with time_server(ahead_s) as server:
        found = network.check_clock(server)
    assert found.state == state
    assert told in found.detail


def test_a_site_tells_the_time_too() -> None:
    with site() as port:
        assert network.check_clock(f"http://127.0.0.1:{port}/").state == PartState.OK
    assert network.check_clock(f"http://127.0.0.1:{port}/").state == PartState.NOT_CHECKED
    assert network.check_clock("").state == PartState.NOT_CHECKED


def test_the_public_address_is_opened(settings: Any) -> None:
    settings.PUBLIC_URL = ""
    assert network.check_public_address().state == PartState.NOT_SET
    with site() as port:
        settings.PUBLIC_URL = f"http://127.0.0.1:{port}"
        assert network.check_public_address().state == PartState.WARNING
        settings.PUBLIC_URL += "/below"
        assert "404" in network.check_public_address().detail
        settings.PUBLIC_URL = f"http://127.0.0.1:{port}/parked"
        found = network.check_public_address()
        assert (found.state, "something else" in found.detail) == (PartState.PROBLEM, True)
    assert network.check_public_address().state == PartState.PROBLEM


def test_certificates_are_seen_as_clients_see_them(
    settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = certificates.ensure(tmp_path, [], NOW)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made.chain, made.key)
    settings.VOICE = {**settings.VOICE, "ICE_SERVERS": [], "TURN": {}}
    assert network.check_certificates().state == PartState.NOT_SET
    with site(context) as port:
        settings.PUBLIC_URL = f"https://127.0.0.1:{port}"
        found = network.check_certificates()
        assert found.state == PartState.PROBLEM
        assert "Clients refuse" in found.detail
        monkeypatch.setenv("SSL_CERT_FILE", str(made.authority))
        found = network.check_certificates()
    assert found.state == PartState.OK
    assert "in 89 days" in found.detail
    assert "ConnectionRefusedError" in network.check_certificates().detail


def test_a_certificate_near_its_end_is_a_warning() -> None:
    judged = functools.partial(network._judged, now=NOW)
    assert judged({"a": NOW + timedelta(days=13)}).state == PartState.WARNING
    assert judged({"a": NOW + timedelta(days=15)}).state == PartState.OK
    gone = judged({"a": NOW + timedelta(days=15), "b": NOW - timedelta(hours=1)})
    assert (gone.state, "of b" in gone.detail) == (PartState.PROBLEM, True)


@pytest.mark.skipif(shutil.which("turnserver") is None, reason="coturn is not installed")
def test_a_relay_allocates_and_sends_from_outside(settings: Any) -> None:
    with coturn() as port:
        urls = [f"turn:127.0.0.1:{port}"]
        given = {"URLS": urls, "SECRET": SECRET, "TTL_S": 600}
        voice = {**settings.VOICE, "ICE_SERVERS": [], "UDP_PORTS": "", "PUBLIC_ADDRESS": ""}
        settings.VOICE = {**voice, "TURN": given}
        assert network.check_turn().state == PartState.OK
        found = network.check_udp()
        assert (found.state, "arrived at 127.0.0.1:" in found.detail) == (PartState.OK, True)
        settings.VOICE = {**voice, "TURN": {**given, "SECRET": "another"}}
        found = network.check_turn()
        assert network.check_udp().state == PartState.NOT_CHECKED
    assert found.state == PartState.PROBLEM
    assert SECRET not in found.detail
    settings.VOICE = {**voice, "TURN": {}}
    assert network.check_turn().state == PartState.NOT_SET
    assert network.check_udp().state == PartState.NOT_CHECKED
