"""The authority for phones in the same network, and the certificates that it makes."""

import socket
import ssl
import stat
import threading
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import ifaddr
import pytest
from cryptography import x509

from sessions_app.server import certificates, tls

NOW = datetime.now(UTC)
HOME = ip_address("192.168.1.5")


def tried(folder: Path, name: str, authority: Path | None = None) -> str:
    """Returns what a real client says of the server's certificate; empty if it is good."""
    here, there = socket.socketpair()
    made = certificates.files(folder)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(made.chain, made.key)
    client = ssl.create_default_context(cafile=str(authority or made.authority))

    def answer() -> None:
        try:
            server.wrap_socket(there, server_side=True).close()
        except (ssl.SSLError, OSError):
            there.close()

    answering = threading.Thread(target=answer)
    answering.start()
    try:
        client.wrap_socket(here, server_hostname=name).close()
    except ssl.SSLCertVerificationError as error:
        return error.verify_message
    finally:
        here.close()
        answering.join(10)
    return ""


def test_a_client_that_trusts_the_authority_takes_the_certificate(tmp_path: Path) -> None:
    made = certificates.ensure(tmp_path, [HOME], NOW)
    assert tried(tmp_path, "192.168.1.5") == ""
    assert tried(tmp_path, "127.0.0.1") == ""
    assert tried(tmp_path, "localhost") == ""
    assert "mismatch" in tried(tmp_path, "192.168.1.6")
    other = certificates.ensure(tmp_path / "other", [HOME], NOW)
    assert tried(tmp_path, "192.168.1.5", other.authority) != ""
    assert certificates.fingerprint(made.authority) != certificates.fingerprint(other.authority)


def test_the_authority_vouches_for_no_other_site(tmp_path: Path) -> None:
    """Were its key stolen, no phone would believe it about an address of the internet."""
    certificates.ensure(tmp_path, [ip_address("192.0.2.7")], NOW)
    assert "permitted subtree" in tried(tmp_path, "192.0.2.7")


def test_keys_are_for_this_user_alone(tmp_path: Path) -> None:
    folder = tmp_path / "https"
    certificates.ensure(folder, [HOME], NOW)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
    assert modes == dict.fromkeys(("ca.key", "ca.pem", "server.key", "server.pem"), 0o600)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_what_is_good_stays_and_what_is_not_is_made_anew(tmp_path: Path) -> None:
    def both() -> tuple[bytes, bytes]:
        made = certificates.files(tmp_path)
        return made.authority.read_bytes(), made.chain.read_bytes()

    certificates.ensure(tmp_path, [HOME], NOW)
    first = both()
    certificates.ensure(tmp_path, [HOME], NOW + timedelta(days=59))
    assert both() == first
    certificates.ensure(tmp_path, [HOME], NOW + timedelta(days=61))
    renewed = both()
    assert (renewed[0], renewed[1] == first[1]) == (first[0], False)
    certificates.ensure(tmp_path, [HOME, ip_address("10.0.0.2")], NOW + timedelta(days=61))
    assert both()[0] == first[0]
    assert both()[1] != renewed[1]
    certificates.files(tmp_path).chain.write_text("not a certificate")
    certificates.ensure(tmp_path, [HOME], NOW)
    assert tried(tmp_path, "192.168.1.5") == ""
    certificates.ensure(tmp_path, [HOME], NOW + timedelta(days=3600))
    assert both()[0] != first[0]


def test_a_server_that_runs_takes_the_new_certificate(tmp_path: Path) -> None:
    certificates.ensure(tmp_path, [HOME], NOW - timedelta(days=70))
    contexts = tls.Contexts(tmp_path)
    first = contexts.getContext()
    assert contexts.getContext() is first
    contexts.renew()
    assert contexts.getContext() is not first
    chain = x509.load_pem_x509_certificate(certificates.files(tmp_path).chain.read_bytes())
    assert chain.not_valid_after_utc > NOW + timedelta(days=80)
    assert tried(tmp_path, "192.168.1.5") == ""


def test_only_private_addresses_are_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    class Adapter:
        def __init__(self, *given: str) -> None:
            self.ips = [type("Ip", (), {"ip": (one, 0, 0) if ":" in one else one}) for one in given]

    found = Adapter("127.0.0.1", "::1"), Adapter("203.0.113.9", "192.168.1.5", "fd00::7", "fe80::1")
    monkeypatch.setattr(ifaddr, "get_adapters", lambda: found)
    assert [str(one) for one in certificates.local_addresses()] == ["192.168.1.5", "fd00::7"]
